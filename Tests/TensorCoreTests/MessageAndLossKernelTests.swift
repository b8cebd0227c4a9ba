import TensorCore
import Testing

@Suite struct MessageAndLossKernelTests {
  func messages<K: KernelSet>(
    _: K.Type, _ graph: GraphEdges, _ h: [Float], _ bonds: [Float]?, _ dy: [Float], width: Int
  ) -> [[Float]] where K.Element == Float {
    var out = h
    func withBonds(_ body: (UnsafePointer<Float>?) -> Void) {
      if let bonds { bonds.withUnsafeBufferPointer { body($0.baseAddress) } } else { body(nil) }
    }
    var results: [[Float]] = []
    withBonds { bonds in
      K.message(graph, h, bonds, self: 1.1, &out, width: width)
      results.append(out)
      for accumulate in [false, true] {
        var dh = dy
        var dBonds = Array(repeating: Float(0.5), count: 6 * width)
        dBonds.withUnsafeMutableBufferPointer { table in
          K.messageGradient(
            graph, h, bonds, dy, self: 1.1, dh: &dh, dBonds: bonds == nil ? nil : table.baseAddress, width: width,
            accumulate: accumulate)
        }
        results += [dh, dBonds]
      }
    }
    return results
  }

  @Test("messages equal the plain loops', also for isolated nodes", arguments: [1, 7, 16, 40, 64, 72, 144])
  func messages(width: Int) throws {
    let source: [Int32] = [0, 1, 1, 2, 3, 0, 5, 5, 2, 2]
    let target: [Int32] = [1, 0, 2, 1, 0, 3, 5, 2, 2, 1]
    let bonds: [Int32] = [0, 1, 2, 0, 1, 2, 0, 0, 1, 1]
    let graph = try GraphEdges(nodes: 6, source: source, target: target, bonds: bonds, bondDims: [3])
    var h: [Float] = try normal([6 * width], 31).array
    h[width / 2] = .nan
    let table: [Float] = try normal([3 * width], 32).array
    let dy: [Float] = try normal([6 * width], 33).array
    for bondTable in [table, nil] {
      let fast = messages(VectorKernels.self, graph, h, bondTable, dy, width: width)
      let plain = messages(PlainKernels<Float>.self, graph, h, bondTable, dy, width: width)
      for (a, b) in zip(fast, plain) { expectClose(a, b, absolute: 1e-5, relative: 1e-5) }
    }
  }

  func losses<K: KernelSet>(
    _: K.Type, _ z: [Float], _ y: [Float], _ start: [Float], rows: Int, width: Int
  ) -> [[Float]] where K.Element == Float {
    var results = [
      [Float(K.crossEntropyBinary(z, y, rows * width)), Float(K.margin(z, y, rows: rows, width: width))]
    ]
    for accumulate in [false, true] {
      var (a, b) = (start, start)
      K.crossEntropyBinaryGradient(z, y, factor: 0.3, &a, rows * width, accumulate: accumulate)
      K.marginGradient(z, y, factor: 0.3, &b, rows: rows, width: width, accumulate: accumulate)
      results += [a, b]
    }
    return results
  }

  @Test("losses and their gradients equal the plain loops'", arguments: [0, 1, 5, 112, 300])
  func losses(width: Int) throws {
    var z: [Float] = try normal([3 * width], 41, scale: 4).array
    if width > 5 { z.replaceSubrange(0..<5, with: [100, -100, 1e4, -1e4, 0]) }
    let y: [Float] = (0..<(3 * width)).map { $0 % 5 == 0 ? 1 : 0 }
    let start: [Float] = try normal([3 * width], 42).array
    let fast = losses(VectorKernels.self, z, y, start, rows: 3, width: width)
    let plain = losses(PlainKernels<Float>.self, z, y, start, rows: 3, width: width)
    for (a, b) in zip(fast, plain) { expectClose(a, b, absolute: 2e-5, relative: 1e-5) }
  }

  @Test("a NaN logit makes both losses NaN")
  func lossOfNaN() {
    #expect(VectorKernels.crossEntropyBinary([.nan, 1], [1, 0], 2).isNaN)
    #expect(VectorKernels.margin([.nan, 1], [1, 0], rows: 1, width: 2).isNaN)
    #expect(VectorKernels.margin([1, .nan], [1, 0], rows: 1, width: 2).isNaN)
  }

  func optimise<K: KernelSet>(_: K.Type, _ count: Int, _ g: [Float], _ w: [Float]) -> [[Float]]
  where K.Element == Float {
    var (weights, mean, square) = (w, g.map { $0 / 3 }, g.map { $0 * $0 })
    let rule = AdamRule<Float>(
      beta1: 0.9, beta2: 0.999, epsilon: 1e-8, rate: 0.01, rootCorrection: 0.05, coupledDecay: 0.1, weightFactor: 0.99)
    K.adam(rule, weights: &weights, gradients: g, mean: &mean, square: &square, count)
    var (second, velocity) = (w, g)
    K.momentum(
      MomentumRule(rate: 0.1, momentum: 0.9, decay: 0.01), weights: &second, gradients: g, velocity: &velocity, count)
    return [weights, mean, square, second, velocity]
  }

  @Test("optimisers equal the plain loops'", arguments: [0, 1, 17, 100])
  func optimisers(count: Int) throws {
    let g: [Float] = try normal([count], 51).array
    let w: [Float] = try normal([count], 52).array
    let fast = optimise(VectorKernels.self, count, g, w)
    for (a, b) in zip(fast, optimise(PlainKernels<Float>.self, count, g, w)) {
      expectClose(a, b, absolute: 1e-7, relative: 2e-6)
    }
  }

  @Test(
    "matrix products equal the plain loops'", arguments: [(1, 1, 1), (3, 5, 7), (17, 64, 33), (2, 3, 0), (0, 4, 4)],
    [(false, false), (true, false), (false, true), (true, true)])
  func products(extents: (Int, Int, Int), transposed: (Bool, Bool)) throws {
    let (m, n, k) = extents
    let a: [Float] = try normal([m * k], 61).array
    let b: [Float] = try normal([k * n], 62).array
    var (fast, plain) = (Array(repeating: Float(2), count: m * n), Array(repeating: Float(2), count: m * n))
    let product = Product(
      transposeA: transposed.0, transposeB: transposed.1, m: m, n: n, k: k, alpha: 0.5, beta: 1.5)
    guard m > 0, k > 0 else { return }  // the operations handle empty products before they reach the library
    #expect(VectorKernels.gemm(product, a, b, &fast) == 0)
    #expect(PlainKernels<Float>.gemm(product, a, b, &plain) == 0)
    expectClose(fast, plain, absolute: 1e-5, relative: 1e-5)
  }
}
