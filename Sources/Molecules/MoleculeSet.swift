/// What to do with a SMILES that RDKit does not accept.
public enum UnparsablePolicy: String, Codable, CaseIterable, Sendable {
  /// Stop with the medication, the SMILES and RDKit's reason. Medications without any SMILES stop too.
  case refuse
  /// Leave it out and list it. A medication left with no molecule keeps a zero row.
  case skip
}

/// A SMILES that was left out under `UnparsablePolicy.skip`.
public struct SkippedMolecule: Equatable, Sendable, CustomStringConvertible {
  public let medication: String
  public let smiles: String
  public let reason: String
  public var description: String { "medication \(medication): left out SMILES \"\(smiles)\": \(reason)" }
}

/// All molecules of a cohort's medications, ready for the GIN.
public struct MoleculeSet: Equatable, Sendable {
  /// One graph per molecule: in the order of medications, then of their SMILES.
  public let graphs: [MoleculeGraph]
  /// The same molecules as one graph.
  public let batch: MoleculeBatch
  /// Molecules → medications.
  public let projection: AverageProjection
  /// SMILES left out; empty under `refuse`. The caller shows them.
  public let skipped: [SkippedMolecule]
  /// Codes of medications without a molecule, whose rows are zero; empty under `refuse`. The caller shows them.
  public let withoutMolecule: [String]

  /// Parses every SMILES of every medication.
  ///
  /// A SMILES shared by several medications is encoded once per occurrence, as the authors' code does, and so counts
  /// that often in BatchNorm's statistics; with `dedupe` it is one molecule (spec NLA-MMR 1.6). The average of a
  /// medication is the same either way.
  /// - Throws: `unparsableMedication` and `noMolecule` under `refuse`; `medicationCount`.
  public init(
    medications: [String], smiles: [[String]], unparsable policy: UnparsablePolicy = .refuse, dedupe: Bool = false
  ) throws(MoleculeError) {
    guard medications.count == smiles.count else {
      throw .medicationCount(codes: medications.count, smiles: smiles.count)
    }
    var known: [String: Outcome] = [:]
    var moleculeOf: [String: Int] = [:]
    var graphs: [MoleculeGraph] = []
    var rows: [[Int]] = []
    var skipped: [SkippedMolecule] = []
    var withoutMolecule: [String] = []
    for (code, list) in zip(medications, smiles) {
      var row: [Int] = []
      for text in list {
        let outcome = known[text] ?? Outcome(text)
        known[text] = outcome
        switch (outcome, policy) {
        case (.refused(let reason), .refuse):
          throw .unparsableMedication(code: code, smiles: text, reason: reason)
        case (.refused(let reason), .skip):
          skipped.append(SkippedMolecule(medication: code, smiles: text, reason: reason))
        case (.graph(let graph), _):
          if dedupe, let molecule = moleculeOf[text] {
            row.append(molecule)
          } else {
            moleculeOf[text] = graphs.count
            row.append(graphs.count)
            graphs.append(graph)
          }
        }
      }
      if row.isEmpty {
        guard policy == .skip else { throw .noMolecule(code: code) }
        withoutMolecule.append(code)
      }
      rows.append(row)
    }
    self.graphs = graphs
    self.batch = MoleculeBatch(graphs)
    self.projection = try AverageProjection(rows: rows, moleculeCount: graphs.count)
    self.skipped = skipped
    self.withoutMolecule = withoutMolecule
  }

  /// A text is parsed once, however many medications list it.
  private enum Outcome {
    case graph(MoleculeGraph)
    case refused(String)

    init(_ smiles: String) {
      do throws(MoleculeError) {
        self = .graph(try SMILESParser.graph(smiles))
      } catch .unparsable(_, let reason) {
        self = .refused(reason)
      } catch {
        self = .refused("\(error)")
      }
    }
  }
}
