// The plain loops of the fused GIN layer, and the products of row tiles.

extension KernelSet {
  public static func product(_ a: In, _ b: In, _ c: Out, m: Int, n: Int, k: Int) -> Int {
    product(a, b, c, m: m, n: n, k: k, ahead: UnsafeBufferPointer(start: nil, count: 0))
  }

  public static func productTransposed(_ a: In, _ b: In, _ c: Out, rows: Int, m: Int, n: Int) -> Int {
    productTransposed(a, b, c, rows: rows, m: m, n: n, ahead: UnsafeBufferPointer(start: nil, count: 0))
  }

  public static func product(
    _ a: In, _ b: In, _ c: Out, m: Int, n: Int, k: Int, ahead: UnsafeBufferPointer<Element>
  ) -> Int {
    for i in 0..<m {
      for j in 0..<n { c[i * n + j] = 0 }
      for p in 0..<k {
        let x = a[i * k + p]
        for j in 0..<n { c[i * n + j] += x * b[p * n + j] }
      }
    }
    return 0
  }

  public static func productTransposed(
    _ a: In, _ b: In, _ c: Out, rows: Int, m: Int, n: Int, ahead: UnsafeBufferPointer<Element>
  ) -> Int {
    for r in 0..<rows {
      for i in 0..<m {
        let x = a[r * m + i]
        for j in 0..<n { c[i * n + j] += x * b[r * n + j] }
      }
    }
    return 0
  }

  public static func transpose(_ x: In, _ y: Out, rows: Int, columns: Int) {
    for r in 0..<rows {
      for c in 0..<columns { y[c * rows + r] = x[r * columns + c] }
    }
  }

  public static func messageRows(
    _ lists: MessageLists, _ h: In, _ bonds: In?, self factor: Element, _ out: Out, rows: Range<Int>, width: Int
  ) {
    for v in rows {
      let own = (lists.selves.map { Int($0[v]) } ?? v) * width
      for c in 0..<width {
        var sum = factor * h[own + c]
        for e in Int(lists.offsets[v])..<Int(lists.offsets[v + 1]) {
          let value = h[Int(lists.sources[e]) * width + c]
          if let bonds {
            let message = value + bonds[Int(lists.kinds[e]) * width + c]
            sum += message > 0 || message.isNaN ? message : 0
          } else {
            sum += value
          }
        }
        out[(v - rows.lowerBound) * width + c] = sum
      }
    }
  }

  public static func messageScatter(
    _ lists: MessageLists, _ h: In, _ bonds: In?, _ dy: In, self factor: Element, dh: Out, dBonds: Out?, width: Int
  ) -> Element {
    var dot: Element = 0
    for v in 0..<lists.count {
      let own = (lists.selves.map { Int($0[v]) } ?? v) * width
      for c in 0..<width {
        let slope = dy[v * width + c]
        dot += slope * h[own + c]
        dh[own + c] += slope * factor
        for e in Int(lists.offsets[v])..<Int(lists.offsets[v + 1]) {
          let source = Int(lists.sources[e]) * width + c
          if let bonds {
            let bond = Int(lists.kinds[e]) * width + c
            guard h[source] + bonds[bond] > 0 else { continue }
            if let dBonds { dBonds[bond] += slope }
          }
          dh[source] += slope
        }
      }
    }
    return dot
  }

  public static func mergeMoments(
    _ x: In, weights: In?, rows: Int, width: Int, seen: Double, mean: UnsafeMutablePointer<Double>,
    squares: UnsafeMutablePointer<Double>
  ) -> Double {
    var count = 0.0
    for r in 0..<rows { count += weights.map { Double($0[r]) } ?? 1 }
    guard rows > 0 else { return 0 }
    for c in 0..<width {
      let center = seen > 0 ? Element(mean[c]) : x[c]
      var (sum, square) = (0.0, 0.0)
      for r in 0..<rows {
        let d = Double(x[r * width + c] - center)
        let weighted = weights.map { d * Double($0[r]) } ?? d
        sum += weighted
        square += weighted * d
      }
      let (shift, total) = (sum / count, seen + count)
      let own = square - shift * sum
      let delta = Double(center) + shift - mean[c]
      mean[c] += delta * (count / total)
      squares[c] += (own < 0 ? 0 : own) + delta * delta * (seen * count / total)
    }
    return count
  }

  public static func batchApplyRows(
    _ x: In, _ index: UnsafePointer<Int32>, scale: In, shift: In, _ y: Out, rows: Int, width: Int, relu: Bool,
    _ plan: DropoutPlan?
  ) {
    for r in 0..<rows {
      for c in 0..<width {
        var value = x[Int(index[r]) * width + c] * scale[c] + shift[c]
        if relu, value < 0 { value = 0 }
        if let plan { value = plan.keeps(row: r, column: c) ? value * Element(plan.factor) : 0 }
        y[r * width + c] = value
      }
    }
  }

  public static func batchSlopes(
    _ y: In, _ dy: In, _ g: Out, rows: Int, width: Int, relu: Bool, _ plan: DropoutPlan?
  ) {
    for r in 0..<rows {
      for c in 0..<width { g[r * width + c] = batchSlope(y, dy, r * width + c, r, c, relu: relu, plan) }
    }
  }

  public static func batchSlopesGrouped(
    _ y: In, _ dy: In, offsets: UnsafePointer<Int32>, members: UnsafePointer<Int32>, _ g: Out, groups: Int, width: Int,
    relu: Bool, _ plan: DropoutPlan?
  ) {
    for s in 0..<groups {
      for c in 0..<width {
        var sum: Element = 0
        for e in Int(offsets[s])..<Int(offsets[s + 1]) {
          let row = Int(members[e])
          sum += batchSlope(y, dy, row * width + c, row, c, relu: relu, plan)
        }
        g[s * width + c] = sum
      }
    }
  }

  public static func maskedSums(
    _ x: In, mean: In, inverse: In, _ y: In?, _ g: Out, rows: Int, width: Int, sum: UnsafeMutablePointer<Double>,
    product: UnsafeMutablePointer<Double>
  ) {
    for r in 0..<rows {
      for c in 0..<width {
        let i = r * width + c
        if let y, !(y[i] > 0) { g[i] = 0 }
        sum[c] += Double(g[i])
        product[c] += Double(g[i] * ((x[i] - mean[c]) * inverse[c]))
      }
    }
  }

  public static func batchSlopeRows(
    _ x: In, _ g: In, weights: In?, a: In, b: In, c: In, _ out: Out, rows: Int, width: Int
  ) {
    for r in 0..<rows {
      let weight = weights.map { $0[r] } ?? 1
      for i in 0..<width {
        out[r * width + i] = a[i] * g[r * width + i] + weight * (b[i] * x[r * width + i] + c[i])
      }
    }
  }
}
