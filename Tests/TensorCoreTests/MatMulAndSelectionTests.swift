import TensorCore
import Testing

typealias Real = Tensor<Double>

@Suite struct MatMulTests {
  @Test("known products")
  func known() throws {
    let a = try Real([1, 2, 3, 4], [2, 2])
    let b = try Real([5, 6, 7, 8], [2, 2])
    #expect(try a.matmul(b).array == [19, 22, 43, 50])
    #expect(try a.matmul(transposed: b).array == [17, 23, 39, 53])
    #expect(try a.linear(weight: b, bias: Real([1, -1], [2])).array == [18, 22, 40, 52])
  }

  @Test("gradients agree with central differences")
  func gradients() throws {
    try expectGradients([normal([3, 4], 1), normal([5, 4], 2)]) { try $0[0].matmul(transposed: $0[1]) }
    try expectGradients([normal([3, 4], 1), normal([4, 5], 2)]) { try $0[0].matmul($0[1]) }
    try expectGradients([normal([2, 3, 4], 1), normal([5, 4], 2), normal([5], 3)]) {
      try $0[0].linear(weight: $0[1], bias: $0[2])
    }
  }

  @Test("products without rows or columns work, with zero gradients")
  func empty() throws {
    let x = Tensor<Float>.zeros([0, 3]).requiringGradient()
    let w = Tensor<Float>.full(1, [2, 3]).requiringGradient()
    let y = try x.linear(weight: w)
    #expect(y.shape == [0, 2])
    try y.backward(from: .zeros([0, 2]))
    #expect(w.gradient?.array == Array(repeating: 0, count: 6))
  }

  @Test("shapes that do not fit are refused with both shapes in the message")
  func shapes() throws {
    let a: Real = .zeros([2, 3])
    #expect(throws: ShapeError.self) { try a.matmul(a) }
    #expect(throws: ShapeError.self) { try a.matmul(transposed: .zeros([2, 4])) }
    #expect(throws: ShapeError.self) { try a.linear(weight: .zeros([3])) }
    let error = #expect(throws: ShapeError.self) { try a.linear(weight: .zeros([4, 3]), bias: .zeros([3])) }
    #expect(error?.description == "linear: expected a bias of [4], got [3].")
  }
}

@Suite struct ArithmeticTests {
  let a = Real.full(3, [2, 2])

  @Test("known values")
  func known() throws {
    let b = try Real([1, 2, 3, 4], [2, 2])
    #expect(try (a + b).array == [4, 5, 6, 7])
    #expect(try (a - b).array == [2, 1, 0, -1])
    #expect(try (a * b).array == [3, 6, 9, 12])
    #expect(b.scaled(by: -2).array == [-2, -4, -6, -8])
    #expect(try b.adding(row: Real([10, 20], [2])).array == [11, 22, 13, 24])
    #expect(try b.multiplied(row: Real([10, 20], [2])).array == [10, 40, 30, 80])
    #expect(b.sum().item == 10 && b.mean().item == 2.5)
    #expect(b.sumRows().array == [4, 6] && b.meanRows().array == [2, 3])
  }

  @Test("gradients agree with central differences")
  func gradients() throws {
    let (x, y, row): (Real, Real, Real) = (try normal([3, 4], 1), try normal([3, 4], 2), try normal([4], 3))
    try expectGradients([x, y]) { try $0[0] + $0[1] }
    try expectGradients([x, y]) { try $0[0] - $0[1] }
    try expectGradients([x, y]) { try $0[0] * $0[1] }
    try expectGradients([x]) { try $0[0] * $0[0] }
    try expectGradients([x]) { $0[0].scaled(by: 1.7) }
    try expectGradients([x, row]) { try $0[0].adding(row: $0[1]) }
    try expectGradients([x, row]) { try $0[0].multiplied(row: $0[1]) }
    try expectGradients([x]) { $0[0].sum() }
    try expectGradients([x]) { $0[0].mean() }
    try expectGradients([x]) { $0[0].sumRows() }
    try expectGradients([x]) { $0[0].meanRows() }
    try expectGradients([x]) { try $0[0].reshaped([2, 6]) }
  }

  @Test("different shapes are refused")
  func shapes() {
    #expect(throws: ShapeError.self) { try a + .zeros([2, 3]) }
    #expect(throws: ShapeError.self) { try a - .zeros([4]) }
    #expect(throws: ShapeError.self) { try a * .zeros([2, 3]) }
    #expect(throws: ShapeError.self) { try a.adding(row: .zeros([3])) }
    #expect(throws: ShapeError.self) { try a.multiplied(row: .zeros([1])) }
    #expect(throws: ShapeError.self) { try a.reshaped([3]) }
    #expect(throws: ShapeError.self) { try Real([1, 2], [3]) }
    #expect(throws: ShapeError.self) { try Real([], [-1]) }
    #expect(throws: ShapeError.self) { try Real([], [.max, 2]) }
  }
}

@Suite struct ConcatTests {
  @Test("known values; splitting undoes concatenating")
  func known() throws {
    let a = try Real([1, 2, 3, 4], [2, 2])
    let b = try Real([5, 6], [2, 1])
    let joined = try Real.concatenated([a, b])
    #expect(joined.shape == [2, 3] && joined.array == [1, 2, 5, 3, 4, 6])
    let parts = try joined.split([2, 1])
    #expect(parts[0].array == a.array && parts[1].array == b.array)
    let rows = try Real.joinedRows([a, .zeros([0, 2]), a])
    #expect(rows.shape == [4, 2] && rows.array == a.array + a.array)
    #expect(try rows.rows(1..<3).array == [3, 4, 1, 2])
  }

  @Test("gradients agree with central differences")
  func gradients() throws {
    try expectGradients([normal([3, 2], 1), normal([3, 4], 2)]) { try Tensor.concatenated($0) }
    try expectGradients([normal([3, 6], 1)]) { x in
      let parts = try x[0].split([1, 2, 3])
      return try Tensor.concatenated([parts[2], parts[0]])
    }
    try expectGradients([normal([2, 3], 1), normal([4, 3], 2)]) { try Tensor.joinedRows($0) }
    try expectGradients([normal([5, 3], 1)]) { try $0[0].rows(1..<4) }
  }

  @Test("wrong parts are refused")
  func shapes() {
    #expect(throws: ShapeError.self) { try Real.concatenated([]) }
    #expect(throws: ShapeError.self) { try Real.concatenated([.zeros([2, 2]), .zeros([3, 2])]) }
    #expect(throws: ShapeError.self) { try Real.zeros([2, 3]).split([1, 1]) }
    #expect(throws: ShapeError.self) { try Real.joinedRows([]) }
    #expect(throws: ShapeError.self) { try Real.joinedRows([.zeros([2, 2]), .zeros([2, 3])]) }
    #expect(throws: ShapeError.self) { try Real.zeros([2, 3]).rows(1..<3) }
  }
}

@Suite struct GatherTests {
  let table: Real

  init() throws {
    table = try Real([1, 2, 3, 4, 5, 6], [3, 2])
  }

  @Test("known values")
  func known() throws {
    let index = try RowIndex([2, 0, 2], bound: 3)
    #expect(try table.gathered(index).array == [5, 6, 1, 2, 5, 6])
    #expect(try table.segmentSum(index).array == [3, 4, 0, 0, 6, 8])
    let segments = try Segments(counts: [2, 0, 1])
    #expect(try table.segmentMean(segments).array == [2, 3, 0, 0, 5, 6])
    #expect(try table.reshaped([3, 1, 2]).segmentMean(segments).shape == [3, 1, 2])
    let rows = try CategoryRows([0, 1, 1, 0, 0, 1], dims: [2, 2])
    #expect(rows.distinctCount == 2)
    let sum = try Real.embeddingSum(rows, tables: [Real([1, 2], [2, 1]), Real([10, 20], [2, 1])])
    #expect(sum.array == [21, 12, 21])
  }

  @Test("gradients agree with central differences")
  func gradients() throws {
    let index = try RowIndex([2, 0, 2, 1, 1], bound: 4)
    try expectGradients([normal([4, 3], 1)]) { try $0[0].gathered(index) }
    try expectGradients([normal([5, 3], 1)]) { try $0[0].segmentSum(index) }
    try expectGradients([normal([5, 3], 1)]) { try $0[0].segmentMean(Segments(counts: [2, 0, 3])) }
    try expectGradients([normal([5, 2, 2], 1)]) { try $0[0].segmentMean(Segments(counts: [2, 0, 3])) }
    let rows = try CategoryRows([0, 1, 3, 1, 0, 2, 0, 1, 3, 0, 0, 0], dims: [2, 3, 4])
    try expectGradients([normal([2, 3], 1), normal([3, 3], 2), normal([4, 3], 3)]) {
      try Tensor.embeddingSum(rows, tables: $0)
    }
  }

  @Test("indices outside a table and rows that do not fit are refused with their place")
  func errors() throws {
    let error = #expect(throws: ShapeError.self) { try RowIndex([0, 3], bound: 3) }
    #expect(error?.description == "RowIndex: index 3 at position 1 is outside 0..<3.")
    #expect(throws: ShapeError.self) { try RowIndex([-1], bound: 3) }
    #expect(throws: ShapeError.self) { try RowIndex([], bound: -1) }
    #expect(throws: ShapeError.self) { try Segments(offsets: [0, 2, 1]) }
    #expect(throws: ShapeError.self) { try Segments(offsets: []) }
    #expect(throws: ShapeError.self) { try Segments(counts: [1, -1]) }
    #expect(throws: ShapeError.self) { try CategoryRows([0, 1, 2], dims: [2, 2]) }
    #expect(throws: ShapeError.self) { try CategoryRows([0, 2], dims: [2, 2]) }
    #expect(throws: ShapeError.self) { try table.gathered(RowIndex([0], bound: 4)) }
    #expect(throws: ShapeError.self) { try table.segmentSum(RowIndex([0], bound: 4)) }
    #expect(throws: ShapeError.self) { try table.segmentMean(Segments(counts: [1])) }
    let rows = try CategoryRows([0, 1], dims: [2, 2])
    #expect(throws: ShapeError.self) { try Real.embeddingSum(rows, tables: [.zeros([2, 3])]) }
    #expect(throws: ShapeError.self) { try Real.embeddingSum(rows, tables: [.zeros([2, 3]), .zeros([2, 4])]) }
  }
}
