// The plain loops of typed graph attention.

extension KernelSet {
  public static func graphScores(
    _ z: In, _ attention: In, left: Out, right: Out, nodes: Range<Int>, _ extent: GraphAttentionExtent<Element>
  ) {
    let (heads, width) = (extent.heads, extent.width)
    for node in nodes {
      for type in 0..<extent.types {
        for head in 0..<heads {
          let (row, vector) = (z + node * extent.columns + head * width, attention + (type * heads + head) * 2 * width)
          let place = (node * extent.types + type) * heads + head
          (left[place], right[place]) = (0, 0)
          for c in 0..<width {
            left[place] += vector[c] * row[c]
            right[place] += vector[width + c] * row[c]
          }
        }
      }
    }
  }

  public static func graphAttention(
    _ edges: TypedEdges, _ z: In, left: In, right: In, weights: Out, _ y: Out, scratch: Out, targets: Range<Int>,
    _ extent: GraphAttentionExtent<Element>, _ plan: DropoutPlan?
  ) {
    let (heads, width) = (extent.heads, extent.width)
    for target in targets {
      for head in 0..<heads {
        let weight = weights + head * edges.edges
        let all = edges.into(target)
        var largest = -Element.infinity
        edges.eachEdge(into: target) { edge, type, source in
          let score = score(left, right, target, source, type, head, extent)
          weight[edge] = score > 0 ? score : extent.slope * score
          if weight[edge] > largest { largest = weight[edge] }
        }
        var sum: Element = 0
        for edge in all {
          weight[edge] = Element.exponential(weight[edge] - largest)
          sum += weight[edge]
        }
        let out = y + target * extent.columns + head * width
        for c in 0..<width { out[c] = 0 }
        for edge in all {
          weight[edge] /= sum
          let source = Int(edges.sources[edge])
          if let plan, !plan.keeps(row: target, column: head * edges.nodes + source) { weight[edge] = -weight[edge] }
          let kept = kept(weight[edge], extent.factor)
          for c in 0..<width { out[c] += kept * z[source * extent.columns + head * width + c] }
        }
      }
    }
  }

  public static func graphAttentionSlopes(
    _ edges: TypedEdges, _ z: In, left: In, right: In, weights: In, _ dy: In, slopes: Out, dLeft: Out,
    targets: Range<Int>, _ extent: GraphAttentionExtent<Element>
  ) {
    let (heads, width) = (extent.heads, extent.width)
    for target in targets {
      for head in 0..<heads {
        let (weight, slope) = (weights + head * edges.edges, slopes + head * edges.edges)
        let column = head * width
        var inner: Element = 0
        for edge in edges.into(target) {
          let row = z + Int(edges.sources[edge]) * extent.columns + column
          let product = dot(dy + target * extent.columns + column, row, width)
          slope[edge] = isDropped(weight[edge]) ? 0 : extent.factor * product
          inner += magnitude(weight[edge]) * slope[edge]
        }
        for type in 0..<extent.types { dLeft[(target * extent.types + type) * heads + head] = 0 }
        edges.eachEdge(into: target) { edge, type, source in
          let rise: Element = score(left, right, target, source, type, head, extent) > 0 ? 1 : extent.slope
          slope[edge] = magnitude(weight[edge]) * (slope[edge] - inner) * rise
          dLeft[(target * extent.types + type) * heads + head] += slope[edge]
        }
      }
    }
  }

  public static func graphAttentionGradient(
    _ edges: TypedEdges, _ attention: In, weights: In, slopes: In, dLeft: In, _ dy: In, dRight: Out, dz: Out,
    scratch: Out, sources: Range<Int>, _ extent: GraphAttentionExtent<Element>
  ) {
    let (heads, width) = (extent.heads, extent.width)
    for source in sources {
      for head in 0..<heads {
        let out = dz + source * extent.columns + head * width
        for c in 0..<width { out[c] = 0 }
        for type in 0..<extent.types {
          let slot = source * extent.types + type
          var sum: Element = 0
          for place in Int(edges.outRuns[slot])..<Int(edges.outRuns[slot + 1]) {
            let edge = head * edges.edges + Int(edges.outEdges[place])
            sum += slopes[edge]
            let kept = kept(weights[edge], extent.factor)
            let row = dy + Int(edges.outTargets[place]) * extent.columns + head * width
            for c in 0..<width { out[c] += kept * row[c] }
          }
          dRight[slot * heads + head] = sum
        }
        for type in 0..<extent.types {
          let place = (source * extent.types + type) * heads + head
          let vector = attention + (type * heads + head) * 2 * width
          for c in 0..<width { out[c] += dLeft[place] * vector[c] + dRight[place] * vector[width + c] }
        }
      }
    }
  }

  public static func graphScoresGradient(
    _ z: In, dLeft: In, dRight: In, dAttention: Out, nodes: Int, _ extent: GraphAttentionExtent<Element>
  ) {
    let (heads, width) = (extent.heads, extent.width)
    dAttention.clear(extent.types * heads * 2 * width)
    for node in 0..<nodes {
      for type in 0..<extent.types {
        for head in 0..<heads {
          let (row, vector) = (z + node * extent.columns + head * width, dAttention + (type * heads + head) * 2 * width)
          let place = (node * extent.types + type) * heads + head
          for c in 0..<width {
            vector[c] += dLeft[place] * row[c]
            vector[width + c] += dRight[place] * row[c]
          }
        }
      }
    }
  }

  private static func score(
    _ left: In, _ right: In, _ target: Int, _ source: Int, _ type: Int, _ head: Int,
    _ extent: GraphAttentionExtent<Element>
  ) -> Element {
    left[(target * extent.types + type) * extent.heads + head]
      + right[(source * extent.types + type) * extent.heads + head]
  }

  /// A sign marks what dropout dropped; a NaN passes, whatever its sign.
  static func isDropped(_ weight: Element) -> Bool { weight.sign == .minus && !weight.isNaN }

  static func kept(_ weight: Element, _ factor: Element) -> Element { isDropped(weight) ? 0 : weight * factor }

  static func magnitude(_ weight: Element) -> Element { isDropped(weight) ? -weight : weight }
}

extension TypedEdges {
  func into(_ target: Int) -> Range<Int> { Int(runs[target * types])..<Int(runs[(target + 1) * types]) }

  func eachEdge(into target: Int, _ body: (_ edge: Int, _ type: Int, _ source: Int) -> Void) {
    for type in 0..<types {
      let slot = target * types + type
      for edge in Int(runs[slot])..<Int(runs[slot + 1]) { body(edge, type, Int(sources[edge])) }
    }
  }
}
