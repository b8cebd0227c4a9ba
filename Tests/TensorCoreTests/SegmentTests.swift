import TensorCore
import Testing

@Suite struct SegmentTests {
  let x: Real
  let index: RowIndex

  init() throws {
    x = try Real([1, 5, 3, 2, 3, 9], [3, 2])
    index = try RowIndex([2, 0, 2], bound: 3)
  }

  @Test("known values")
  func known() throws {
    #expect(try x.segmentMax(index).array == [3, 2, 0, 0, 3, 9])
    #expect(try x.segmentMean(index).array == [3, 2, 0, 0, 2, 7])
    let weights = try x.segmentSoftmax(index)
    #expect(weights.array[2] == 1 && weights.array[3] == 1)
    expectClose([weights.array[0] + weights.array[4], weights.array[1] + weights.array[5]], [1, 1], absolute: 1e-14)
    let segments = try Segments(counts: [2, 0, 1])
    #expect(segments.rowIndex.indices == [0, 0, 2] && segments.rowIndex.counts == [2, 0, 1])
    #expect(try x.segmentSum(segments).array == [4, 7, 0, 0, 3, 9])
    #expect(try x.segmentMax(segments).array == [3, 5, 0, 0, 3, 9])
    #expect(try x.segmentSoftmax(segments).array[5] == 1)
    let sum = try Real.edgeSum(
      x, weights: Real([2, 10, 100], [3]), source: RowIndex([0, 2, 0], bound: 3), target: RowIndex([1, 1, 0], bound: 2))
    #expect(sum.array == [100, 500, 32, 100])
  }

  @Test("gradients agree with central differences; equal rows share a maximum's")
  func gradients() throws {
    let x: Real = try normal([5, 3], 1)
    let index = try RowIndex([2, 0, 2, 1, 2], bound: 4)
    try expectGradients([x]) { try $0[0].segmentSoftmax(index) }
    try expectGradients([x]) { try $0[0].segmentMax(index) }
    try expectGradients([x]) { try $0[0].segmentMean(index) }
    try expectGradients([x]) { try $0[0].segmentSoftmax(Segments(counts: [2, 0, 3])) }
    try expectGradients([x]) { try $0[0].segmentSum(Segments(counts: [2, 0, 3])) }
    let (source, target) = (try RowIndex([3, 0, 0, 2, 1], bound: 4), try RowIndex([0, 2, 0, 0, 2], bound: 3))
    try expectGradients([normal([4, 6], 2), normal([5, 2], 3)]) {
      try Tensor.edgeSum($0[0], weights: $0[1], source: source, target: target)
    }
    try expectGradients([normal([4, 6], 2), normal([5], 3)]) {
      try Tensor.edgeSum($0[0], weights: $0[1], source: source, target: target)
    }
    let ties = try Real([4, 4, 1], [3, 1]).requiringGradient()
    try ties.segmentMax(RowIndex([0, 0, 0], bound: 1)).backward()
    #expect(ties.gradient?.array == [0.5, 0.5, 0])
  }

  @Test("one softmax over all neighbours: typed graph attention by edges equals the dense masked one")
  func typedAttention() throws {
    let (nodes, width) = (6, 4)
    let z: Real = try normal([nodes, width], 1)
    let (left, right): (Real, Real) = (try normal([nodes, 2], 2), try normal([nodes, 2], 3))
    let edges = [
      (0, 0, 0), (0, 3, 1), (1, 1, 0), (2, 0, 1), (2, 2, 0), (3, 5, 1), (3, 3, 0), (4, 4, 1), (5, 0, 0), (5, 5, 1),
    ]
    let target = try RowIndex(edges.map { Int32($0.0) }, bound: nodes)
    let source = try RowIndex(edges.map { Int32($0.1) }, bound: nodes)
    func flat(_ end: ((Int, Int, Int)) -> Int) throws -> RowIndex {
      try RowIndex(edges.map { Int32(end($0) * 2 + $0.2) }, bound: 2 * nodes)
    }
    let scores =
      try left.reshaped([2 * nodes, 1]).gathered(flat { $0.0 })
      + right.reshaped([2 * nodes, 1]).gathered(flat { $0.1 })
    let weights = try scores.leakyReLU(slope: 0.2).segmentSoftmax(target)
    let sparse = try Tensor.edgeSum(z, weights: weights, source: source, target: target)
    var dense = Array(repeating: -Double.infinity, count: nodes * nodes)
    for (to, from, kind) in edges {
      let score = left.array[to * 2 + kind] + right.array[from * 2 + kind]
      dense[to * nodes + from] = score > 0 ? score : 0.2 * score
    }
    let expected = try Real(dense, [nodes, nodes]).softmax().matmul(z)
    expectClose(sparse.array, expected.array, absolute: 1e-14)
  }

  @Test("wrong shapes are refused")
  func refused() throws {
    let short = try RowIndex([0], bound: 3)
    #expect(throws: ShapeError.self) { try x.segmentSoftmax(short) }
    #expect(throws: ShapeError.self) { try x.segmentMax(short) }
    #expect(throws: ShapeError.self) { try x.segmentMean(short) }
    #expect(throws: ShapeError.self) { try x.segmentSum(Segments(counts: [1])) }
    let weights = Real.zeros([3])
    #expect(throws: ShapeError.self) { try Real.edgeSum(x, weights: weights, source: index, target: short) }
    #expect(throws: ShapeError.self) { try Real.edgeSum(x, weights: .zeros([2]), source: index, target: index) }
    #expect(throws: ShapeError.self) { try Real.edgeSum(x, weights: .zeros([3, 3]), source: index, target: index) }
    #expect(throws: ShapeError.self) {
      try Real.edgeSum(.zeros([4, 2]), weights: weights, source: index, target: index)
    }
  }
}

@Suite struct SelectionTests {
  @Test("known values")
  func known() throws {
    let index = try RowIndex([2, 0, 1], bound: 3)
    #expect(Real.oneHot(index).array == [0, 0, 1, 1, 0, 0, 0, 1, 0])
    #expect(try Real.multiHot(index, Segments(counts: [2, 0, 1])).array == [1, 0, 1, 0, 0, 0, 0, 1, 0])
    let x = try Real([1, 2, 3, 4, 5, 6], [2, 3])
    let columns = try RowIndex([2, 2, 0, 1], bound: 3)
    #expect(try x.gatheredColumns(columns).array == [3, 3, 4, 5])
    let pairs = try Real([1, 2, 3, 4], [2, 2])
    #expect(try pairs.scatteredColumns(columns).array == [0, 0, 3, 3, 4, 0])
  }

  @Test("gradients agree with central differences; the padding row has none")
  func gradients() throws {
    let columns = try RowIndex([2, 2, 0, 1], bound: 3)
    try expectGradients([normal([2, 3], 1)]) { try $0[0].gatheredColumns(columns) }
    try expectGradients([normal([2, 2], 1)]) { try $0[0].scatteredColumns(columns) }
    let others = try RowIndex([1, 0, 1], bound: 3)
    try expectGradients([normal([3, 2], 1)]) { try $0[0].gathered(others, padding: 2) }
    let index = try RowIndex([2, 0, 2, 1], bound: 3)
    let table: Real = try normal([3, 2], 1).requiringGradient()
    let y = try table.gathered(index, padding: 2)
    #expect(try y.array == table.gathered(index).array)
    let sum = try y + table.gathered(index, padding: 2)
    try sum.backward(from: .full(1, [4, 2]))
    #expect(table.gradient?.array == [2, 2, 2, 2, 0, 0])
  }

  @Test("wrong shapes are refused")
  func refused() throws {
    let index = try RowIndex([2, 0, 1], bound: 3)
    let x = Real.zeros([2, 3])
    #expect(throws: ShapeError.self) { try x.gatheredColumns(index) }
    #expect(throws: ShapeError.self) { try x.gatheredColumns(RowIndex([0, 1], bound: 2)) }
    #expect(throws: ShapeError.self) { try Real.zeros([6]).gatheredColumns(index) }
    #expect(throws: ShapeError.self) { try x.scatteredColumns(index) }
    #expect(throws: ShapeError.self) { try Real.multiHot(index, Segments(counts: [1])) }
    #expect(throws: ShapeError.self) { try Real.zeros([3, 2]).gathered(index, padding: 3) }
    #expect(throws: ShapeError.self) { try Real.zeros([4, 2]).gathered(index, padding: 0) }
  }
}
