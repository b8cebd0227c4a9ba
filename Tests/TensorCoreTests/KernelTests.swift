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

@Suite struct RowKernelTests {
  struct Extent: CustomTestStringConvertible {
    let rows, width: Int
    var testDescription: String { "\(rows)x\(width)" }
  }
  static let extents = [
    Extent(rows: 0, width: 5), Extent(rows: 1, width: 1), Extent(rows: 3, width: 7), Extent(rows: 2, width: 16),
    Extent(rows: 5, width: 33), Extent(rows: 70, width: 64), Extent(rows: 131, width: 80), Extent(rows: 66, width: 129),
  ]

  func rowKernels<K: KernelSet>(
    _: K.Type, _ x: [Float], _ other: [Float], _ row: [Float], _ start: [Float], _ extent: Extent
  ) -> [[Float]] where K.Element == Float {
    let (rows, width) = (extent.rows, extent.width)
    var results: [[Float]] = []
    func take(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
      var out = Array(start.prefix(count)) + Array(repeating: 0.5, count: max(0, count - start.count)) + [77]
      out.withUnsafeMutableBufferPointer { $0.baseAddress.map(body) }
      results.append(out)
    }
    let index = (0..<rows).map { Int32(($0 * 7 + 3) % 4) }
    let offsets: [Int32] = [0, Int32(rows / 3), Int32(rows / 3), Int32(rows)]
    take(rows * width) { K.addRow(x, row, $0, rows: rows, width: width) }
    take(width) { K.sumRows(x, $0, rows: rows, width: width, accumulate: false) }
    take(width) { K.sumRows(x, $0, rows: rows, width: width, accumulate: true) }
    take(rows * width) { K.gather(other, index, $0, rows: rows, width: width) }
    take(4 * width) { K.scatterAdd(x, index, $0, rows: rows, width: width) }
    take(3 * width) { K.segmentMean(x, offsets, $0, segments: 3, width: width) }
    for accumulate in [false, true] {
      take(rows * width) {
        K.segmentMeanGradient(other, offsets, $0, segments: 3, width: width, accumulate: accumulate)
      }
    }
    take(rows * width) { K.softmax(x, mask: nil, $0, rows: rows, width: width) }
    let y = results[results.count - 1]
    take(rows * width) { K.softmax(x, mask: start, $0, rows: rows, width: width) }
    for accumulate in [false, true] {
      take(rows * width) {
        K.softmaxGradient(y, start, $0, rows: rows, width: width, accumulate: accumulate)
      }
    }
    results.append([K.dot(x, start, rows * width), Float(K.sum(x, rows * width))])
    return results
  }

  @Test("rows, segments and softmax equal the plain loops'", arguments: extents, [false, true])
  func rows(extent: Extent, special: Bool) throws {
    let count = extent.rows * extent.width
    var x: [Float] = try normal([count], 11).array
    if special, count > 2 {
      x[count / 2] = .nan
      x[count - 1] = .infinity
    }
    let other: [Float] = try normal([4 * extent.width], 12).array
    let row: [Float] = try normal([extent.width], 13).array
    let start: [Float] = try normal([count], 14).array
    let fast = rowKernels(VectorKernels.self, x, other, row, start, extent)
    let plain = rowKernels(PlainKernels<Float>.self, x, other, row, start, extent)
    for (index, (a, b)) in zip(fast, plain).enumerated() {
      expectClose(a, b, absolute: 3e-5, relative: 1e-5, "kernel \(index)")
    }
  }

  @Test("a softmax over −1e9 masks gives weight 0, and a uniform row where everything is masked")
  func maskedSoftmax() {
    let x: [Float] = [0.3, -0.2, 0.7, 0.1]
    var y = x
    VectorKernels.softmax(x, mask: [0, -1e9, -1e9, -1e9], &y, rows: 2, width: 2)
    #expect(y == [1, 0, 0.5, 0.5])
  }

  func normalisation<K: KernelSet>(
    _: K.Type, _ x: [Float], _ dy: [Float], _ w: [Float], _ b: [Float], _ extent: Extent, plan: DropoutPlan?,
    relu: Bool
  ) -> [[Float]] where K.Element == Float {
    let (rows, width) = (extent.rows, extent.width)
    var results: [[Float]] = []
    var (mean, squares) = (Array(repeating: 1.0, count: width), Array(repeating: 1.0, count: width))
    K.columnMoments(x, rows: rows, width: width, mean: &mean, squares: &squares)
    results.append(mean.map(Float.init))
    results.append(squares.map(Float.init))
    var y = x
    K.batchApply(x, scale: w, shift: b, &y, rows: rows, width: width, relu: relu, plan)
    results.append(y)
    K.batchSums(
      x, mean: b, inverse: w, y, dy, rows: rows, width: width, relu: relu, plan, sum: &mean, product: &squares)
    results.append(mean.map(Float.init))
    results.append(squares.map(Float.init))
    for accumulate in [false, true] {
      var dx = dy
      K.batchGradient(
        x, y, dy, a: w, b: b, c: w, &dx, rows: rows, width: width, relu: relu, plan, accumulate: accumulate)
      results.append(dx)
    }
    if let plan {
      for accumulate in [false, true] {
        var out = dy
        K.dropout(x, &out, rows: rows, width: width, plan, accumulate: accumulate)
        results.append(out)
      }
    }
    var (center, inverse) = (Array(repeating: Float(0), count: rows), Array(repeating: Float(0), count: rows))
    K.layerNorm(x, w, b, &y, mean: &center, inverse: &inverse, rows: rows, width: width, epsilon: 1e-5)
    results += [y, center, inverse]
    for accumulate in [false, true] {
      var (dx, dw, db) = (dy, w, b)
      K.layerNormGradient(
        x, w, mean: center, inverse: inverse, dy, dx: &dx, dWeight: &dw, dBias: &db, rows: rows, width: width,
        accumulate: accumulate)
      results += [dx, dw, db]
    }
    return results
  }

  @Test(
    "BatchNorm, LayerNorm and dropout equal the plain loops', with any combination of ReLU and dropout",
    arguments: extents, [(false, false), (true, false), (false, true), (true, true)])
  func normalisation(extent: Extent, mode: (relu: Bool, dropout: Bool)) throws {
    let count = extent.rows * extent.width
    let x: [Float] = try normal([count], 21).array
    let dy: [Float] = try normal([count], 22).array
    let w: [Float] = try normal([extent.width], 23).array
    let b: [Float] = try normal([extent.width], 24).array
    var plans: [DropoutPlan?] = [nil]
    if mode.dropout {
      let key = DropoutKey(seed: 5, step: 6, layer: 7)
      let ids = (0..<extent.rows).map { Int32(10 * $0 + 1) }
      plans = [
        try DropoutPlan(rate: 0.7, DropoutMask(key, rowOffset: 1000), rowCount: extent.rows),
        try DropoutPlan(rate: 0.2, DropoutMask(key, rows: ids), rowCount: extent.rows),
      ]
    }
    for plan in plans {
      let fast = normalisation(VectorKernels.self, x, dy, w, b, extent, plan: plan, relu: mode.relu)
      let plain = normalisation(PlainKernels<Float>.self, x, dy, w, b, extent, plan: plan, relu: mode.relu)
      for (index, (a, b)) in zip(fast, plain).enumerated() {
        expectClose(a, b, absolute: 5e-5, relative: 2e-5, "result \(index)")
      }
    }
  }

  @Test("column moments keep their precision where the mean is a thousand times the deviation")
  func preciseMoments() throws {
    let x: [Float] = try normal([500, 20], 25).array.map { $0 + 1000 }
    var (mean, squares) = (Array(repeating: 0.0, count: 20), Array(repeating: 0.0, count: 20))
    VectorKernels.columnMoments(x, rows: 500, width: 20, mean: &mean, squares: &squares)
    var (exactMean, exactSquares) = (mean, squares)
    PlainKernels<Double>.columnMoments(
      x.map(Double.init), rows: 500, width: 20, mean: &exactMean, squares: &exactSquares)
    expectClose(mean, exactMean, absolute: 0, relative: 1e-7)
    expectClose(squares, exactSquares, absolute: 0, relative: 1e-5)
  }
}

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
