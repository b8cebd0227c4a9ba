// Shapes: B rows · S symptoms · H herbs · N = S + H nodes · D = d · X, F widths of the symptoms' and herbs' features.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import Layers
import TensorCore

/// FMCHS: herbs for a set of symptoms, from a co-occurrence graph of both and the features of each (spec 3).
///
/// The graph part (`nodes`) does not see the rows and runs once a step; the row part makes scores of any rows. The order
/// of construction puts the parameters of the graph part first, so that each part is one range of the parameter store.
/// A few parameters of the row part are read by both, see `isShared`.
public struct FMCHS<Element: TensorElement> {
  public let config: FMCHSConfig
  /// False computes both attentions by single operations, which the fused ones are tested against.
  let isFused: Bool
  let symptomEncoder, symptomDecoder, herbEncoder, herbDecoder: Linear<Element>
  let identity: Parameter<Element>?
  let layers: [HABRMLayer<Element>]
  let set: Linear<Element>
  let setDropout: Dropout
  let bias: Parameter<Element>
  let encoder: GELRAM<Element>?

  /// - Parameter prior: how probable each herb is, between 0 and 1; see `HerbGraph.prior`
  /// - Throws: `ModelError` for a setting or prior that no model can have; `ParameterError`
  public init(_ config: FMCHSConfig, prior: [Double], in scope: ParameterScope<Element>) throws {
    try self.init(config, prior: prior, isFused: true, in: scope)
  }

  package init(
    _ config: FMCHSConfig, prior: [Double], isFused: Bool, in scope: ParameterScope<Element>
  ) throws {
    try config.validate()
    guard prior.count == config.herbs else {
      throw ModelError.data("The prior of herbs", found: "\(prior.count) numbers", expected: "\(config.herbs)")
    }
    if let place = prior.firstIndex(where: { !($0 > 0 && $0 < 1) }) {
      throw ModelError.data(
        "The prior of herb \(place)", found: "\(prior[place])", expected: "a probability between 0 and 1")
    }
    (self.config, self.isFused) = (config, isFused)
    let width = config.width
    symptomEncoder = try Linear(config.semanticWidth, width, in: scope["enc_s"])
    symptomDecoder = try Linear(width, config.semanticWidth, in: scope["dec_s"])
    herbEncoder = try Linear(config.herbWidth, width, in: scope["enc_h"])
    herbDecoder = try Linear(width, config.herbWidth, in: scope["dec_h"])
    identity =
      config.idEmbedding ? try scope.parameter("id", [config.nodes, width], .normal(config.idScale)) : nil
    layers = try (0..<(config.useHABRM ? config.layers : 0)).map { number in
      try HABRMLayer(config, number: number, in: scope["gat"]["\(number)"])
    }
    set = try Linear(width, width, in: scope["si"]["0"])
    setDropout = Dropout(rate: config.dropout, layer: DropoutLayers.symptomSet)
    let logits = prior.map { log($0 / (1 - $0)) }
    bias = try scope.parameter("out_bias", [config.herbs], .values(logits))
    encoder = config.useGELRAM ? try GELRAM(config, bias: logits, isFused: isFused, in: scope) : nil
  }

  /// Whether a parameter belongs to the graph part. Its parameters come first in the store.
  public static func isGraphParameter(_ name: String) -> Bool {
    name == "id" || ["enc_s.", "dec_s.", "enc_h.", "dec_h.", "gat."].contains { name.hasPrefix($0) }
  }

  /// Whether the graph part reads a parameter of the row part, which then gets a gradient from both: keys and values of
  /// the nodes come from the first encoder layer.
  public static func isShared(_ name: String, _ config: FMCHSConfig) -> Bool {
    config.sharesKeys && (name == "seg" || name.hasPrefix("tr.0.self_attn.in_proj"))
  }

  /// What the graph part computes, in its order.
  public struct NodeTrace {
    /// Cs = tanh(Enc_s Xs) `[S, D]` and Ch = tanh(Enc_h Xh) `[H, D]`
    public let symptomsSD, herbsHD: Tensor<Element>
    /// Dec_s Cs `[S, X]` and Dec_h Ch `[H, F]`
    public let semanticsSX, featuresHF: Tensor<Element>
    /// h⁰ … hᴸ `[N, D]`
    public let statesND: [Tensor<Element>]
    /// α of every layer `[E, K]`; none where they were not asked for
    public let weightsEK: [Tensor<Element>]
  }

  /// The graph part, step by step (spec 3.2, 3.3): features squeezed to d and back, then attention over the graph, by
  /// single operations.
  /// - Shape: semantics `[S, X]`, features `[H, F]`
  /// - Throws: `ModelError.data` for features or a graph that are not the model's
  public func trace(
    semanticsSX: Tensor<Element>, featuresHX: Tensor<Element>, graph: HerbGraph, step: DropoutStep?
  ) throws -> NodeTrace {
    try trace(semanticsSX, featuresHX, graph, step, isFused: false)
  }

  private func trace(
    _ semanticsSX: Tensor<Element>, _ featuresHX: Tensor<Element>, _ graph: HerbGraph, _ step: DropoutStep?,
    isFused: Bool
  ) throws -> NodeTrace {
    try require("The symptoms' semantic vectors", semanticsSX, [config.symptoms, config.semanticWidth])
    try require("The herbs' features", featuresHX, [config.herbs, config.herbWidth])
    guard graph.symptoms == config.symptoms, graph.herbs == config.herbs else {
      throw ModelError.data(
        "The graph", found: "\(graph.symptoms) symptoms and \(graph.herbs) herbs",
        expected: "\(config.symptoms) and \(config.herbs)")
    }
    let (symptomsSD, herbsHD) = (try symptomEncoder(semanticsSX).tanh(), try herbEncoder(featuresHX).tanh())
    var states = [try Tensor.joinedRows([symptomsSD, herbsHD])]
    if let identity { states[0] = try states[0] + identity.tensor }
    var weights: [Tensor<Element>] = []
    for layer in layers {
      if isFused {
        states.append(try layer(states[states.count - 1], graph, step))
        continue
      }
      let (output, weight) = try layer.composed(states[states.count - 1], graph, step)
      states.append(output)
      weights.append(weight)
    }
    return NodeTrace(
      symptomsSD: symptomsSD, herbsHD: herbsHD, semanticsSX: try symptomDecoder(symptomsSD),
      featuresHF: try herbDecoder(herbsHD), statesND: states, weightsEK: weights)
  }

  /// The graph part: vectors of all nodes, and L_fcrl = mean (Dec_s Cs − Xs)² + mean (Dec_h Ch − Xh)².
  /// - Parameter step: dropout's counters in training; nil in evaluation
  public func nodes(
    semanticsSX: Tensor<Element>, featuresHX: Tensor<Element>, graph: HerbGraph, step: DropoutStep?
  ) throws -> (nodes: FMCHSNodes<Element>, fcrl: Tensor<Element>) {
    let trace = try trace(semanticsSX, featuresHX, graph, step, isFused: isFused)
    var sumND = trace.statesND[trace.statesND.count - 1]
    if config.combine != .last {
      for state in trace.statesND.dropLast().reversed() { sumND = try sumND + state }
    }
    if config.combine == .mean { sumND = sumND.scaled(by: 1 / Double(trace.statesND.count)) }
    let (es, eh) = (try sumND.rows(0..<config.symptoms), try sumND.rows(config.symptoms..<config.nodes))
    var tensors = [es, eh]
    if config.sharesKeys, let encoder { tensors += try encoder.keys(symptomsSD: es, herbsHD: eh) }
    let fcrl = try trace.semanticsSX.mse(semanticsSX) + trace.featuresHF.mse(featuresHX)
    return (try FMCHSNodes(replacing: tensors), fcrl)
  }

  /// The row part: the scores of rows.
  /// - Parameters:
  ///   - nodes: of this model's `nodes`, or leaves with their numbers
  ///   - step: dropout's counters in training; nil in evaluation
  ///   - rows: positions in the global batch, one per row, for dropout
  /// - Shape: scores `[B, H]`; those of the probability estimation beside them, nil without GELRAM, where they are the
  ///   scores
  public func callAsFunction(
    _ sets: SymptomSets, nodes: FMCHSNodes<Element>, step: DropoutStep?, rows: [Int32]
  ) throws -> (logits: Tensor<Element>, baseLogits: Tensor<Element>?) {
    let all = try represent(sets, nodes: nodes, step: step, rows: rows)
    guard let encoded = all.encoded else { return (all.baseLogitsBH, nil) }
    return (encoded.logitsBH, all.baseLogitsBH)
  }

  /// The same with everything on the way (spec 3.4, 3.5): u the sum or mean of the row's symptoms;
  /// s = u + dropout(relu(W u + b)); base scores s · eh + b₀; then GELRAM.
  public func represent(
    _ sets: SymptomSets, nodes: FMCHSNodes<Element>, step: DropoutStep?, rows: [Int32]
  ) throws -> SetRepresentation<Element> {
    guard sets.bound == config.symptoms else {
      throw ModelError.data("The symptom sets", found: "\(sets.bound) symptoms", expected: "\(config.symptoms)")
    }
    guard rows.count == sets.count else {
      throw ModelError.data(
        "The symptom sets", found: "\(rows.count) positions in the batch",
        expected: "one for each of \(sets.count) rows")
    }
    guard nodes.tensors.map({ $0.shape }) == config.nodeShapes.map({ Shape($0) }) else {
      throw ModelError.data(
        "The nodes", found: "tensors of shapes \(nodes.tensors.map({ $0.shape }))", expected: "\(config.nodeShapes)")
    }
    let rowSets = try sets.rowSets()
    let pooledBD =
      config.pool == .sum ? try nodes.symptomsSD.setSum(rowSets) : try nodes.symptomsSD.setMean(rowSets)
    let setBD = try pooledBD + set(pooledBD, then: .relu, setDropout, step, rows: rows)
    let productBH = try setBD.matmul(transposed: nodes.herbsHD)
    let baseLogitsBH = try productBH.adding(row: bias.tensor)
    let encoded = try encoder.map { encoder in
      try encoder(
        setBD: setBD, productBH: productBH, baseLogitsBH: baseLogitsBH, sets: sets, nodes: nodes, step, rows: rows)
    }
    return SetRepresentation(setBD: setBD, baseLogitsBH: baseLogitsBH, encoded: encoded)
  }

  private func require(_ what: String, _ tensor: Tensor<Element>, _ shape: [Int]) throws(ModelError) {
    guard tensor.shape.axes == shape else {
      throw .data(what, found: "shape \(tensor.shape)", expected: "\(shape)")
    }
  }
}

extension FMCHS {
  /// Binary cross-entropy of scores, summed over herbs, averaged over the rows of the batch (spec 3.6).
  /// - Parameters:
  ///   - logits: `[B, H]`
  ///   - herbs: the herbs of the B rows
  ///   - batch: rows of the global batch; nil when these are all
  ///   - smoothing: ε; a target y becomes y (1 − ε) + ε/2
  ///   - recallWeight: r; see `HerbTargets`
  /// - Shape: `[1]`
  public static func loss(
    _ logits: Tensor<Element>, herbs: IndexSets, batch: Int? = nil, smoothing: Double = 0, recallWeight: Double = 0
  ) throws(ShapeError) -> Tensor<Element> {
    try logits.bceSum(
      sets: herbs.rowSets(), targets: HerbTargets.values(herbs, recallWeight: recallWeight), smoothing: smoothing,
      divisor: Double(max(batch ?? herbs.count, 1)))
  }
}
