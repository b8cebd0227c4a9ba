import Models

/// From which prescriptions the graph of symptoms and herbs is made.
public enum GraphSource: String, CaseIterable, Sendable {
  case train
  /// Validation and test prescriptions too: what is predicted leaks into the model.
  case all
}

/// The settings that only FMCHS has (spec: docs/settings.md); defaults as in its published reading.
public struct FMCHSSettings: Equatable, Sendable {
  public var width = 64

  public var graph = GraphSource.train
  public var hhThreshold = 40
  public var ssThreshold = 5
  public var shThreshold = 1
  public var habrm = true
  public var graphLayers = 2
  public var graphHeads = 1
  public var graphDropout = 0.0
  public var leakySlope = 0.2
  public var combine = NodeCombination.sum
  public var idEmbedding = true
  public var idScale = 0.1

  public var mmge = true
  public var moleculeVectors = ""
  public var moleculeWidth = 512
  public var vaeEpochs = 400
  public var vaeLr = 1e-3
  public var vaeBeta = 1e-3
  public var vaeHidden = 128
  public var vaeLatent = 32
  public var semanticWidth = 768
  public var herbTexts = false
  public var featureSeed = 0

  public var pool = SetPooling.sum
  public var gelram = true
  public var herbTokens = HerbTokens.all
  public var topTokens = 20
  public var encoderLayers = 1
  public var encoderHeads = 4
  public var encoderHidden = 128
  public var readout = Readout.linear
  public var residual = true

  public var auxWeight = 0.5
  public var fcrlWeight = 0.1
  public var labelSmoothing = 0.0
  public var recallWeight = 0.0

  public init() {}

  /// How many common prescriptions make an edge.
  public var thresholds: HerbGraph.Thresholds {
    HerbGraph.Thresholds(herbHerb: hhThreshold, symptomSymptom: ssThreshold, symptomHerb: shThreshold)
  }
}
