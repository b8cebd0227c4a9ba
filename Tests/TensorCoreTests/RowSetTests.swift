import TensorCore
import Testing

@Suite struct RowSetTests {
  let sets: RowSets

  init() throws {
    sets = try RowSets([[2, 0], [], [1]], bound: 3)
  }

  @Test("sets list their members; sums and means of rows")
  func known() throws {
    #expect(sets.offsets == [0, 2, 2, 3] && sets.members == [2, 0, 1] && sets.count == 3)
    #expect(try sets == RowSets(offsets: [0, 2, 2, 3], members: [2, 0, 1], bound: 3))
    #expect(sets.memberIndex.indices == [2, 0, 1] && sets.rowIndex.indices == [0, 0, 2])
    let x = try Real([1, 2, 3, 4, 5, 6], [3, 2])
    #expect(try x.setSum(sets).array == [6, 8, 0, 0, 3, 4])
    #expect(try x.setMean(sets).array == [3, 4, 0, 0, 3, 4])
    try expectGradients([normal([3, 2], 1)]) { try $0[0].setSum(sets) }
    try expectGradients([normal([3, 2], 1)]) { try $0[0].setMean(sets) }
  }

  @Test("wrong sets are refused")
  func refused() {
    #expect(throws: ShapeError.self) { try RowSets([[3]], bound: 3) }
    #expect(throws: ShapeError.self) { try RowSets([[-1]], bound: 3) }
    #expect(throws: ShapeError.self) { try RowSets([[1, 0, 1]], bound: 3) }
    for offsets in [[], [1, 3], [0, 2], [0, 2, 1, 3], [0, 4, 3]] {
      #expect(throws: ShapeError.self) { try RowSets(offsets: offsets, members: [0, 1, 2], bound: 3) }
    }
    #expect(throws: ShapeError.self) { try Real.zeros([4, 2]).setSum(sets) }
    #expect(throws: ShapeError.self) { try Real.zeros([4, 2]).setMean(sets) }
  }

  @Test("the loss equals that of dense targets, with and without smoothing", arguments: [0, 0.2, 1])
  func loss(smoothing: Double) throws {
    let z: Real = try normal([3, 3], 1, scale: 3)
    let dense = try Real.multiHot(sets.memberIndex, Segments(counts: [2, 0, 1]))
    let targets = dense.scaled(by: 1 - smoothing).adding(smoothing / 2)
    let loss = try z.bceSum(sets: sets, smoothing: smoothing, divisor: 7)
    expectClose([loss.item], [try z.bceSum(targets, divisor: 7).item], absolute: 1e-13)
    try expectGradients([z]) { try $0[0].bceSum(sets: sets, smoothing: smoothing, divisor: 7) }
  }

  @Test("with a target per row it equals that of dense targets", arguments: [0, 0.2])
  func targets(smoothing: Double) throws {
    let z: Real = try normal([3, 3], 1, scale: 3)
    let targets = [0.25, 0.5, 1]
    let dense = try Real([0.25, 0, 0.25, 0, 0, 0, 0, 1, 0], [3, 3]).scaled(by: 1 - smoothing).adding(smoothing / 2)
    func loss(_ z: Real) throws -> Real {
      try z.bceSum(sets: sets, targets: targets, smoothing: smoothing, divisor: 7)
    }
    expectClose([try loss(z).item], [try z.bceSum(dense, divisor: 7).item], absolute: 1e-13)
    try expectGradients([z]) { try loss($0[0]) }
  }

  @Test("wrong shapes and numbers are refused by the loss")
  func refusedLoss() throws {
    for shape in [[2, 3], [3, 4], [9]] {
      #expect(throws: ShapeError.self) { try Real.zeros(shape).bceSum(sets: sets, divisor: 1) }
    }
    let z = Real.zeros([3, 3])
    for divisor in [0, -1, .nan, .infinity] {
      #expect(throws: ShapeError.self) { try z.bceSum(sets: sets, divisor: divisor) }
    }
    for targets in [[1, 1], [0.5, -0.1, 1], [1, 1.5, 1], [.nan, 1, 1]] {
      #expect(throws: ShapeError.self) { try z.bceSum(sets: sets, targets: targets, divisor: 1) }
    }
    for smoothing in [-0.1, 1.1, .nan] {
      #expect(throws: ShapeError.self) { try z.bceSum(sets: sets, smoothing: smoothing, divisor: 1) }
    }
  }

  @Test("the vector kernel equals the plain loop, also for extreme logits, infinities and NaN")
  func fast() throws {
    for (rows, width) in [(0, 3), (1, 1), (3, 7), (2, 64), (5, 100), (4, 805)] {
      for special in [false, true] {
        var z: [Float] = try normal([rows * width], 5).array.map { 20 * $0 }
        if special, z.count > 20 { (z[2], z[9], z[z.count - 1]) = (.infinity, -.infinity, .nan) }
        let sets = try RowSets(
          (0..<rows).map { r in stride(from: r, to: width, by: 4).map { Int32($0) } }, bound: width)
        func run<K: KernelSet>(_: K.Type) -> (Double, [Float]) where K.Element == Float {
          let high = (0..<rows).map { 0.95 - 0.1 * Float($0) }
          var slopes = Array(repeating: Float(7), count: z.count + 1)
          let loss = K.crossEntropyOfSets(
            z, offsets: sets.offsets, members: sets.members, low: 0.05, high: high, slopes: &slopes, rows: rows,
            width: width)
          let alone = K.crossEntropyOfSets(
            z, offsets: sets.offsets, members: sets.members, low: 0.05, high: high, slopes: nil, rows: rows,
            width: width)
          #expect(isClose(alone, loss, absolute: 0, relative: 0))
          return (loss, slopes)
        }
        let (fast, plain) = (run(VectorKernels.self), run(PlainKernels<Float>.self))
        #expect(isClose(fast.0, plain.0, absolute: 1e-4, relative: 1e-5))
        expectClose(fast.1, plain.1, absolute: 2e-6, relative: 1e-5, "\(rows) x \(width)")
      }
    }
  }
}
