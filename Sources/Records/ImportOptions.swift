/// What an import keeps. Everything is written into the report. What SafeDrug's program does, whose classes the paper
/// has, stands beside each.
public struct ImportOptions: Codable, Equatable, Sendable {
  /// Name of the cohort; nil: the data set's.
  public var name: String?
  /// Patients with fewer kept visits are left out. SafeDrug: 2.
  public var minimumVisits = 2
  /// Kinds of which a visit needs at least one code; nil: diagnosis, procedure and medication, as far as the source has
  /// them (SafeDrug's rule; eICU has no procedures). Medications are what is learnt, so they are always among them.
  public var required: [CodeKind]?
  /// Only medications whose order starts less than 24 hours after the admission. SafeDrug: off. GAMENet keeps the orders
  /// that start on the day of the first order of each ICU stay instead.
  public var firstDayOnly = false
  /// Only the most frequent diagnosis codes; nil: all. Counted once per visit over all visits, ties by code.
  /// SafeDrug: 2000.
  public var maxDiagnoses: Int?
  /// The same for procedures. SafeDrug: all.
  public var maxProcedures: Int?
  /// The same for medications. SafeDrug: 300, more than there are.
  public var maxMedications: Int?
  /// Tried in this order for each prescription row; the first that knows the code decides. SafeDrug: ndc-rxcui alone.
  public var routes = MedicationRoute.allCases
  /// Which class counts when a map gives one code several. SafeDrug: first.
  public var ambiguity = Ambiguity.preferred
  /// Only medications for which the molecules file lists a structure. SafeDrug: on.
  public var requireMolecules = false
  /// Only classes of a list. The 112 (MIMIC-III) and 121 (MIMIC-IV) classes of the paper are what SafeDrug's rules leave.
  public var classes: ClassList?
  /// How the medication vocabulary is ordered.
  public var classOrder = ClassOrder.sorted
  /// Where molecules come from. SafeDrug: published.
  public var moleculeRule = MoleculeRule.published
  /// Molecules of a class taken from a drug table, at most; 0: all. The published lists have at most 3.
  public var moleculesPerClass = 3
  /// Substances named in a medication's text, or drugs described in it, at most.
  public var substancesPerText = 12
  /// How symptoms are found in notes; nil: not at all, even where notes and a list of symptoms are there.
  public var symptoms: SymptomOptions? = SymptomOptions()
  public var split = SplitRule.official
  /// The first malformed row ends the import with an error instead of being counted.
  public var strict = false

  public init() {}

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, minimumVisits, required, firstDayOnly, maxDiagnoses, maxProcedures, maxMedications, routes, ambiguity
    case requireMolecules, classes, classOrder, moleculeRule, moleculesPerClass, substancesPerText, symptoms, split
    case strict
  }

  private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Keys that are absent keep their default; keys that are unknown are an error. `"symptoms": null` looks for none.
  public init(from decoder: any Decoder) throws {
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys where CodingKeys(stringValue: key.stringValue) == nil
    {
      throw RecordsError.badOption(
        "import", value: key.stringValue,
        expected: "one of " + CodingKeys.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func given<Value: Decodable>(_ key: CodingKeys, else other: Value) throws -> Value {
      try values.decodeIfPresent(Value.self, forKey: key) ?? other
    }
    name = try values.decodeIfPresent(String.self, forKey: .name)
    minimumVisits = try given(.minimumVisits, else: minimumVisits)
    required = try values.decodeIfPresent([CodeKind].self, forKey: .required)
    firstDayOnly = try given(.firstDayOnly, else: firstDayOnly)
    maxDiagnoses = try values.decodeIfPresent(Int.self, forKey: .maxDiagnoses)
    maxProcedures = try values.decodeIfPresent(Int.self, forKey: .maxProcedures)
    maxMedications = try values.decodeIfPresent(Int.self, forKey: .maxMedications)
    routes = try given(.routes, else: routes)
    ambiguity = try given(.ambiguity, else: ambiguity)
    requireMolecules = try given(.requireMolecules, else: requireMolecules)
    classes = try values.decodeIfPresent(ClassList.self, forKey: .classes)
    classOrder = try given(.classOrder, else: classOrder)
    moleculeRule = try given(.moleculeRule, else: moleculeRule)
    moleculesPerClass = try given(.moleculesPerClass, else: moleculesPerClass)
    substancesPerText = try given(.substancesPerText, else: substancesPerText)
    if values.contains(.symptoms) { symptoms = try values.decodeIfPresent(SymptomOptions.self, forKey: .symptoms) }
    split = try given(.split, else: split)
    strict = try given(.strict, else: strict)
  }

  /// As `init(from:)` reads it: no symptoms are written as null, which is not the same as an absent key.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(name, forKey: .name)
    try values.encode(minimumVisits, forKey: .minimumVisits)
    try values.encodeIfPresent(required, forKey: .required)
    try values.encode(firstDayOnly, forKey: .firstDayOnly)
    try values.encodeIfPresent(maxDiagnoses, forKey: .maxDiagnoses)
    try values.encodeIfPresent(maxProcedures, forKey: .maxProcedures)
    try values.encodeIfPresent(maxMedications, forKey: .maxMedications)
    try values.encode(routes, forKey: .routes)
    try values.encode(ambiguity, forKey: .ambiguity)
    try values.encode(requireMolecules, forKey: .requireMolecules)
    try values.encodeIfPresent(classes, forKey: .classes)
    try values.encode(classOrder, forKey: .classOrder)
    try values.encode(moleculeRule, forKey: .moleculeRule)
    try values.encode(moleculesPerClass, forKey: .moleculesPerClass)
    try values.encode(substancesPerText, forKey: .substancesPerText)
    try values.encode(symptoms, forKey: .symptoms)
    try values.encode(split, forKey: .split)
    try values.encode(strict, forKey: .strict)
  }
}
