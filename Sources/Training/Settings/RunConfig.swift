import Models

/// Which reading of NLA-MMR a run follows; each is a preset over the same switches (docs/settings.md lists them).
public enum TrainingProtocol: String, CaseIterable, Sendable {
  /// What the authors' code does.
  case official
  /// What the paper's text says.
  case paper
}

public enum LossReduction: String, CaseIterable, Sendable {
  /// Means over the batch: BCE / (B·M), margin / (B·M); the authors' code.
  case mean
  /// Sums over visits: BCE, margin / M; the paper's Eq. 15–16.
  case paperSum = "paper-sum"
}
public enum AveragingChoice: String, CaseIterable, Sendable {
  case batchMean = "batch-mean"
  case visitMean = "visit-mean"
}
public enum LearningRateDecay: String, CaseIterable, Sendable { case constant, step, exponential, cosine }
public enum SplitChoice: String, CaseIterable, Sendable { case cohort, official, shuffled }
public enum UnparsableSMILES: String, CaseIterable, Sendable { case refuse, skip }
public enum Precision: String, CaseIterable, Sendable {
  case float32
  /// Matrix products of training in bfloat16 with float32 sums; weights, moments and everything else in float32.
  case mixed
}

/// Every setting of a run, resolved: the model's defaults, a preset, then the file, then `--set`.
///
/// A file in `configs/` holds any subset of the keys in `RunSetting.all(of:)`; unknown keys are errors.
public struct RunConfig: Equatable, Sendable {
  public private(set) var model = ModelFamily.nlaMMR
  public var cohort = ""
  public var embeddings = ""
  public var `protocol` = TrainingProtocol.official

  public var epochs = 110
  public var batch = 8
  public var lr = 5e-4
  public var lrScale = 0.1
  public var lrDecay = LearningRateDecay.constant
  public var lrDecayRate = 0.97
  public var lrDecayEvery = 10
  public var warmupSteps = 0
  public var clipNorm = 0.0
  public var weightDecay = 1e-5
  public var beta1 = 0.9
  public var beta2 = 0.999
  public var adamEps = 1e-8
  public var alpha = 0.95
  public var lossReduction = LossReduction.mean
  public var dropLast = true
  public var seed = 42
  public var patience = 0

  public var dK = 256
  public var dS = 64
  public var ginLayers = 5
  public var edgeEmbedding = true
  public var chiralityRows = 5
  public var dropout = 0.2
  public var gnnDropout = 0.7
  public var attentionBias = true
  public var patientActivation = PatientActivation.gelu
  public var mlpResidual = true
  public var emptyHistory = EmptyHistory.bias
  public var maxHistory = 2
  public var dedupeMolecules = false
  public var unparsableSMILES = UnparsableSMILES.refuse

  public var split = SplitChoice.cohort
  public var splitSeed = 0
  public var threshold = 0.5
  public var thresholdStrict = false
  public var metricAveraging = AveragingChoice.batchMean
  public var metricBatch = 8

  public var precision = Precision.float32
  public var threads = 1
  public var checkpointSteps = 0
  public var keepCheckpoints = 3

  /// Read by FMCHS only.
  public var fmchs = FMCHSSettings()

  /// The defaults of a model.
  public init(_ model: ModelFamily) {
    self.model = model
    guard model == .fmchs else { return }
    epochs = 16
    batch = 512
    lr = 2e-3
    lrScale = 1
    lrDecay = .exponential
    lrDecayRate = 0.85
    clipNorm = 5
    weightDecay = 0
    dropLast = false
    dropout = 0.3
  }

  /// NLA-MMR's preset of a protocol; every other value is the default above.
  public init(preset: TrainingProtocol = .official) {
    self.protocol = preset
    guard preset == .paper else { return }
    ginLayers = 4
    gnnDropout = 0.2
    attentionBias = false
    patientActivation = .linear
    mlpResidual = false
    emptyHistory = .zero
    lossReduction = .paperSum
    lrScale = 1.0
    lrDecay = .exponential
    thresholdStrict = true
    metricAveraging = .visitMean
  }
}
