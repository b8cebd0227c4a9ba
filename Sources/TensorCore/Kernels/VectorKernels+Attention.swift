import CKernels

// Attention over graphs and over weighted tokens, and losses of sets, on the vector kernels.

extension VectorKernels {
  public typealias GraphExtent = GraphAttentionExtent<Float>

  /// The C kernels' view of the graph, valid during the call.
  private static func withGraph(
    _ edges: TypedEdges, _ extent: GraphExtent, _ body: (UnsafePointer<ck_typed_graph>) -> Void
  ) {
    func pass(
      _ runs: UnsafePointer<Int32>, _ sources: UnsafePointer<Int32>, _ outRuns: UnsafePointer<Int32>,
      _ outTargets: UnsafePointer<Int32>, _ outEdges: UnsafePointer<Int32>
    ) {
      var graph = ck_typed_graph(
        runs: runs, sources: sources, out_runs: outRuns, out_targets: outTargets, out_edges: outEdges,
        nodes: edges.nodes, edges: edges.edges, types: extent.types, heads: extent.heads, width: extent.width,
        slope: extent.slope, factor: extent.factor)
      body(&graph)
    }
    pass(edges.runs, edges.sources, edges.outRuns, edges.outTargets, edges.outEdges)
  }

  public static func graphScores(
    _ z: In, _ attention: In, left: Out, right: Out, nodes: Range<Int>, _ extent: GraphExtent
  ) {
    var graph = ck_typed_graph()
    (graph.types, graph.heads, graph.width) = (extent.types, extent.heads, extent.width)
    ck_graph_scores(&graph, z, attention, left, right, nodes.lowerBound, nodes.upperBound)
  }

  public static func graphAttention(
    _ edges: TypedEdges, _ z: In, left: In, right: In, weights: Out, _ y: Out, scratch: Out, targets: Range<Int>,
    _ extent: GraphExtent, _ plan: DropoutPlan?
  ) {
    withGraph(edges, extent) { graph in
      plan.withKernelPlan {
        ck_graph_attention(
          graph, z, left, right, weights, y, scratch, targets.lowerBound, targets.upperBound, $0)
      }
    }
  }

  public static func graphAttentionSlopes(
    _ edges: TypedEdges, _ z: In, left: In, right: In, weights: In, _ dy: In, slopes: Out, dLeft: Out,
    targets: Range<Int>, _ extent: GraphExtent
  ) {
    withGraph(edges, extent) { graph in
      ck_graph_attention_slopes(
        graph, z, left, right, weights, dy, slopes, dLeft, targets.lowerBound, targets.upperBound)
    }
  }

  public static func graphAttentionGradient(
    _ edges: TypedEdges, _ attention: In, weights: In, slopes: In, dLeft: In, _ dy: In, dRight: Out, dz: Out,
    scratch: Out, sources: Range<Int>, _ extent: GraphExtent
  ) {
    withGraph(edges, extent) { graph in
      ck_graph_attention_gradient(
        graph, attention, weights, slopes, dLeft, dy, dRight, dz, scratch, sources.lowerBound, sources.upperBound)
    }
  }

  public static func graphScoresGradient(
    _ z: In, dLeft: In, dRight: In, dAttention: Out, nodes: Int, _ extent: GraphExtent
  ) {
    var graph = ck_typed_graph()
    (graph.nodes, graph.types, graph.heads, graph.width) = (nodes, extent.types, extent.heads, extent.width)
    ck_graph_scores_gradient(&graph, z, dLeft, dRight, dAttention)
  }

  public static func tokenAttention(
    _ inputs: TokenAttentionInputs<Float>, _ y: Out, _ probabilities: TokenAttentionTensors<Float>,
    _ plan: DropoutPlan?
  ) {
    var (inputs, probabilities) = (inputs.kernelInputs, probabilities.kernelProbabilities)
    let scratch = Storage<Float>(ck_token_scratch(&inputs))
    plan.withKernelPlan { ck_token_attention(&inputs, y, &probabilities, $0, scratch.base) }
  }

  public static func tokenAttentionGradient(
    _ inputs: TokenAttentionInputs<Float>, _ dy: In, _ probabilities: TokenAttentionTensors<Float>, factor: Float,
    _ gradients: TokenAttentionGradients<Float>
  ) {
    var (inputs, probabilities) = (inputs.kernelInputs, probabilities.kernelProbabilities)
    var results = ck_token_gradients(
      query: gradients.query, self_key: gradients.selfKey, self_value: gradients.selfValue,
      set_keys: gradients.setKeys, set_values: gradients.setValues, token_keys: gradients.tokenKeys,
      token_values: gradients.tokenValues, type_key: gradients.typeKey, type_value: gradients.typeValue,
      weights: gradients.weights)
    let scratch = Storage<Float>(ck_token_scratch(&inputs))
    ck_token_attention_gradient(&inputs, dy, &probabilities, factor, &results, scratch.base)
  }

  public static func crossEntropyOfSets(
    _ logits: In, offsets: UnsafePointer<Int32>, members: UnsafePointer<Int32>, low: Float, high: In,
    slopes: Out?, rows: Int, width: Int
  ) -> Double {
    ck_bce_sets(logits, offsets, members, low, high, slopes, rows, width)
  }
}

extension TokenAttentionInputs<Float> {
  fileprivate var kernelInputs: ck_token_inputs {
    ck_token_inputs(
      rows: rows, sets: sets, tokens: tokens, heads: heads, width: width, query: query, self_key: selfKey,
      self_value: selfValue, set_keys: setKeys, set_values: setValues, token_keys: tokenKeys,
      token_values: tokenValues, type_key: typeKey, type_value: typeValue, weights: weights, offsets: offsets,
      members: members, scale: scale)
  }
}

extension TokenAttentionTensors<Float> {
  fileprivate var kernelProbabilities: ck_token_probabilities {
    ck_token_probabilities(own: own, members: members, tokens: tokens)
  }
}
