import ArgumentParser
import Molecules
import Records

extension MedicationRoute: ExpressibleByArgument {}
extension Ambiguity: ExpressibleByArgument {}
extension ClassOrder: ExpressibleByArgument {}
extension MoleculeRule: ExpressibleByArgument {}

/// The rules by which tables become a cohort, for every importer (docs/importing.md says what the paper does).
struct CohortRules: ParsableArguments {
  @Option(help: "Visits that a patient must keep.")
  var minVisits = 2
  @Option(
    help: """
      Kinds that a visit needs, with commas: diagnosis,procedure,symptom,medication. Default: diagnosis, procedure and \
      medication, as far as the source has them.
      """)
  var require: String?
  @Flag(help: "Keep visits without a procedure: short for --require diagnosis,medication.")
  var proceduresOptional = false
  @Flag(help: "Only medications ordered within 24 hours of the admission.")
  var firstDay = false
  @Option(help: "Only so many most frequent diagnosis codes.")
  var maxDiagnoses: Int?
  @Option(help: "Only so many most frequent procedure codes.")
  var maxProcedures: Int?
  @Option(help: "Only so many most frequent medications.")
  var maxMedications: Int?

  @Option(
    name: .customLong("route"), help: "Way from prescription to class, tried in this order; repeat it. Default: all.")
  var routes: [MedicationRoute] = []
  @Option(help: "Of several classes of one code: preferred (systemic before local, then by alphabet), or first.")
  var ambiguity = Ambiguity.preferred
  @Option(help: "Only these classes: a file with one a line, or the word interactions or molecules.")
  var classes: String?
  @Option(help: "Order of the medications: sorted, or list (that of --classes).")
  var classOrder = ClassOrder.sorted
  @Flag(help: "Only medications that the molecules file lists.")
  var requireMolecules = false

  @Option(help: "JSON file of SMILES per class; default: found in --maps.")
  var molecules: String?
  @Option(help: "Molecules of a class: published (the molecules file) or by-atc (from --drugs).")
  var moleculeRule = MoleculeRule.published
  @Option(help: "Molecules of a class taken from --drugs, at most; 0 for all.")
  var moleculesPerClass: Int?
  @Option(help: "CSV of drugs: atc_codes and any of name, description, smiles, groups.")
  var drugs: String?
  @Option(help: "CSV of interacting classes (atc3_a,atc3_b); default: found in --maps.")
  var ddi: String?
  @Option(help: "Tab-separated file: class, description; default: texts from --drugs or ATC names.")
  var medicationTexts: String?

  @Option(help: "List of symptoms to find in notes, one phrase a line; default: symptoms_list.txt in --maps.")
  var symptoms: String?
  @Flag(help: "Look for no symptoms.")
  var noSymptoms = false
  @Option(help: "Table of notes; default: the data set's own place.")
  var notes: String?
  @Option(
    help: "Sections of notes that count, with commas, or all. Default: chief complaint,history of present illness.")
  var symptomSections: String?
  @Option(
    name: .customLong("note-category"), help: "Category of notes that counts; repeat it. Default: Discharge summary.")
  var noteCategories: [String] = []

  @Option(help: "Split of patients: official (in the order of the cohort), shuffled:SEED, or by-time (of last visits).")
  var split = "official"

  func validate() throws {
    guard minVisits >= 1 else { throw ValidationError("--min-visits \(minVisits): give 1 or more") }
    for (name, limit) in [
      ("diagnoses", maxDiagnoses), ("procedures", maxProcedures), ("medications", maxMedications),
    ] {
      if let limit, limit < 1 { throw ValidationError("--max-\(name) \(limit): give 1 or more") }
    }
    if proceduresOptional, require != nil {
      throw ValidationError("--procedures-optional and --require contradict each other; give one of them")
    }
    if Set(routes).count != routes.count { throw ValidationError("--route names a way twice; give each once") }
    if classOrder == .list, classes == nil || classes == "molecules" {
      throw ValidationError("--class-order list needs a list with an order: --classes FILE or --classes interactions")
    }
    if moleculeRule == .byATC, drugs == nil { throw ValidationError("--molecule-rule by-atc needs --drugs FILE") }
    if let moleculesPerClass {
      if moleculeRule != .byATC {
        throw ValidationError("--molecules-per-class has no effect without --molecule-rule by-atc")
      }
      if moleculesPerClass < 0 { throw ValidationError("--molecules-per-class \(moleculesPerClass): give 0 or more") }
    }
    if noSymptoms {
      for (name, isGiven) in [
        ("symptoms", symptoms != nil), ("notes", notes != nil), ("symptom-sections", symptomSections != nil),
        ("note-category", !noteCategories.isEmpty),
      ] where isGiven { throw ValidationError("--no-symptoms and --\(name) contradict each other; give one of them") }
    }
    _ = try requiredKinds()
    _ = try SplitRule(argument: split)
  }

  /// The options of an import that follow from these rules.
  func options() throws -> ImportOptions {
    var options = ImportOptions()
    options.minimumVisits = minVisits
    options.required = try requiredKinds()
    options.firstDayOnly = firstDay
    options.maxDiagnoses = maxDiagnoses
    options.maxProcedures = maxProcedures
    options.maxMedications = maxMedications
    if !routes.isEmpty { options.routes = routes }
    options.ambiguity = ambiguity
    options.classes = classes.map { $0 == "interactions" ? .interactions : $0 == "molecules" ? .molecules : .file }
    options.classOrder = classOrder
    options.requireMolecules = requireMolecules
    options.moleculeRule = moleculeRule
    options.moleculesPerClass = moleculesPerClass ?? options.moleculesPerClass
    options.split = try SplitRule(argument: split)
    options.symptoms = noSymptoms ? nil : SymptomOptions()
    if let symptomSections {
      options.symptoms?.sections = symptomSections.split(separator: ",", omittingEmptySubsequences: false).map { part in
        part.split(separator: " ").joined(separator: " ").lowercased()
      }
    }
    if !noteCategories.isEmpty { options.symptoms?.categories = noteCategories }
    return options
  }

  /// Where an import reads from.
  func paths(root: String, maps: String?) -> ImportPaths {
    var paths = ImportPaths(
      root: root, maps: maps, molecules: molecules, interactions: ddi, medicationTexts: medicationTexts)
    paths.drugs = drugs
    if let classes, classes != "interactions", classes != "molecules" { paths.classes = classes }
    paths.symptoms = symptoms
    paths.notes = notes
    paths.moleculeIdentity = Self.identity
    return paths
  }

  /// Molecules are the same when their heavy atoms, bonds and hydrogens are.
  static let identity = MoleculeIdentity(name: "the same atoms, bonds and hydrogens") { smiles in
    // RDKit's time grows with the cube of the length; the longest published molecule has 740 bytes.
    smiles.utf8.count <= 1_500 ? try? SMILESParser.graph(smiles).skeletonKey : nil
  }

  private func requiredKinds() throws -> [CodeKind]? {
    if proceduresOptional { return [.diagnosis, .medication] }
    guard let require else { return nil }
    let kinds = try require.split(separator: ",", omittingEmptySubsequences: false).map { word in
      let word = word.filter { $0 != " " }
      guard let kind = CodeKind.allCases.first(where: { $0.rawValue == word || $0.plural == word }) else {
        throw ValidationError(
          "--require \(require): \(word.isEmpty ? "an empty word" : word) is no kind of code; known are "
            + CodeKind.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return kind
    }
    guard kinds.contains(.medication), Set(kinds).count == kinds.count else {
      throw ValidationError("--require \(require): name medication (it is what is learnt), and each kind once")
    }
    return kinds
  }
}

extension SplitRule {
  /// "official", "shuffled:7" or "by-time".
  init(argument text: String) throws {
    if text == "official" {
      self = .official
    } else if text == "by-time" {
      self = .byTime
    } else if text.hasPrefix("shuffled:"), let seed = UInt64(text.dropFirst("shuffled:".count)) {
      self = .shuffled(seed: seed)
    } else {
      throw ValidationError("--split \(text): give official, by-time, or shuffled:SEED with a whole number")
    }
  }
}
