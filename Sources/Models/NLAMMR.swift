// Shapes: B visits · C = 3 texts (symptom, diagnosis, procedure) · D = d_enc · K = d_K · S = d_s · T past visits ·
// M medications · N molecules.
import Layers
import TensorCore

/// The visits of one step, as PLM embeddings.
public struct PatientInputs<Element: TensorElement> {
  /// h_dps, the joined text. `[B, D]`
  public let joinedBD: Tensor<Element>
  /// H, stacked symptom, diagnosis, procedure. `[B, 3, D]`
  public let textsBCD: Tensor<Element>
  /// H_m, medication texts of past visits, oldest first, zero rows where there is none. `[B, T, D]`
  public let historyBTD: Tensor<Element>
  /// 0 where there is a past visit, −1e9 where there is none (added to the scores). `[B, T]`
  public let historyMaskBT: Tensor<Element>
  /// 1 for visits with a history, else 0, repeated over the width. `[B, K]`; used by `EmptyHistory.zero` only.
  public let hasHistoryBK: Tensor<Element>?
  /// Position of each visit in the global batch: dropout does not depend on who computes it.
  public let rows: [Int32]

  public init(
    joinedBD: Tensor<Element>, textsBCD: Tensor<Element>, historyBTD: Tensor<Element>, historyMaskBT: Tensor<Element>,
    hasHistoryBK: Tensor<Element>? = nil, rows: [Int32]
  ) {
    self.joinedBD = joinedBD
    self.textsBCD = textsBCD
    self.historyBTD = historyBTD
    self.historyMaskBT = historyMaskBT
    self.hasHistoryBK = hasHistoryBK
    self.rows = rows
  }
}

/// Everything between the inputs and the scores of a visit, named as in the paper.
public struct PatientRepresentation<Element: TensorElement> {
  /// w_c (Eq. 3) `[B, 3]`, order symptom, diagnosis, procedure.
  public let fusionWeightsBC: Tensor<Element>
  /// h_attn `[B, D]`
  public let fusedBD: Tensor<Element>
  /// p (Eq. 4) `[B, D]`
  public let patientBD: Tensor<Element>
  /// w_m (Eq. 13) `[B, T]`
  public let historyWeightsBT: Tensor<Element>
  /// p_m (Eq. 14) `[B, K]`
  public let historyBK: Tensor<Element>
  /// p̃ (Eq. 9) `[B, K]`
  public let projectedBK: Tensor<Element>
  /// p_v = p̃ + p_m `[B, K]`
  public let visitBK: Tensor<Element>
}

/// NLA-MMR: visits and medications in one space; a score is their inner product (paper §3).
///
/// The order of construction puts the molecule encoder first, then the other parameters of the medication side, then
/// the patient side, so that each side is one range of the parameter store.
public struct NLAMMR<Element: TensorElement> {
  public let config: NLAMMRConfig
  public let moleculeEncoder: MoleculeEncoder<Element>
  let medicationProjection: MLP<Element>
  let fusionQuery, fusionKey: Linear<Element>
  let patient: Linear<Element>
  let historyQuery, historyKey, historyOutput: Linear<Element>
  let patientProjection: MLP<Element>
  let patientDropout: Dropout

  public init(_ config: NLAMMRConfig, in scope: ParameterScope<Element>) throws(ParameterError) {
    self.config = config
    let (d, k) = (config.dEnc, config.dK)
    moleculeEncoder = try MoleculeEncoder(config, in: scope["global_encoder"])
    medicationProjection = try MLP(
      [d + config.dS, k, k], residual: config.mlpResidual, dropout: config.dropout,
      firstDropoutLayer: DropoutLayers.medicationProjection, in: scope["mol2latent"])
    let fusion = scope["dsp_aggregator"]
    fusionQuery = try Linear(d, k, bias: config.attentionBias, factored: true, in: fusion["q"])
    fusionKey = try Linear(d, k, bias: config.attentionBias, factored: true, in: fusion["k"])
    patient = try Linear(2 * d, d, factored: true, in: scope["proj_dsp"])
    let history = scope["aggregator"]
    historyQuery = try Linear(d, k, bias: config.attentionBias, factored: true, in: history["q"])
    historyKey = try Linear(d, k, bias: config.attentionBias, factored: true, in: history["k"])
    historyOutput = try Linear(d, k, factored: true, in: history["o"])
    patientProjection = try MLP(
      [d, k, k], residual: config.mlpResidual, dropout: config.dropout,
      firstDropoutLayer: DropoutLayers.patientProjection, factored: true, in: scope["text2latent"])
    patientDropout = Dropout(rate: config.dropout, layer: DropoutLayers.patient)
  }

  /// Ẽ_m, medications in the joint space (Eq. 8–9), from their molecules.
  /// E_m = [E_f ‖ E_s], text first as in the code; E_s averages the molecules of a medication.
  /// - Shape: molecules `[N, S]`, texts E_f `[M, D]` → `[M, K]`
  public func medications(
    moleculesNS: Tensor<Element>, average: MoleculeAverage, textsMD: Tensor<Element>, _ step: DropoutStep?
  ) throws -> Tensor<Element> {
    let structureMS = try moleculesNS.gathered(average.molecules).segmentMean(average.medications)
    return try medicationProjection(concatenating: [textsMD, structureMS], step)
  }

  /// The patient side of Eq. 2–4, 9 and 11–14.
  /// - Parameter step: dropout's counters in training; nil in evaluation.
  public func patients(
    _ inputs: PatientInputs<Element>, _ step: DropoutStep?
  ) throws -> PatientRepresentation<Element> {
    let (fusedBD, fusionWeightsBC) = try Tensor.attentionPooling(
      query: fusionQuery(inputs.joinedBD), keyWeight: fusionKey.weight, values: inputs.textsBCD)
    let joined = [inputs.joinedBD, fusedBD]
    let patientBD =
      config.patientActivation == .gelu
      ? try patient(concatenating: joined, then: .gelu, patientDropout, step, rows: inputs.rows)
      : try patient(concatenating: joined)
    let (pooledBD, historyWeightsBT) = try Tensor.attentionPooling(
      query: historyQuery(patientBD), keyWeight: historyKey.weight, values: inputs.historyBTD,
      mask: inputs.historyMaskBT)
    var historyBK = try historyOutput(pooledBD)
    if config.emptyHistory == .zero, let hasHistoryBK = inputs.hasHistoryBK { historyBK = try historyBK * hasHistoryBK }
    let projectedBK = try patientProjection(patientBD, step, rows: inputs.rows)
    return PatientRepresentation(
      fusionWeightsBC: fusionWeightsBC, fusedBD: fusedBD, patientBD: patientBD, historyWeightsBT: historyWeightsBT,
      historyBK: historyBK, projectedBK: projectedBK, visitBK: try projectedBK + historyBK)
  }
}

/// Which molecules a medication has: E_s is their mean (the code's `average_projection`).
public struct MoleculeAverage {
  /// Molecule of each (medication, molecule) pair, medication by medication.
  public let molecules: RowIndex
  /// The pairs of each medication.
  public let medications: Segments

  public init(moleculesOfMedications: [[Int32]], moleculeCount: Int) throws(ShapeError) {
    molecules = try RowIndex(moleculesOfMedications.flatMap { $0 }, bound: moleculeCount)
    medications = try Segments(counts: moleculesOfMedications.map({ $0.count }))
  }
}

/// A linear map of the patient side, and how many rows of its input one visit has.
public struct PatientLayer<Element: TensorElement> {
  public let weight: Parameter<Element>
  public let bias: Parameter<Element>?
  public let rowsPerVisit: Int
}

extension NLAMMR {
  /// Prefix of the molecule encoder's parameters.
  public static var moleculeEncoderName: String { "global_encoder" }

  /// All linear maps of the patient side: their gradients travel as factors (x, δ) between workers, one row per visit.
  /// The biases of keys have no gradient (`Tensor.attentionPooling`).
  public var patientLayers: [PatientLayer<Element>] {
    ([fusionQuery, patient, historyQuery, historyOutput] + patientProjection.layers).map {
      PatientLayer(weight: $0.weight, bias: $0.bias, rowsPerVisit: 1)
    } + [fusionKey, historyKey].map { PatientLayer(weight: $0.weight, bias: nil, rowsPerVisit: 1) }
  }
}
