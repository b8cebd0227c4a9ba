// Shapes: N nodes · D = d · K heads · W = D / K · E edges.
import Layers
import TensorCore

/// Graph attention with a vector of its own for each kind of edge (spec 3.3): z = W h;
/// e_ij = LeakyReLU(a_r¹ · z_i + a_r² · z_j) for the edge i ← j of type r; α = softmax over all neighbours j of i, all
/// types together; h'_i = ELU(Σⱼ α_ij z_j), heads side by side. Names: W.weight `[D, D]`, a `[4, K, 2, W]`.
struct HABRMLayer<Element: TensorElement> {
  let weight, attention: Parameter<Element>
  let heads: Int
  let slope: Double
  let dropout: Dropout

  /// - Parameter number: counts the layers, for dropout
  init(_ config: FMCHSConfig, number: Int, in scope: ParameterScope<Element>) throws(ParameterError) {
    let (width, heads) = (config.width, config.graphHeads)
    weight = try scope["W"].parameter("weight", [width, width], .xavierUniform)
    // Xavier of a table with a row for each type and head.
    let bound = (6 / Double(4 * heads + 2 * width / heads)).squareRoot()
    attention = try scope.parameter("a", [4, heads, 2, width / heads], .uniform(bound))
    self.heads = heads
    slope = config.leakySlope
    dropout = Dropout(rate: config.graphDropout, layer: DropoutLayers.graph(number))
  }

  /// Shape: h `[N, D]` → `[N, D]`.
  func callAsFunction(_ hND: Tensor<Element>, _ graph: HerbGraph, _ step: DropoutStep?) throws -> Tensor<Element> {
    try Tensor.typedGraphAttention(
      hND.linear(weight), attention: attention.tensor, graph: graph.typed, slope: slope,
      dropout: step.map { (dropout.rate, dropout.mask($0)) }
    ).elu()
  }

  /// The same by single operations.
  /// - Shape: h `[N, D]` → output `[N, D]`, weights α `[E, K]` before dropout
  func composed(
    _ hND: Tensor<Element>, _ graph: HerbGraph, _ step: DropoutStep?
  ) throws -> (output: Tensor<Element>, weights: Tensor<Element>) {
    let (nodes, width, index) = (graph.nodes, hND.shape.last / heads, graph.index)
    let zND = try hND.linear(weight)
    let zKNW = try zND.reshaped([nodes, heads, width]).permuted([1, 0, 2])
    let vectors = try attention.tensor.permuted([1, 0, 2, 3]).reshaped([heads, 8, width])
    // A row for each (node, type, side), a column for each head.
    let scores = try zKNW.batchMatmul(transposed: vectors).permuted([1, 2, 0]).reshaped([nodes * 8, heads])
    let scoresEK = try scores.gathered(index.targetScore) + scores.gathered(index.sourceScore)
    let weightsEK = try scoresEK.leakyReLU(slope: slope).segmentSoftmax(index.target)
    let sums = try Tensor.edgeSum(
      zND, weights: dropped(weightsEK, graph, step), source: index.source, target: index.target)
    return (sums.elu(), weightsEK)
  }

  /// Dropout of the weights, where the mask has a row for each target and a column for each (head, source).
  private func dropped(
    _ weightsEK: Tensor<Element>, _ graph: HerbGraph, _ step: DropoutStep?
  ) throws -> Tensor<Element> {
    guard step != nil, dropout.rate != 0 else { return try dropout(weightsEK, step) }
    let (nodes, index) = (graph.nodes, graph.index)
    guard nodes * heads * nodes <= Int(Int32.max) else {
      throw ModelError.data(
        "Dropout of the graph's attention", found: "\(nodes) nodes", expected: "a table of at most 2³¹ − 1 elements")
    }
    let factors = try dropout(Tensor<Element>.full(1, [nodes, heads * nodes]), step).reshaped([
      nodes * heads * nodes, 1,
    ])
    let places = zip(index.target.indices, index.source.indices).flatMap { target, source in
      (0..<heads).map { (target * Int32(heads) + Int32($0)) * Int32(nodes) + source }
    }
    let factorsEK = try factors.gathered(RowIndex(places, bound: nodes * heads * nodes)).reshaped(weightsEK.shape.axes)
    return try weightsEK * factorsEK
  }
}
