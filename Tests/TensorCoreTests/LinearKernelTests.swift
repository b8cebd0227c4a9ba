import TensorCore
import Testing

/// Products of few rows with large weights.
@Suite struct LinearKernelTests {
  struct Extent: CustomTestStringConvertible {
    let m, n, k: Int
    var testDescription: String { "\(m)x\(n)x\(k)" }
  }
  static let extents = [
    Extent(m: 1, n: 16, k: 1), Extent(m: 8, n: 32, k: 48), Extent(m: 7, n: 48, k: 33), Extent(m: 13, n: 80, k: 64),
    Extent(m: 5, n: 7, k: 19), Extent(m: 40, n: 112, k: 17), Extent(m: 3, n: 400, k: 6_000),
    Extent(m: 30, n: 208, k: 600), Extent(m: 9, n: 805, k: 64), Extent(m: 17, n: 57, k: 128),
    Extent(m: 6, n: 33, k: 129),
  ]

  static func product(_ extent: Extent, _ transposed: (Bool, Bool), beta: Float) -> Product {
    Product(
      transposeA: transposed.0, transposeB: transposed.1, m: extent.m, n: extent.n, k: extent.k, beta: beta)
  }

  @Test(
    "products equal the plain loops', set and added, also with NaN and infinities", arguments: extents,
    [(false, false), (true, false), (false, true), (true, true)])
  func products(extent: Extent, transposed: (Bool, Bool)) throws {
    let a: [Float] = try normal([extent.m * extent.k], 1).array
    let b: [Float] = try normal([extent.k * extent.n], 2).array
    for special in [false, true] {
      var x = a
      if special { (x[0], x[x.count / 2]) = (.nan, .infinity) }
      for beta: Float in [0, 1, 0.5] {
        var (fast, plain) = (
          [Float](repeating: 2, count: extent.m * extent.n), [Float](repeating: 2, count: extent.m * extent.n)
        )
        let product = Self.product(extent, transposed, beta: beta)
        #expect(VectorKernels.gemm(product, x, b, &fast) == 0)
        #expect(PlainKernels<Float>.gemm(product, x, b, &plain) == 0)
        expectClose(fast, plain, absolute: 4e-4, relative: 1e-5)
      }
    }
  }

  @Test(
    "rows have the same bits whatever stands beside them",
    arguments: [(64, 96), (600, 208), (33, 16), (64, 805), (128, 39)], [false, true])
  func steadyRows(shape: (k: Int, n: Int), transposed: Bool) throws {
    let (k, n) = shape
    let a: [Float] = try normal([300 * k], 3).array
    let b: [Float] = try normal([k * n], 4).array
    func rows(_ range: Range<Int>) -> [Float] {
      var out = [Float](repeating: 0, count: range.count * n)
      let product = Product(transposeB: transposed, m: range.count, n: n, k: k)
      #expect(VectorKernels.gemm(product, Array(a[(range.lowerBound * k)..<(range.upperBound * k)]), b, &out) == 0)
      return out
    }
    let whole = rows(0..<300)
    #expect(whole == rows(0..<1) + rows(1..<8) + rows(8..<101) + rows(101..<300))
  }
}

@Suite struct LinearPartsTests {
  @Test("a linear map of tensors side by side is that of their concatenation, with its gradients")
  func parts() throws {
    let inputs: [Real] = try [normal([3, 2], 1), normal([3, 4], 2), normal([5, 6], 3), normal([5], 4)]
    try expectGradients(inputs) { try Real.linear(concatenating: [$0[0], $0[1]], weight: $0[2], bias: $0[3]) }
    try expectGradients(Array(inputs.dropFirst())) {
      try Real.linear(concatenating: [inputs[0], $0[0]], weight: $0[1], bias: $0[2])
    }
    let whole = try Real.concatenated([inputs[0], inputs[1]]).linear(weight: inputs[2], bias: inputs[3])
    #expect(
      try Real.linear(concatenating: [inputs[0], inputs[1]], weight: inputs[2], bias: inputs[3]).array == whole.array)
    #expect(throws: ShapeError.self) { try Real.linear(concatenating: [inputs[0]], weight: inputs[2]) }
    #expect(throws: ShapeError.self) {
      try Real.linear(concatenating: [inputs[0], .zeros([2, 4])], weight: inputs[2])
    }
  }

  @Test(
    "gradients of some columns have the bits of all, set and added",
    arguments: [(8, 16, 48, 33), (64, 32, 80, 20), (3, 5, 7, 9), (1, 64, 16, 1)])
  func columns(shape: (rows: Int, first: Int, second: Int, outputs: Int)) throws {
    let (rows, outputs, inputs) = (shape.rows, shape.outputs, shape.first + shape.second)
    let weight: Tensor<Float> = try normal([outputs, inputs], 1)
    let dy: Tensor<Float> = try normal([rows, outputs], 2)
    let first: Tensor<Float> = try normal([rows, shape.first], 3)
    for data in [false, true] {
      let second: Tensor<Float> = try normal([rows, shape.second], 4).requiringGradient()
      let other = data ? first : first.requiringGradient()
      try Tensor.linear(concatenating: [other, second], weight: weight).backward(from: dy)
      let leaves = [first.requiringGradient(), try normal([rows, shape.second], 4).requiringGradient()]
      try Tensor.concatenated(leaves).linear(weight: weight).backward(from: dy)
      #expect(second.gradient?.array == leaves[1].gradient?.array)
      #expect(other.gradient?.array == (data ? nil : leaves[0].gradient?.array))
      try Tensor.linear(concatenating: [other, second], weight: weight).backward(from: dy)
      try Tensor.concatenated(leaves).linear(weight: weight).backward(from: dy)
      #expect(second.gradient?.array == leaves[1].gradient?.array)
    }
  }
}

extension WorkTeamTests {
  @Test(
    "a product has the same bits on any number of threads", arguments: [2, 3, 5],
    [(false, false), (true, false), (false, true)])
  func productsOnThreads(threads: Int, transposed: (Bool, Bool)) throws {
    for extent in [LinearKernelTests.Extent(m: 12, n: 720, k: 400), .init(m: 40, n: 805, k: 64)] {
      try compareThreads(threads, extent, transposed)
    }
  }

  func compareThreads(_ threads: Int, _ extent: LinearKernelTests.Extent, _ transposed: (Bool, Bool)) throws {
    let a: [Float] = try normal([extent.m * extent.k], 5).array
    let b: [Float] = try normal([extent.k * extent.n], 6).array
    func run(_ threads: Int) -> [Float] {
      var out = [Float](repeating: 1, count: extent.m * extent.n)
      Threads.count = threads
      defer { Threads.count = 1 }
      #expect(VectorKernels.gemm(LinearKernelTests.product(extent, transposed, beta: 1), a, b, &out) == 0)
      return out
    }
    #expect(run(threads) == run(1))
  }
}
