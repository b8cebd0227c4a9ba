/// Patients, their visits in time order, the codes of every visit, and what is known about the medications.
public struct Cohort: Sendable, Equatable {
  /// For people: "MIMIC-IV", "synthetic".
  public var name: String
  /// All four kinds are present; a kind without codes has an empty vocabulary.
  public var vocabularies: [CodeKind: Vocabulary]
  public var patientIDs: [String]
  /// patients + 1 entries: patient p has the visits `visitOffsets[p] ..< visitOffsets[p + 1]`, in time order.
  public var visitOffsets: [Int]
  public var visitIDs: [String]
  /// All four kinds are present, each with one list per visit.
  public var lists: [CodeKind: CodeLists]
  /// The molecules of each medication as SMILES; a medication may have none.
  public var smiles: [[String]]
  /// Known interactions, ascending, each pair once.
  public var interactions: [Interaction]
  /// What else is known of the medications; nil when nothing is.
  public var medicationProperties: MedicationPropertyTable?
  /// One per patient.
  public var splits: [Split]
  /// "official", "shuffled(seed: 7)", or a word of whoever made the split.
  public var splitRule: String
  public var report: ImportReport
  /// Set when read or written; empty before.
  public var contentHash: String

  public init(
    name: String, vocabularies: [CodeKind: Vocabulary] = [:], patientIDs: [String] = [], visitOffsets: [Int] = [0],
    visitIDs: [String] = [], lists: [CodeKind: CodeLists] = [:], smiles: [[String]] = [],
    interactions: [Interaction] = [], medicationProperties: MedicationPropertyTable? = nil, splits: [Split] = [],
    splitRule: String = SplitRule.official.description, report: ImportReport = ImportReport(source: ""),
    contentHash: String = ""
  ) {
    self.name = name
    self.vocabularies = vocabularies
    self.patientIDs = patientIDs
    self.visitOffsets = visitOffsets
    self.visitIDs = visitIDs
    self.lists = lists
    self.smiles = smiles
    self.interactions = interactions
    self.medicationProperties = medicationProperties
    self.splits = splits
    self.splitRule = splitRule
    self.report = report
    self.contentHash = contentHash
    let noCodes = CodeLists(offsets: Array(repeating: 0, count: visitIDs.count + 1))
    for kind in CodeKind.allCases {
      if self.vocabularies[kind] == nil { self.vocabularies[kind] = Vocabulary() }
      if self.lists[kind] == nil { self.lists[kind] = noCodes }
    }
  }

  public var patientCount: Int { patientIDs.count }
  public var visitCount: Int { visitIDs.count }
  public var medicationCount: Int { vocabulary(.medication).count }

  public func vocabulary(_ kind: CodeKind) -> Vocabulary { vocabularies[kind] ?? Vocabulary() }

  /// The codes of one kind in one visit, as positions in the vocabulary of the kind.
  public func codes(_ kind: CodeKind, visit: Int) -> ArraySlice<Int32> { lists[kind]?[visit] ?? [] }

  /// The visits of a patient, in time order.
  public func visits(ofPatient patient: Int) -> Range<Int> { visitOffsets[patient]..<visitOffsets[patient + 1] }

  /// The patient of every visit.
  public func patientOfVisit() -> [Int32] {
    var patients = [Int32](repeating: 0, count: visitCount)
    for patient in 0..<patientCount { for visit in visits(ofPatient: patient) { patients[visit] = Int32(patient) } }
    return patients
  }

  /// The visits of all patients of a split, in the order of the cohort.
  public func visits(in split: Split) -> [Int] {
    splits.indices.filter { splits[$0] == split }.flatMap { visits(ofPatient: $0) }
  }
}
