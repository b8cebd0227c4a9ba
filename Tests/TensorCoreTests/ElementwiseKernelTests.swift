import TensorCore
import Testing

/// The vector kernels against the plain loops, in single precision, over tails, empty inputs, NaN and infinities.
@Suite struct ElementwiseKernelTests {
  static let counts = [0, 1, 3, 15, 16, 17, 63, 64, 65, 130, 1000]

  static func values(_ count: Int, _ stream: UInt64, special: Bool) throws -> [Float] {
    var values: [Float] = try normal([count], stream, scale: 3).array
    let specials: [Float] = [
      .nan, .infinity, -.infinity, 0, -0.0, 1e30, -1e30, 0x1p-140, -0x1p-140, 88.9, -88.9, -104, 20,
    ]
    if special {
      for (index, value) in specials.enumerated() where index * 5 + 2 < count { values[index * 5 + 2] = value }
    }
    return values
  }

  func run<K: KernelSet>(_: K.Type, _ a: [Float], _ b: [Float]) -> [[Float]] where K.Element == Float {
    let count = a.count
    func output(_ start: [Float]? = nil, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
      var result = (start ?? Array(repeating: 9, count: count)) + [123]  // one guard element behind the end
      result.withUnsafeMutableBufferPointer { $0.baseAddress.map(body) }
      return result
    }
    return [
      output { K.add(a, b, $0, count) }, output { K.subtract(a, b, $0, count) }, output { K.multiply(a, b, $0, count) },
      output(b) { K.multiplyAdd(a, b, $0, count) }, output { K.scale(-1.5, a, $0, count) },
      output(b) { K.axpy(0.25, a, $0, count) },
    ]
  }

  @Test("sums and products equal the plain loops'", arguments: counts, [false, true])
  func arithmetic(count: Int, special: Bool) throws {
    let a = try Self.values(count, 1, special: special)
    let b = try Self.values(count, 2, special: false)
    for (fast, plain) in zip(run(VectorKernels.self, a, b), run(PlainKernels<Float>.self, a, b)) {
      expectClose(fast, plain, absolute: 1e-6, relative: 1e-6)
    }
  }

  static let kinds: [Activation] = [.relu, .gelu, .tanh, .sigmoid, .elu(0.7), .leakyReLU(0.1)]

  func activate<K: KernelSet>(
    _: K.Type, _ kind: Activation, _ x: [Float], _ dy: [Float], _ start: [Float]
  ) -> [[Float]] where K.Element == Float {
    var y = start
    var fresh = start
    var added = start
    K.activate(kind, x, &y, x.count)
    K.activateGradient(kind, x, y, dy, &fresh, x.count, accumulate: false)
    K.activateGradient(kind, x, y, dy, &added, x.count, accumulate: true)
    return [y, fresh, added]
  }

  @Test("activations and their gradients equal the plain loops'", arguments: kinds, counts)
  func activations(kind: Activation, count: Int) throws {
    let x = try Self.values(count, 3, special: true)
    let dy = try Self.values(count, 4, special: false)
    let start = try Self.values(count, 5, special: false)
    let fast = activate(VectorKernels.self, kind, x, dy, start)
    let plain = activate(PlainKernels<Float>.self, kind, x, dy, start)
    // At 1e30, x² is infinite: 0 · ∞ in the slope of GELU is NaN in both.
    for (a, b) in zip(fast, plain) { expectClose(a, b, absolute: 2e-6, relative: 2e-6, "\(kind)") }
  }

  @Test("GELU, tanh and sigmoid agree with double precision to 3e-7 over their whole range", arguments: kinds[1...3])
  func accuracy(kind: Activation) {
    let x = stride(from: Float(-12), through: 12, by: 0.001).map { $0 }
    var y = x
    VectorKernels.activate(kind, x, &y, x.count)
    var exact = x.map(Double.init)
    PlainKernels<Double>.activate(kind, x.map(Double.init), &exact, x.count)
    for (a, b) in zip(y, exact) where abs(Double(a) - b) > 3e-7 * max(1, abs(b)) {
      Issue.record("\(kind): \(a), expected \(b)")
      return
    }
  }
}
