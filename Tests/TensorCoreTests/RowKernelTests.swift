import TensorCore
import Testing

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
