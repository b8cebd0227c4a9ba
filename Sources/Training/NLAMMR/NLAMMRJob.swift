import Models
import Molecules

/// What NLA-MMR needs besides the visits.
public struct NLAMMRInputs: Sendable {
  /// d_enc.
  public var width: Int
  /// E_f, `[M, d_enc]`.
  public var medicationTexts: [Float]
  /// All molecules as one graph.
  public var molecules: MoleculeBatch
  /// Molecules of each medication.
  public var moleculesOfMedications: [[Int32]]

  public init(
    width: Int, medicationTexts: [Float], molecules: MoleculeBatch, moleculesOfMedications: [[Int32]]
  ) {
    self.width = width
    self.medicationTexts = medicationTexts
    self.molecules = molecules
    self.moleculesOfMedications = moleculesOfMedications
  }

  /// The model that the settings describe.
  func modelConfig(_ config: RunConfig) -> NLAMMRConfig {
    var model = NLAMMRConfig(dEnc: width, atomDims: atomDims(config), bondDims: MoleculeFeatures.bondDims)
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

  /// Rows of the atom tables.
  func atomDims(_ config: RunConfig) -> [Int] {
    var dims = MoleculeFeatures.atomDims
    dims[1] = config.chiralityRows
    return dims
  }

  func pack(into packer: inout Packer) {
    packer.put(Int64(width))
    packer.put(medicationTexts)
    packer.put(Int64(molecules.moleculeCount))
    for graph in 0..<molecules.moleculeCount {
      let atoms = molecules.atomOffsets[graph]..<molecules.atomOffsets[graph + 1]
      let edges = molecules.edgeOffsets[graph]..<molecules.edgeOffsets[graph + 1]
      let first = Int32(atoms.lowerBound)
      let atomWidth = MoleculeFeatures.atomDims.count
      let bondWidth = MoleculeFeatures.bondDims.count
      packer.put(Array(molecules.atoms[(atoms.lowerBound * atomWidth)..<(atoms.upperBound * atomWidth)]))
      packer.put(edges.map { molecules.sources[$0] - first } + edges.map { molecules.targets[$0] - first })
      packer.put(Array(molecules.bonds[(edges.lowerBound * bondWidth)..<(edges.upperBound * bondWidth)]))
    }
    for molecules in moleculesOfMedications { packer.put(molecules) }
  }

  init(from unpacker: inout Unpacker, medications: Int) throws {
    width = Int(try unpacker.take(Int64.self))
    medicationTexts = try unpacker.takeList()
    var graphs: [MoleculeGraph] = []
    for _ in 0..<(try unpacker.take(Int64.self)) {
      graphs.append(
        try MoleculeGraph(atoms: unpacker.takeList(), edges: unpacker.takeList(), bonds: unpacker.takeList()))
    }
    molecules = MoleculeBatch(graphs)
    moleculesOfMedications = []
    for _ in 0..<medications { moleculesOfMedications.append(try unpacker.takeList()) }
  }
}
