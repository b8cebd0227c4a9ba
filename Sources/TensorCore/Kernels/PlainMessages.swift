// The plain loops of graph messages.

extension KernelSet {
  public static func message(
    _ graph: GraphEdges, _ h: In, _ bonds: In?, self factor: Element, _ out: Out, width: Int
  ) {
    for v in 0..<graph.nodes {
      for c in 0..<width {
        var sum = factor * h[v * width + c]
        for e in Int(graph.inOffsets[v])..<Int(graph.inOffsets[v + 1]) {
          let value = h[Int(graph.inSources[e]) * width + c]
          if let bonds {
            let message = value + bonds[Int(graph.inBonds[e]) * width + c]
            sum += message > 0 || message.isNaN ? message : 0
          } else {
            sum += value
          }
        }
        out[v * width + c] = sum
      }
    }
  }

  public static func messageGradient(
    _ graph: GraphEdges, _ h: In, _ bonds: In?, _ dy: In, self factor: Element, dh: Out?, dBonds: Out?, width: Int,
    accumulate: Bool
  ) {
    for u in 0..<graph.nodes {
      for c in 0..<width {
        var sum = factor * dy[u * width + c]
        for e in Int(graph.outOffsets[u])..<Int(graph.outOffsets[u + 1]) {
          let slope = dy[Int(graph.outTargets[e]) * width + c]
          if let bonds {
            let bond = Int(graph.outBonds[e]) * width + c
            guard h[u * width + c] + bonds[bond] > 0 else { continue }
            if let dBonds { dBonds[bond] += slope }
          }
          sum += slope
        }
        if let dh { dh[u * width + c] = accumulate ? dh[u * width + c] + sum : sum }
      }
    }
  }
}
