import TensorCore
import Testing

@Suite struct ProductPrecisionTests {
  /// |Σ ab rounded − Σ ab| ≤ (2u + u²) Σ |a| |b| with u = 2⁻⁸, bf16's half unit in the last place; a little for float32.
  private static let bound: Float = 2.03 * 0x1p-8

  private func product(_ a: Tensor<Float>, _ b: Tensor<Float>, _ path: BFloat16Path?) throws -> [[Float]] {
    try ProductPrecision.$current.withValue(path.map { .bfloat16($0) } ?? .float32) {
      let (x, y) = (a.requiringGradient(), b.requiringGradient())
      // Used twice, so that gradients are added to what is there.
      let z = try x.matmul(y) + x.matmul(y)
      try z.backward(from: Tensor.full(0.75, z.shape.axes))
      return try [z.array, #require(x.gradient).array, #require(y.gradient).array]
    }
  }

  private func magnitudes(_ x: Tensor<Float>) throws -> Tensor<Float> {
    try Tensor(x.array.map { abs($0) }, x.shape.axes)
  }

  @Test(
    "products and gradients are within bf16's rounding of float32's",
    arguments: BFloat16Path.allCases.filter(\.isAvailable), [(8, 40, 24), (1, 1, 1), (130, 33, 70), (300, 16, 9)])
  func bounds(path: BFloat16Path, shape: (Int, Int, Int)) throws {
    let (m, k, n) = shape
    let (a, b): (Tensor<Float>, Tensor<Float>) = (try normal([m, k], 1), try normal([k, n], 2))
    let exact = try product(a, b, nil)
    let found = try product(a, b, path)
    let scale = try product(magnitudes(a), magnitudes(b), nil)
    for part in 0..<3 {
      for (index, value) in found[part].enumerated() {
        #expect(abs(value - exact[part][index]) <= Self.bound * scale[part][index] + 1e-6, "part \(part), \(index)")
      }
    }
    #expect(m * k == 1 || found[0] != exact[0], "the products are float32's")
  }

  @Test("a linear layer and its factored gradient use the same products")
  func linear() throws {
    let (x, w): (Tensor<Float>, Tensor<Float>) = (try normal([19, 21], 1), try normal([11, 21], 2))
    let rounded = try ProductPrecision.$current.withValue(.bfloat16(.plain)) { try x.linear(weight: w).array }
    let matmul = try ProductPrecision.$current.withValue(.bfloat16(.plain)) { try x.matmul(transposed: w).array }
    #expect(rounded == matmul)
    #expect(try rounded != x.linear(weight: w).array)

    let store = ParameterStore<Float>(seed: 1)
    let weight = try store.scope.parameter("weight", [11, 21], .constant(0))
    let dy: Tensor<Float> = try normal([19, 11], 3)
    func gradient() throws -> [Float] {
      store.zeroGradients()
      try x.withUnsafeBufferPointer { x in
        try dy.withUnsafeBufferPointer { try weight.accumulateLinearGradient(bias: nil, x: x, dy: $0, rows: 19) }
      }
      return Array(weight.gradients)
    }
    let factored = try ProductPrecision.$current.withValue(.bfloat16(.plain)) { try gradient() }
    let leaf = w.requiringGradient()
    try ProductPrecision.$current.withValue(.bfloat16(.plain)) { try x.linear(weight: leaf).backward(from: dy) }
    #expect(factored == leaf.gradient?.array)
    #expect(try factored != gradient())
  }

  @Test("threads change no bit", arguments: [(200, 310, 250), (700, 170, 90), (9, 1500, 700)])
  func threads(m: Int, k: Int, n: Int) throws {
    let (a, b): (Tensor<Float>, Tensor<Float>) = (try normal([m, k], 1), try normal([k, n], 2))
    let path = BFloat16Path.avx512.isAvailable ? BFloat16Path.avx512 : .plain
    let one = try product(a, b, path)
    Threads.count = 3
    defer { Threads.count = 1 }
    #expect(try product(a, b, path) == one)
  }

  @Test("float64 does not look at it, and outside it is float32")
  func scope() throws {
    let (a, b): (Real, Real) = (try normal([5, 6], 1), try normal([6, 7], 2))
    let inside = try ProductPrecision.$current.withValue(.bfloat16(.plain)) { try a.matmul(b).array }
    #expect(try inside == a.matmul(b).array)
    #expect(ProductPrecision.current == .float32)
  }
}
