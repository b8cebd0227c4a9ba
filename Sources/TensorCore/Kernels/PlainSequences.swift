// The plain loops of recurrent cells and attention.

extension KernelSet {
  public static func gru(input: In, recurrent: In, _ h: In, _ y: Out, gates: Out, rows: Int, width: Int) {
    for row in 0..<rows {
      let start = 3 * row * width
      for c in start..<(start + 2 * width) { gates[c] = sigmoid(input[c] + recurrent[c]) }
      for c in 0..<width {
        let (r, z, n) = (start + c, start + width + c, start + 2 * width + c)
        gates[n] = Element.hyperbolicTangent(input[n] + gates[r] * recurrent[n])
        y[row * width + c] = (1 - gates[z]) * gates[n] + gates[z] * h[row * width + c]
      }
    }
  }

  public static func gruGradient(
    recurrent: In, _ h: In, gates: In, _ dy: In, dInput: Out, dRecurrent: Out, dh: Out, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      for c in 0..<width {
        let (i, start) = (row * width + c, 3 * row * width + c)
        let (r, z, n) = (gates[start], gates[start + width], gates[start + 2 * width])
        let dn = dy[i] * (1 - z) * (1 - n * n)
        let dr = dn * recurrent[start + 2 * width] * r * (1 - r)
        let dz = dy[i] * (h[i] - n) * z * (1 - z)
        dInput[start] = dr
        dInput[start + width] = dz
        dInput[start + 2 * width] = dn
        dRecurrent[start] = dr
        dRecurrent[start + width] = dz
        dRecurrent[start + 2 * width] = dn * r
        dh[i] = dy[i] * z
      }
    }
  }

  public static func attentionSoftmax(
    keys: In?, pairs: In?, _ scores: Out, rows: Int, width: Int, causalOffset: Int?
  ) {
    for r in 0..<rows {
      let row = scores + r * width
      var (largest, isNaN) = (-Element.infinity, false)
      for c in 0..<width {
        if let keys { row[c] += keys[c] }
        if let pairs { row[c] += pairs[r * width + c] }
        if let causalOffset, c > r + causalOffset { row[c] = -.infinity }
        if row[c] > largest { largest = row[c] }
        isNaN = isNaN || row[c].isNaN
      }
      guard largest > -.infinity || isNaN else {
        row.clear(width)
        continue
      }
      var sum: Element = 0
      for c in 0..<width {
        row[c] = Element.exponential(row[c] - largest)
        sum += row[c]
      }
      for c in 0..<width { row[c] /= sum }
    }
  }
}
