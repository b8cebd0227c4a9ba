// The plain loops of segments and weighted edges.

extension KernelSet {
  public static func segmentSoftmax(
    _ x: In, _ index: UnsafePointer<Int32>, _ y: Out, rows: Int, width: Int, segments: Int, scratch: Out
  ) {
    let (largest, sums) = (scratch, scratch + segments * width)
    for i in 0..<(segments * width) {
      largest[i] = -.infinity
      sums[i] = 0
    }
    for r in 0..<rows {
      for c in 0..<width where x[r * width + c] > largest[Int(index[r]) * width + c] {
        largest[Int(index[r]) * width + c] = x[r * width + c]
      }
    }
    for r in 0..<rows {
      for c in 0..<width {
        let place = Int(index[r]) * width + c
        y[r * width + c] = Element.exponential(x[r * width + c] - largest[place])
        sums[place] += y[r * width + c]
      }
    }
    for r in 0..<rows {
      for c in 0..<width { y[r * width + c] /= sums[Int(index[r]) * width + c] }
    }
  }

  public static func segmentSoftmaxGradient(
    _ y: In, _ index: UnsafePointer<Int32>, _ dy: In, _ dx: Out, rows: Int, width: Int, segments: Int, inner: Out,
    accumulate: Bool
  ) {
    inner.clear(segments * width)
    for r in 0..<rows {
      for c in 0..<width { inner[Int(index[r]) * width + c] += y[r * width + c] * dy[r * width + c] }
    }
    for r in 0..<rows {
      for c in 0..<width {
        let i = r * width + c
        dx[i] = (accumulate ? dx[i] : 0) + y[i] * (dy[i] - inner[Int(index[r]) * width + c])
      }
    }
  }

  /// `ties` counts the rows that reach the maximum; 0 for an empty segment.
  public static func segmentMax(
    _ x: In, _ index: UnsafePointer<Int32>, _ y: Out, ties: Out, rows: Int, width: Int, segments: Int
  ) {
    y.clear(segments * width)
    ties.clear(segments * width)
    for r in 0..<rows {
      for c in 0..<width {
        let (value, place) = (x[r * width + c], Int(index[r]) * width + c)
        if ties[place] == 0 || value > y[place] || (value.isNaN && !y[place].isNaN) {
          y[place] = value
          ties[place] = 1
        } else if value == y[place] || (value.isNaN && y[place].isNaN) {
          ties[place] += 1
        }
      }
    }
  }

  /// Rows that tie share dy, as in torch's `amax` and `scatter_reduce`.
  public static func segmentMaxGradient(
    _ x: In, _ index: UnsafePointer<Int32>, _ y: In, ties: In, _ dy: In, _ dx: Out, rows: Int, width: Int,
    accumulate: Bool
  ) {
    for r in 0..<rows {
      for c in 0..<width {
        let (i, place) = (r * width + c, Int(index[r]) * width + c)
        let reaches = x[i] == y[place] || (x[i].isNaN && y[place].isNaN)
        dx[i] = (accumulate ? dx[i] : 0) + (reaches ? dy[place] / ties[place] : 0)
      }
    }
  }

  public static func edgeSum(
    _ z: In, weights: In, source: UnsafePointer<Int32>, target: UnsafePointer<Int32>, _ y: Out, _ extent: EdgeExtent
  ) {
    for e in 0..<extent.edges {
      for h in 0..<extent.heads {
        let from = (Int(source[e]) * extent.heads + h) * extent.width
        let to = (Int(target[e]) * extent.heads + h) * extent.width
        for c in 0..<extent.width { y[to + c] += weights[e * extent.heads + h] * z[from + c] }
      }
    }
  }

  public static func edgeSumGradient(
    _ z: In, weights: In, source: UnsafePointer<Int32>, target: UnsafePointer<Int32>, _ dy: In, dz: Out?,
    dWeights: Out?, _ extent: EdgeExtent, accumulateWeights: Bool
  ) {
    for e in 0..<extent.edges {
      for h in 0..<extent.heads {
        let from = (Int(source[e]) * extent.heads + h) * extent.width
        let to = (Int(target[e]) * extent.heads + h) * extent.width
        let place = e * extent.heads + h
        if let dz {
          for c in 0..<extent.width { dz[from + c] += weights[place] * dy[to + c] }
        }
        if let dWeights {
          let slope = dot(z + from, dy + to, extent.width)
          dWeights[place] = accumulateWeights ? dWeights[place] + slope : slope
        }
      }
    }
  }
}
