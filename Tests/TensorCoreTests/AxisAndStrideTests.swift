import TensorCore
import Testing

@Suite struct AxisTests {
  let x: Real

  init() throws { x = try Real([1, 2, 3, 4, 5, 6], [2, 3]) }

  @Test("known values")
  func known() throws {
    #expect(try x.sum(axis: 0).array == [5, 7, 9] && x.sum(axis: -1).array == [6, 15])
    #expect(try x.sum(axis: 1, keepingAxis: true).shape == [2, 1])
    #expect(try x.mean(axis: 1).array == [2, 5])
    #expect(try x.maximum(axis: 0).array == [4, 5, 6] && x.maximum(axis: 1).array == [3, 6])
    #expect(try Real([1, 2], [2]).sum(axis: 0).shape == [1])
    #expect(try Real([1, .nan, 3, 7, 7, 0], [2, 3]).largestColumns() == [1, 0])
    #expect(try Real([1, .nan, 3], [3]).maximum(axis: 0).item.isNaN)
    #expect(try Real.zeros([0, 3]).sum(axis: 0).array == [0, 0, 0])
    #expect(try Real.zeros([0, 3]).mean(axis: 0).array.allSatisfy(\.isNaN))
  }

  @Test("gradients agree with central differences; of equal elements the first takes all")
  func gradients() throws {
    let x: Real = try normal([2, 3, 4], 1)
    for axis in 0..<3 {
      try expectGradients([x]) { try $0[0].sum(axis: axis) }
      try expectGradients([x]) { try $0[0].mean(axis: axis, keepingAxis: true) }
      try expectGradients([x]) { try $0[0].maximum(axis: axis) }
    }
    let ties = try Real([2, 2, 1], [1, 3]).requiringGradient()
    try ties.maximum(axis: 1).backward()
    #expect(ties.gradient?.array == [1, 0, 0])
  }

  @Test("axes that are not there are refused")
  func refused() {
    for axis in [2, -3] {
      #expect(throws: ShapeError.self) { try x.sum(axis: axis) }
      #expect(throws: ShapeError.self) { try x.mean(axis: axis) }
      #expect(throws: ShapeError.self) { try x.maximum(axis: axis) }
    }
    #expect(throws: ShapeError.self) { try Real.zeros([0, 3]).maximum(axis: 0) }
    #expect(throws: ShapeError.self) { try Real.zeros([2, 0]).largestColumns() }
  }
}

@Suite struct StrideTests {
  let x: Real

  init() throws { x = try Real([1, 2, 3, 4, 5, 6], [2, 3]) }

  @Test("known values")
  func known() throws {
    #expect(try x.transposed().array == [1, 4, 2, 5, 3, 6] && x.transposed().shape == [3, 2])
    #expect(try x.permuted([0, 1]).array == x.array)
    #expect(try x.sliced(axis: 1, 1..<3).array == [2, 3, 5, 6] && x.sliced(axis: 0, 0..<0).shape == [0, 3])
    #expect(try x.selected(axis: 1, 2).array == [3, 6] && x.selected(axis: 1, 2).shape == [2])
    #expect(try x.reversed(axis: 1).array == [3, 2, 1, 6, 5, 4] && x.reversed(axis: 0).array == [4, 5, 6, 1, 2, 3])
    #expect(try Real([1, 2], [2, 1]).broadcast(to: [2, 2, 3]).array == [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2])
    #expect(try Real.concatenated([x, x], axis: 0).array == x.array + x.array)
    #expect(try Real.concatenated([x, x], axis: 1).array == [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6])
    #expect(try x.split([1, 1], axis: 0).map(\.array) == [[1, 2, 3], [4, 5, 6]])
    #expect(try Real.stacked([x, x]).shape == [2, 2, 3])
    #expect(try Real.zeros([0, 3]).reversed(axis: 0).shape == [0, 3])
    #expect(try Real.zeros([2, 3, 4]).permuted([2, 0, 1]).shape == [4, 2, 3])
  }

  @Test("gradients agree with central differences")
  func gradients() throws {
    let x: Real = try normal([2, 3, 4], 1)
    try expectGradients([x]) { try $0[0].permuted([1, 2, 0]) }
    try expectGradients([x]) { try $0[0].transposed() }
    try expectGradients([x]) { try $0[0].sliced(axis: 1, 1..<3) }
    try expectGradients([x]) { try $0[0].selected(axis: 2, 1) }
    try expectGradients([x]) { try $0[0].reversed(axis: 2) }
    try expectGradients([normal([3, 1], 2)]) { try $0[0].broadcast(to: [2, 3, 4]) }
    try expectGradients([normal([4], 2)]) { try $0[0].broadcast(to: [2, 3, 4]) }
    try expectGradients([x, normal([2, 1, 4], 3)]) { try Tensor.concatenated($0, axis: 1) }
    try expectGradients([x]) { x in
      let parts = try x[0].split([2, 1], axis: 1)
      return try Tensor.concatenated([parts[1], parts[0]], axis: 1)
    }
    try expectGradients([x, x]) { try Tensor.stacked($0) }
  }

  @Test("wrong axes and ranges are refused")
  func refused() {
    #expect(throws: ShapeError.self) { try x.permuted([0, 0]) }
    #expect(throws: ShapeError.self) { try x.permuted([1]) }
    #expect(throws: ShapeError.self) { try Real.zeros([3]).transposed() }
    #expect(throws: ShapeError.self) { try x.sliced(axis: 1, 1..<4) }
    #expect(throws: ShapeError.self) { try x.sliced(axis: 2, 0..<1) }
    #expect(throws: ShapeError.self) { try x.selected(axis: 0, 2) }
    #expect(throws: ShapeError.self) { try x.reversed(axis: 5) }
    #expect(throws: ShapeError.self) { try x.broadcast(to: [4, 3]) }
    #expect(throws: ShapeError.self) { try x.broadcast(to: [3]) }
    #expect(throws: ShapeError.self) { try Real.concatenated([], axis: 0) }
    #expect(throws: ShapeError.self) { try Real.concatenated([x, .zeros([3, 2])], axis: 0) }
    #expect(throws: ShapeError.self) { try x.split([1, 1], axis: 1) }
    #expect(throws: ShapeError.self) { try Real.stacked([x, .zeros([3, 2])]) }
    #expect(throws: ShapeError.self) { try Real.zeros(Array(repeating: 1, count: 9)).permuted(Array(0..<9)) }
  }
}

@Suite struct NormTests {
  let x: Real

  init() throws { x = try Real([3, -4, 0, 0], [2, 2]) }

  @Test("known values")
  func known() throws {
    #expect(x.l2Norm().item == 5 && x.l1Norm().item == 7)
    #expect(try x.normalizedRows().array == [0.6, -0.8, 0, 0])
    let column = try Real([10, 20], [2])
    #expect(try x.adding(column: column).array == [13, 6, 20, 20])
    #expect(try x.multiplied(column: column).array == [30, -40, 0, 0])
  }

  @Test("gradients agree with central differences; the norm of zeros has gradient 0")
  func gradients() throws {
    let (x, column): (Real, Real) = (try normal([2, 3, 4], 1), try normal([2, 3], 2))
    try expectGradients([x]) { $0[0].l2Norm() }
    try expectGradients([x]) { $0[0].l1Norm() }
    try expectGradients([x]) { try $0[0].normalizedRows() }
    try expectGradients([x]) { try $0[0].normalizedRows(epsilon: 100) }
    try expectGradients([x, column]) { try $0[0].adding(column: $0[1]) }
    try expectGradients([x, column]) { try $0[0].multiplied(column: $0[1]) }
    let zeros = Real.zeros([3]).requiringGradient()
    try zeros.l2Norm().backward()
    #expect(zeros.gradient?.array == [0, 0, 0])
  }

  @Test("wrong shapes are refused")
  func refused() {
    #expect(throws: ShapeError.self) { try x.adding(column: .zeros([3])) }
    #expect(throws: ShapeError.self) { try x.multiplied(column: .zeros([3])) }
    #expect(throws: ShapeError.self) { try x.normalizedRows(epsilon: 0) }
  }
}

@Suite struct BatchMatMulTests {
  @Test("equals one product per item, with gradients")
  func products() throws {
    let (a, b): (Real, Real) = (try normal([2, 3, 4], 1), try normal([2, 4, 5], 2))
    let y = try a.batchMatmul(b)
    for item in 0..<2 {
      let expected = try a.selected(axis: 0, item).matmul(b.selected(axis: 0, item))
      #expect(try y.selected(axis: 0, item).array == expected.array)
    }
    #expect(try a.batchMatmul(transposed: b.transposed()).array == y.array)
    try expectGradients([a, b]) { try $0[0].batchMatmul($0[1]) }
    try expectGradients([normal([2, 1, 3, 4], 1), normal([2, 1, 2, 4], 2)]) { try $0[0].batchMatmul(transposed: $0[1]) }
    #expect(try Real.zeros([0, 2, 3]).batchMatmul(.zeros([0, 3, 2])).shape == [0, 2, 2])
  }

  @Test("wrong shapes are refused")
  func refused() {
    let a = Real.zeros([2, 3, 4])
    #expect(throws: ShapeError.self) { try a.batchMatmul(a) }
    #expect(throws: ShapeError.self) { try a.batchMatmul(.zeros([3, 4, 2])) }
    #expect(throws: ShapeError.self) { try a.batchMatmul(transposed: .zeros([2, 2, 3])) }
    #expect(throws: ShapeError.self) { try Real.zeros([3]).batchMatmul(.zeros([3])) }
  }
}
