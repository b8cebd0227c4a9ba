/// What follows Eq. 4: nothing, or GELU and dropout as in the authors' code.
public enum PatientActivation: String, CaseIterable, Sendable { case gelu, linear }

/// p_m of a patient's first visit (Eq. 14 is undefined there): the learnt output bias b_m, or zero.
public enum EmptyHistory: String, CaseIterable, Sendable { case bias, zero }

/// The shape and the switches of NLA-MMR. The defaults are the authors' code.
public struct NLAMMRConfig: Equatable, Sendable {
  /// d_enc, width of the PLM's embeddings.
  public var dEnc: Int
  /// d_K, width of the joint space and of the attentions.
  public var dK = 256
  /// d_s, width of the molecule encoder.
  public var dS = 64
  public var ginLayers = 5
  /// Rows of the atom tables and of each layer's bond tables (ogb).
  public var atomDims: [Int]
  public var bondDims: [Int]
  /// Messages are relu(x_j + e_ij) when true, x_j when false (Eq. 5 as printed).
  public var edgeEmbedding = true
  public var dropout = 0.2
  public var gnnDropout = 0.7
  public var attentionBias = true
  public var patientActivation = PatientActivation.gelu
  public var mlpResidual = true
  public var emptyHistory = EmptyHistory.bias

  public init(dEnc: Int, atomDims: [Int], bondDims: [Int]) {
    self.dEnc = dEnc
    self.atomDims = atomDims
    self.bondDims = bondDims
  }
}
