import TensorCore
import Testing

@Suite struct OperationKernelTests {
  typealias Extent = RowKernelTests.Extent

  /// Runs `body` on a copy of `start`, stretched to `count` elements, with one more to see writes behind the end.
  func result(_ count: Int, _ start: [Float], _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
    var out = Array(start.prefix(count)) + Array(repeating: 0.5, count: max(0, count - start.count)) + [77]
    out.withUnsafeMutableBufferPointer { $0.baseAddress.map(body) }
    return out
  }

  func numbers(_ count: Int, _ stream: UInt64, special: Bool) throws -> [Float] {
    var x: [Float] = try normal([count], stream).array.map { 3 * $0 }
    if special, count > 4 {
      (x[0], x[count / 3], x[count / 2], x[count - 1]) = (.infinity, -.infinity, .nan, 0)
    }
    return x
  }

  static let functions: [Function] = [
    .exp, .log, .sqrt, .square, .absolute, .reciprocal, .softplus, .logSigmoid, .clamp(-0.5, 0.75),
  ]

  @Test("functions and their gradients equal the plain loops', also at 0, infinities, NaN and subnormal numbers")
  func functions() throws {
    for count in [0, 1, 7, 16, 33, 1000] {
      var x = try numbers(count, 1, special: true)
      if count == 1000 { (x[1], x[2], x[3], x[4]) = (Float(bitPattern: 71_362), 1.1754944e-38, 3.4e38, -0.0) }
      let dy = try numbers(count, 2, special: false)
      for function in Self.functions {
        func run<K: KernelSet>(_: K.Type) -> [[Float]] where K.Element == Float {
          let y = result(count, []) { K.apply(function, x, $0, count) }
          return [y]
            + [false, true].map { add in
              result(count, dy) { K.applyGradient(function, x, y, dy, $0, count, accumulate: add) }
            }
        }
        // An added gradient may cancel what was there: its error is that of the numbers added, about 3.
        for (index, (a, b)) in zip(run(VectorKernels.self), run(PlainKernels<Float>.self)).enumerated() {
          expectClose(a, b, absolute: index < 2 ? 1e-30 : 3e-6, relative: 4e-6, "\(function), \(count), \(index)")
        }
      }
    }
  }

  func rowKernels<K: KernelSet>(_: K.Type, _ x: [Float], _ y: [Float], _ extent: Extent) -> [[Float]]
  where K.Element == Float {
    let (rows, width) = (extent.rows, extent.width)
    let count = rows * width
    let column = Array(y.prefix(rows)) + Array(repeating: 1, count: max(0, rows - y.count))
    var results = [
      result(count, []) { K.divide(x, y, $0, count) },
      [Float(K.sumOfSquares(y, count))],
      result(count, x) { K.clip(0.7, $0, count) },
      result(count, []) { K.logSoftmax(x, $0, rows: rows, width: width) },
    ]
    for add in [false, true] {
      results += [
        result(count, y) { K.maskedFill(x, mask: y, 2.5, $0, count, accumulate: add) },
        result(count, y) { K.fill(1.5, $0, count, accumulate: add) },
        result(count, y) { K.scaleRows(x, column, $0, rows: rows, width: width, accumulate: add) },
        result(rows, y) { K.rowDots(x, y, $0, rows: rows, width: width, accumulate: add) },
        result(count, y) { K.logSoftmaxGradient(results[3], y, $0, rows: rows, width: width, accumulate: add) },
      ]
    }
    var norms = Array(repeating: Float(0), count: rows)
    let unit = result(count, []) { K.normalizeRows(x, $0, norms: &norms, rows: rows, width: width, epsilon: 0.5) }
    results += [unit, norms]
    for add in [false, true] {
      results.append(
        result(count, y) {
          K.normalizeRowsGradient(
            unit, norms: norms, y, $0, rows: rows, width: width, epsilon: 0.5, accumulate: add)
        })
    }
    return results
  }

  @Test("row kernels equal the plain loops'", arguments: RowKernelTests.extents, [false, true])
  func rows(extent: Extent, special: Bool) throws {
    let count = extent.rows * extent.width
    let (x, y) = (try numbers(count, 3, special: special), try numbers(count, 4, special: false))
    let fast = rowKernels(VectorKernels.self, x, y, extent)
    for (index, (a, b)) in zip(fast, rowKernels(PlainKernels<Float>.self, x, y, extent)).enumerated() {
      expectClose(a, b, absolute: 5e-5, relative: 2e-5, "kernel \(index)")
    }
  }

  func axisKernels<K: KernelSet>(_: K.Type, _ x: [Float], _ dy: [Float], _ axis: AxisExtent) -> [[Float]]
  where K.Element == Float {
    let (count, out) = (axis.outer * axis.extent * axis.inner, axis.outer * axis.inner)
    var results = [result(out, []) { K.sumAxis(x, $0, axis) }]
    if axis.extent > 0 { results.append(result(out, []) { K.maxAxis(x, $0, axis) }) }
    for add in [false, true] {
      results.append(result(count, x) { K.spreadAxis(dy, $0, axis, factor: 0.3, accumulate: add) })
      if axis.extent > 0 {
        results.append(result(count, dy) { K.maxAxisGradient(x, results[1], dy, $0, axis, accumulate: add) })
      }
    }
    return results
  }

  @Test(
    "sums and maxima along an axis equal the plain loops'",
    arguments: [(1, 1, 1), (0, 3, 2), (3, 0, 2), (2, 5, 1), (3, 7, 5), (2, 33, 17), (4, 130, 1), (1, 3, 129)],
    [false, true])
  func axes(extents: (Int, Int, Int), special: Bool) throws {
    let axis = AxisExtent(outer: extents.0, extent: extents.1, inner: extents.2)
    let count = axis.outer * axis.extent * axis.inner
    let x = try numbers(count, 5, special: special)
    let dy = try numbers(max(count, axis.outer * axis.inner), 6, special: false)
    let fast = axisKernels(VectorKernels.self, x, dy, axis)
    for (index, (a, b)) in zip(fast, axisKernels(PlainKernels<Float>.self, x, dy, axis)).enumerated() {
      expectClose(a, b, absolute: 5e-5, relative: 1e-5, "kernel \(index)")
    }
  }

  @Test("strided copies and additions equal the plain loops', bit for bit but for sums along a repeated axis")
  func strides() throws {
    let x = try numbers(240, 7, special: true)
    let cases: [(extents: [Int], strides: [Int], offset: Int)] = [
      ([240], [1], 0), ([6, 40], [40, 1], 0), ([40, 6], [1, 40], 0), ([2, 3, 40], [120, 40, 1], 0),
      ([3, 4, 5], [0, 5, 1], 0),
      ([4, 33], [1, 0], 0), ([5, 2, 3, 4], [4, 120, 20, 1], 0), ([17], [-1], 16), ([0, 4], [4, 1], 0),
      ([3, 0], [1, 1], 0),
      ([1, 1, 1, 1, 1, 1, 2, 2], [0, 0, 0, 0, 0, 0, 2, 1], 0),
    ]
    for (extents, strides, offset) in cases {
      let count = extents.reduce(1, *)
      func run<K: KernelSet>(_: K.Type) -> [[Float]] where K.Element == Float {
        x.withUnsafeBufferPointer { source in
          guard let base = source.baseAddress else { return [] }
          return [
            result(count, []) { K.stridedCopy(base + offset, $0, extents: extents, strides: strides) },
            result(240, Array(repeating: 0.25, count: 240)) {
              K.stridedAdd(base, $0 + offset, extents: extents, strides: strides)
            },
          ]
        }
      }
      let (fast, plain) = (run(VectorKernels.self), run(PlainKernels<Float>.self))
      expectClose(fast[0], plain[0], absolute: 0, relative: 0, "copy \(extents)")
      expectClose(fast[1], plain[1], absolute: 1e-5, relative: 1e-6, "addition \(extents)")
    }
  }

  func segmentKernels<K: KernelSet>(
    _: K.Type, _ x: [Float], _ dy: [Float], _ index: [Int32], _ extent: Extent
  ) -> [[Float]] where K.Element == Float {
    let (rows, width, segments) = (extent.rows, extent.width, 4)
    let (count, all) = (rows * width, segments * width)
    var scratch = Array(repeating: Float(3), count: 2 * all)
    var ties = Array(repeating: Float(3), count: all)
    let soft = result(count, []) {
      K.segmentSoftmax(x, index, $0, rows: rows, width: width, segments: segments, scratch: &scratch)
    }
    let top = result(all, []) { K.segmentMax(x, index, $0, ties: &ties, rows: rows, width: width, segments: segments) }
    var results = [soft, top, ties]
    for add in [false, true] {
      results.append(
        result(count, dy) {
          K.segmentSoftmaxGradient(
            soft, index, dy, $0, rows: rows, width: width, segments: segments, inner: &scratch, accumulate: add)
        })
      results.append(
        result(count, dy) {
          K.segmentMaxGradient(x, index, top, ties: ties, dy, $0, rows: rows, width: width, accumulate: add)
        })
    }
    let edges = EdgeExtent(edges: rows, heads: 1, width: width)
    let target = index.map { ($0 + 1) % 3 }
    let (table, weights) = (Array(repeating: Float(1.25), count: all), Array(repeating: Float(0.5), count: rows))
    results.append(result(all, []) { K.edgeSum(table, weights: weights, source: index, target: target, $0, edges) })
    for add in [false, true] {
      var dw = Array(repeating: Float(2), count: rows)
      let dz = result(all, []) {
        K.edgeSumGradient(
          table, weights: weights, source: index, target: target, results[7], dz: $0, dWeights: &dw, edges,
          accumulateWeights: add)
      }
      results += [dz, dw]
    }
    return results
  }

  @Test("segments and edges equal the plain loops'", arguments: RowKernelTests.extents, [false, true])
  func segments(extent: Extent, special: Bool) throws {
    let count = extent.rows * extent.width
    var x = try numbers(count, 8, special: special)
    if special, count > 20 { (x[3], x[3 + extent.width]) = (5, 5) }
    let dy = try numbers(max(count, 4 * extent.width), 9, special: false)
    let index = (0..<extent.rows).map { Int32(($0 * 7 + 3) % 3) }
    let fast = segmentKernels(VectorKernels.self, x, dy, index, extent)
    for (number, (a, b)) in zip(fast, segmentKernels(PlainKernels<Float>.self, x, dy, index, extent)).enumerated() {
      expectClose(a, b, absolute: 1e-4, relative: 2e-5, "kernel \(number)")
    }
  }

  func sequenceKernels<K: KernelSet>(_: K.Type, _ x: [Float], _ y: [Float], _ extent: Extent) -> [[Float]]
  where K.Element == Float {
    let (rows, width) = (extent.rows, extent.width)
    let count = rows * width
    var gates = Array(repeating: Float(0), count: 3 * count)
    let next = result(count, []) { K.gru(input: x, recurrent: y, y, $0, gates: &gates, rows: rows, width: width) }
    var (da, dc) = (gates, gates)
    let dh = result(count, []) {
      K.gruGradient(recurrent: y, y, gates: gates, x, dInput: &da, dRecurrent: &dc, dh: $0, rows: rows, width: width)
    }
    var results = [next, gates, dh, da, dc]
    for (keys, pairs, causal) in [(false, false, Int?.none), (true, false, 0), (false, true, nil), (true, true, 2)] {
      var hidden = y
      for c in stride(from: 0, to: hidden.count, by: 3) { hidden[c] = -.infinity }
      results.append(
        result(count, x) { scores in
          hidden.withUnsafeBufferPointer { hidden in
            y.withUnsafeBufferPointer { y in
              K.attentionSoftmax(
                keys: keys ? hidden.baseAddress : nil, pairs: pairs ? y.baseAddress : nil, scores, rows: rows,
                width: width, causalOffset: causal)
            }
          }
        })
    }
    return results
  }

  @Test(
    "recurrent cells and attention's softmax equal the plain loops'", arguments: RowKernelTests.extents, [false, true])
  func sequences(extent: Extent, special: Bool) throws {
    let count = 3 * extent.rows * extent.width
    let (x, y) = (try numbers(count, 10, special: special), try numbers(max(count, extent.width), 11, special: false))
    let fast = sequenceKernels(VectorKernels.self, x, y, extent)
    for (index, (a, b)) in zip(fast, sequenceKernels(PlainKernels<Float>.self, x, y, extent)).enumerated() {
      expectClose(a, b, absolute: 1e-5, relative: 2e-5, "kernel \(index)")
    }
  }

  @Test(
    "products of matrices with gaps between their rows equal the plain loops', all transpositions, and keep the gaps")
  func stridedProducts() throws {
    let (a, b) = (try numbers(4000, 12, special: false), try numbers(4000, 13, special: false))
    for (m, n, k) in [(1, 1, 1), (3, 5, 7), (17, 33, 20), (1, 40, 9)] {
      for mode in 0..<4 {
        let (transposeA, transposeB) = (mode & 1 == 1, mode & 2 == 2)
        for beta in [Float(0), 1] {
          let product = Product(transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, beta: beta)
          let (lda, ldb, ldc) = ((transposeA ? m : k) + 3, (transposeB ? k : n) + 5, n + 2)
          func run<K: KernelSet>(_: K.Type) -> [Float] where K.Element == Float {
            result(m * ldc, Array(repeating: 0.25, count: m * ldc)) {
              #expect(K.gemm(product, a, lda: lda, b, ldb: ldb, $0, ldc: ldc) == 0)
            }
          }
          expectClose(
            run(VectorKernels.self), run(PlainKernels<Float>.self), absolute: 2e-4, relative: 1e-5,
            "\(m) \(n) \(k) \(mode)")
        }
      }
    }
  }
}
