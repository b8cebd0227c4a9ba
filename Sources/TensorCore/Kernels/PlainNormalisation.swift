// The plain loops of LayerNorm and BatchNorm.

extension KernelSet {
  public static func layerNorm(
    _ x: In, _ weight: In, _ bias: In, _ y: Out, mean: Out, inverse: Out, rows: Int, width: Int, epsilon: Element
  ) {
    for r in 0..<rows {
      let row = x + r * width
      var sum: Element = 0
      for c in 0..<width { sum += row[c] }
      let center = sum / Element(width)
      var squares: Element = 0
      for c in 0..<width { squares += (row[c] - center) * (row[c] - center) }
      let scale = 1 / (squares / Element(width) + epsilon).squareRoot()
      for c in 0..<width { y[r * width + c] = (row[c] - center) * scale * weight[c] + bias[c] }
      mean[r] = center
      inverse[r] = scale
    }
  }

  public static func layerNormGradient(
    _ x: In, _ weight: In, mean: In, inverse: In, _ dy: In, dx: Out?, dWeight: Out?, dBias: Out?, rows: Int, width: Int,
    accumulate: Bool
  ) {
    for r in 0..<rows {
      let (row, slope) = (x + r * width, dy + r * width)
      var (sum, product): (Element, Element) = (0, 0)
      for c in 0..<width {
        let normal = (row[c] - mean[r]) * inverse[r]
        sum += slope[c] * weight[c]
        product += slope[c] * weight[c] * normal
        if let dWeight { dWeight[c] += slope[c] * normal }
        if let dBias { dBias[c] += slope[c] }
      }
      guard let dx else { continue }
      let (a, b) = (sum / Element(width), product / Element(width))
      for c in 0..<width {
        let normal = (row[c] - mean[r]) * inverse[r]
        let value = inverse[r] * (slope[c] * weight[c] - a - normal * b)
        dx[r * width + c] = accumulate ? dx[r * width + c] + value : value
      }
    }
  }

  public static func columnMoments(
    _ x: In, rows: Int, width: Int, mean: UnsafeMutablePointer<Double>, squares: UnsafeMutablePointer<Double>
  ) {
    for c in 0..<width {
      var sum = 0.0
      for r in 0..<rows { sum += Double(x[r * width + c]) }
      let center = rows > 0 ? sum / Double(rows) : 0
      var square = 0.0
      for r in 0..<rows {
        let difference = Double(x[r * width + c]) - center
        square += difference * difference
      }
      mean[c] = center
      squares[c] = square
    }
  }

  public static func batchApply(
    _ x: In, scale: In, shift: In, _ y: Out, rows: Int, width: Int, relu: Bool, _ plan: DropoutPlan?
  ) {
    for r in 0..<rows {
      for c in 0..<width {
        let i = r * width + c
        var value = x[i] * scale[c] + shift[c]
        if relu, value < 0 { value = 0 }
        if let plan { value = plan.keeps(row: r, column: c) ? value * Element(plan.factor) : 0 }
        y[i] = value
      }
    }
  }

  /// dL/d(BN output) at one element: dy through dropout and ReLU. With a ReLU, y > 0 says both "kept" and "positive".
  static func batchSlope(_ y: In, _ dy: In, _ i: Int, _ r: Int, _ c: Int, relu: Bool, _ plan: DropoutPlan?) -> Element {
    let factor = Element(plan?.factor ?? 1)
    if relu { return y[i] > 0 ? dy[i] * factor : 0 }
    guard let plan else { return dy[i] }
    return plan.keeps(row: r, column: c) ? dy[i] * factor : 0
  }

  public static func batchSums(
    _ x: In, mean: In, inverse: In, _ y: In, _ dy: In, rows: Int, width: Int, relu: Bool, _ plan: DropoutPlan?,
    sum: UnsafeMutablePointer<Double>, product: UnsafeMutablePointer<Double>
  ) {
    for c in 0..<width {
      sum[c] = 0
      product[c] = 0
    }
    for r in 0..<rows {
      for c in 0..<width {
        let i = r * width + c
        let slope = batchSlope(y, dy, i, r, c, relu: relu, plan)
        sum[c] += Double(slope)
        product[c] += Double(slope * ((x[i] - mean[c]) * inverse[c]))
      }
    }
  }

  public static func batchGradient(
    _ x: In, _ y: In, _ dy: In, a: In, b: In, c: In, _ dx: Out, rows: Int, width: Int, relu: Bool,
    _ plan: DropoutPlan?, accumulate: Bool
  ) {
    for r in 0..<rows {
      for column in 0..<width {
        let i = r * width + column
        let slope = batchSlope(y, dy, i, r, column, relu: relu, plan)
        let value = a[column] * slope + b[column] * x[i] + c[column]
        dx[i] = accumulate ? dx[i] + value : value
      }
    }
  }
}
