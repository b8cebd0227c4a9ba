// The plain loops over rows: sums, gathers, segments, softmax, dropout.

extension KernelSet {
  public static func dot(_ a: In, _ b: In, _ count: Int) -> Element {
    var sum: Element = 0
    for i in 0..<count { sum += a[i] * b[i] }
    return sum
  }

  public static func sum(_ x: In, _ count: Int) -> Double {
    var sum = 0.0
    for i in 0..<count { sum += Double(x[i]) }
    return sum
  }

  public static func addRow(_ x: In, _ row: In, _ out: Out, rows: Int, width: Int) {
    for r in 0..<rows {
      for c in 0..<width { out[r * width + c] = x[r * width + c] + row[c] }
    }
  }

  public static func sumRows(_ x: In, _ out: Out, rows: Int, width: Int, accumulate: Bool) {
    if !accumulate { out.update(repeating: 0, count: width) }
    for r in 0..<rows {
      for c in 0..<width { out[c] += x[r * width + c] }
    }
  }

  public static func gather(_ table: In, _ index: UnsafePointer<Int32>, _ out: Out, rows: Int, width: Int) {
    for r in 0..<rows {
      (out + r * width).update(from: table + Int(index[r]) * width, count: width)
    }
  }

  public static func scatterAdd(_ x: In, _ index: UnsafePointer<Int32>, _ out: Out, rows: Int, width: Int) {
    for r in 0..<rows {
      let target = out + Int(index[r]) * width
      for c in 0..<width { target[c] += x[r * width + c] }
    }
  }

  public static func segmentMean(
    _ x: In, _ offsets: UnsafePointer<Int32>, _ out: Out, segments: Int, width: Int
  ) {
    for s in 0..<segments {
      let (start, end) = (Int(offsets[s]), Int(offsets[s + 1]))
      let factor: Element = end > start ? 1 / Element(end - start) : 0
      for c in 0..<width {
        var sum: Element = 0
        for r in start..<end { sum += x[r * width + c] }
        out[s * width + c] = sum * factor
      }
    }
  }

  public static func segmentMeanGradient(
    _ dy: In, _ offsets: UnsafePointer<Int32>, _ dx: Out, segments: Int, width: Int, accumulate: Bool
  ) {
    for s in 0..<segments {
      let (start, end) = (Int(offsets[s]), Int(offsets[s + 1]))
      let factor: Element = end > start ? 1 / Element(end - start) : 0
      for r in start..<end {
        for c in 0..<width {
          dx[r * width + c] = (accumulate ? dx[r * width + c] : 0) + factor * dy[s * width + c]
        }
      }
    }
  }

  public static func softmax(_ x: In, mask: In?, _ y: Out, rows: Int, width: Int) {
    for r in 0..<rows {
      let start = r * width
      var largest = -Element.infinity
      for c in 0..<width {
        let value = x[start + c] + (mask.map { $0[start + c] } ?? 0)
        y[start + c] = value
        if value > largest || value.isNaN { largest = value }
      }
      var sum: Element = 0
      for c in 0..<width {
        y[start + c] = Element.exponential(y[start + c] - largest)
        sum += y[start + c]
      }
      for c in 0..<width { y[start + c] /= sum }
    }
  }

  public static func softmaxGradient(_ y: In, _ dy: In, _ dx: Out, rows: Int, width: Int, accumulate: Bool) {
    for r in 0..<rows {
      let start = r * width
      let inner = dot(y + start, dy + start, width)
      for c in start..<(start + width) {
        dx[c] = (accumulate ? dx[c] : 0) + y[c] * (dy[c] - inner)
      }
    }
  }

  public static func dropout(
    _ x: In, _ out: Out, rows: Int, width: Int, _ plan: DropoutPlan, accumulate: Bool
  ) {
    let factor = Element(plan.factor)
    for r in 0..<rows {
      for c in 0..<width {
        let i = r * width + c
        let value = plan.keeps(row: r, column: c) ? x[i] * factor : 0
        out[i] = accumulate ? out[i] + value : value
      }
    }
  }
}
