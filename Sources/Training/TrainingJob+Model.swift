import Layers
import Models
import Molecules

extension TrainingJob {
  /// The model that the settings describe.
  public var modelConfig: NLAMMRConfig {
    var atomDims = MoleculeFeatures.atomDims
    atomDims[1] = config.chiralityRows
    var model = NLAMMRConfig(dEnc: width, atomDims: atomDims, bondDims: MoleculeFeatures.bondDims)
    model.dK = config.dK
    model.dS = config.dS
    model.ginLayers = config.ginLayers
    model.edgeEmbedding = config.edgeEmbedding
    model.dropout = config.dropout
    model.gnnDropout = config.gnnDropout
    model.attentionBias = config.attentionBias
    model.patientActivation = config.patientActivation
    model.mlpResidual = config.mlpResidual
    model.emptyHistory = config.emptyHistory
    return model
  }
}

extension RunConfig {
  /// The schedule over epochs (counted from 0).
  var learningRate: LearningRate {
    switch lrDecay {
    case .constant: .constant
    case .step: .step(every: lrDecayEvery, factor: lrDecayRate)
    case .exponential: .exponential(factor: lrDecayRate)
    case .cosine: .cosine(total: epochs, floor: 0)
    }
  }
}
