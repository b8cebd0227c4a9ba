// The plain loops of functions, axes and rows.

extension KernelSet {
  public static func apply(_ function: Function, _ x: In, _ y: Out, _ count: Int) {
    for i in 0..<count {
      switch function {
      case .exp: y[i] = Element.exponential(x[i])
      case .log: y[i] = Element.logarithm(x[i])
      case .sqrt: y[i] = x[i].squareRoot()
      case .square: y[i] = x[i] * x[i]
      case .absolute: y[i] = abs(x[i])
      case .reciprocal: y[i] = 1 / x[i]
      case .softplus: y[i] = softplus(x[i])
      case .logSigmoid: y[i] = -softplus(-x[i])
      case .clamp(let lower, let upper):
        let value = x[i] < Element(lower) ? Element(lower) : x[i]
        y[i] = value > Element(upper) ? Element(upper) : value
      }
    }
  }

  public static func applyGradient(
    _ function: Function, _ x: In, _ y: In, _ dy: In, _ dx: Out, _ count: Int, accumulate: Bool
  ) {
    for i in 0..<count {
      let slope: Element
      switch function {
      case .exp: slope = y[i]
      case .log: slope = 1 / x[i]
      case .sqrt: slope = 1 / (2 * y[i])
      case .square: slope = 2 * x[i]
      case .absolute: slope = x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0
      case .reciprocal: slope = -y[i] * y[i]
      case .softplus: slope = sigmoid(x[i])
      case .logSigmoid: slope = sigmoid(-x[i])
      case .clamp(let lower, let upper): slope = x[i] >= Element(lower) && x[i] <= Element(upper) ? 1 : 0
      }
      dx[i] = (accumulate ? dx[i] : 0) + slope * dy[i]
    }
  }

  /// ln(1 + exp x), without overflow.
  static func softplus(_ x: Element) -> Element {
    (x > 0 ? x : 0) + Element.logOnePlus(Element.exponential(-abs(x)))
  }

  public static func divide(_ a: In, _ b: In, _ out: Out, _ count: Int) {
    for i in 0..<count { out[i] = a[i] / b[i] }
  }

  public static func maskedFill(
    _ x: In, mask: In, _ value: Element, _ out: Out, _ count: Int, accumulate: Bool
  ) {
    for i in 0..<count { out[i] = (accumulate ? out[i] : 0) + (mask[i] > 0 ? value : x[i]) }
  }

  public static func fill(_ value: Element, _ out: Out, _ count: Int, accumulate: Bool) {
    for i in 0..<count { out[i] = (accumulate ? out[i] : 0) + value }
  }

  public static func sumOfSquares(_ x: In, _ count: Int) -> Double {
    var sum = 0.0
    for i in 0..<count { sum += Double(x[i]) * Double(x[i]) }
    return sum
  }

  public static func clip(_ bound: Element, _ x: Out, _ count: Int) {
    for i in 0..<count {
      if x[i] < -bound { x[i] = -bound }
      if x[i] > bound { x[i] = bound }
    }
  }

  public static func sumAxis(_ x: In, _ y: Out, _ axis: AxisExtent) {
    for o in 0..<axis.outer {
      for i in 0..<axis.inner {
        var sum: Element = 0
        for n in 0..<axis.extent { sum += x[(o * axis.extent + n) * axis.inner + i] }
        y[o * axis.inner + i] = sum
      }
    }
  }

  public static func spreadAxis(_ dy: In, _ dx: Out, _ axis: AxisExtent, factor: Element, accumulate: Bool) {
    for o in 0..<axis.outer {
      for n in 0..<axis.extent {
        for i in 0..<axis.inner {
          let place = (o * axis.extent + n) * axis.inner + i
          dx[place] = (accumulate ? dx[place] : 0) + factor * dy[o * axis.inner + i]
        }
      }
    }
  }

  public static func maxAxis(_ x: In, _ y: Out, _ axis: AxisExtent) {
    for o in 0..<axis.outer {
      for i in 0..<axis.inner {
        var largest = x[o * axis.extent * axis.inner + i]
        for n in 1..<max(axis.extent, 1) {
          let value = x[(o * axis.extent + n) * axis.inner + i]
          if value > largest || value.isNaN { largest = value }
        }
        y[o * axis.inner + i] = largest
      }
    }
  }

  /// The first place that equals the maximum takes all of dy, as torch's `max(dim)` does.
  public static func maxAxisGradient(
    _ x: In, _ y: In, _ dy: In, _ dx: Out, _ axis: AxisExtent, accumulate: Bool
  ) {
    if !accumulate { dx.clear(axis.count) }
    for o in 0..<axis.outer {
      for i in 0..<axis.inner {
        let largest = y[o * axis.inner + i]
        for n in 0..<axis.extent {
          let place = (o * axis.extent + n) * axis.inner + i
          guard x[place] == largest || (x[place].isNaN && largest.isNaN) else { continue }
          dx[place] += dy[o * axis.inner + i]
          break
        }
      }
    }
  }

  public static func scaleRows(_ x: In, _ factors: In, _ y: Out, rows: Int, width: Int, accumulate: Bool) {
    for r in 0..<rows {
      for i in (r * width)..<((r + 1) * width) { y[i] = (accumulate ? y[i] : 0) + factors[r] * x[i] }
    }
  }

  public static func rowDots(_ a: In, _ b: In, _ out: Out, rows: Int, width: Int, accumulate: Bool) {
    for r in 0..<rows {
      out[r] = (accumulate ? out[r] : 0) + dot(a + r * width, b + r * width, width)
    }
  }

  public static func logSoftmax(_ x: In, _ y: Out, rows: Int, width: Int) {
    for r in 0..<rows {
      let (x, y) = (x + r * width, y + r * width)
      var (largest, sum) = (-Element.infinity, Element(0))
      for c in 0..<width where x[c] > largest { largest = x[c] }
      for c in 0..<width { sum += Element.exponential(x[c] - largest) }
      let shift = Element.logarithm(sum)
      for c in 0..<width { y[c] = x[c] - largest - shift }
    }
  }

  public static func logSoftmaxGradient(_ y: In, _ dy: In, _ dx: Out, rows: Int, width: Int, accumulate: Bool) {
    for r in 0..<rows {
      let start = r * width
      var total: Element = 0
      for c in start..<(start + width) { total += dy[c] }
      for c in start..<(start + width) {
        dx[c] = (accumulate ? dx[c] : 0) + dy[c] - Element.exponential(y[c]) * total
      }
    }
  }

  public static func normalizeRows(_ x: In, _ y: Out, norms: Out, rows: Int, width: Int, epsilon: Element) {
    for r in 0..<rows {
      let start = r * width
      norms[r] = dot(x + start, x + start, width).squareRoot()
      let divisor = norms[r] < epsilon ? epsilon : norms[r]
      for c in start..<(start + width) { y[c] = x[c] / divisor }
    }
  }

  public static func normalizeRowsGradient(
    _ y: In, norms: In, _ dy: In, _ dx: Out, rows: Int, width: Int, epsilon: Element, accumulate: Bool
  ) {
    for r in 0..<rows {
      let start = r * width
      let isShort = norms[r] < epsilon
      let inner = isShort ? 0 : dot(y + start, dy + start, width)
      let divisor = isShort ? epsilon : norms[r]
      for c in start..<(start + width) {
        dx[c] = (accumulate ? dx[c] : 0) + (dy[c] - y[c] * inner) / divisor
      }
    }
  }
}
