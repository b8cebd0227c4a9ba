import Models

/// What FMCHS needs besides the prescriptions.
public struct FMCHSInputs: Sendable {
  public var symptomCount: Int
  /// Symptoms of the largest set.
  public var longestSet: Int
  /// From training prescriptions (setting `graph`).
  public var graph: HerbGraph
  /// How often each herb is prescribed: q_h = (count + 1) / (rows + 2).
  public var prior: [Double]
  /// Symptom vectors Xs, `[S, semanticWidth]`.
  public var semantics: [Float]
  public var semanticWidth: Int
  /// Herb features Xh, `[M, featureWidth]`: properties, molecule vectors, texts.
  public var features: [Float]
  public var featureWidth: Int

  public init(
    symptomCount: Int, longestSet: Int, graph: HerbGraph, prior: [Double], semantics: [Float], semanticWidth: Int,
    features: [Float],
    featureWidth: Int
  ) {
    self.symptomCount = symptomCount
    self.longestSet = longestSet
    self.graph = graph
    self.prior = prior
    self.semantics = semantics
    self.semanticWidth = semanticWidth
    self.features = features
    self.featureWidth = featureWidth
  }

  /// The model that the settings describe.
  package func modelConfig(_ job: TrainingJob) -> FMCHSConfig {
    let settings = job.config.fmchs
    var model = FMCHSConfig(
      symptoms: symptomCount, herbs: job.medicationCount, semanticWidth: semanticWidth, herbWidth: featureWidth)
    model.width = settings.width
    model.layers = settings.graphLayers
    model.graphHeads = settings.graphHeads
    model.graphDropout = settings.graphDropout
    model.leakySlope = settings.leakySlope
    model.combine = settings.combine
    model.idEmbedding = settings.idEmbedding
    model.idScale = settings.idScale
    model.useHABRM = settings.habrm
    model.pool = settings.pool
    model.useGELRAM = settings.gelram
    model.herbTokens = settings.herbTokens
    model.topTokens = settings.topTokens
    model.encoderLayers = settings.encoderLayers
    model.encoderHeads = settings.encoderHeads
    model.encoderHidden = settings.encoderHidden
    model.dropout = job.config.dropout
    model.readout = settings.readout
    model.residual = settings.residual
    return model
  }

  func pack(into packer: inout Packer) {
    packer.put(Int64(symptomCount))
    packer.put(Int64(longestSet))
    packer.put(graph.offsets)
    packer.put(graph.sources)
    packer.put(prior)
    packer.put(Int64(semanticWidth))
    packer.put(semantics)
    packer.put(Int64(featureWidth))
    packer.put(features)
  }

  init(from unpacker: inout Unpacker, medications: Int, _ settings: FMCHSSettings) throws {
    symptomCount = Int(try unpacker.take(Int64.self))
    longestSet = Int(try unpacker.take(Int64.self))
    graph = try HerbGraph(
      symptoms: symptomCount, herbs: medications, thresholds: settings.thresholds, offsets: unpacker.takeList(),
      sources: unpacker.takeList())
    prior = try unpacker.takeList()
    semanticWidth = Int(try unpacker.take(Int64.self))
    semantics = try unpacker.takeList()
    featureWidth = Int(try unpacker.take(Int64.self))
    features = try unpacker.takeList()
  }
}
