import ArgumentParser
import Records

extension MedicationRoute: ExpressibleByArgument {}

/// The rules by which tables become a cohort, for every importer. The defaults are the paper's.
struct CohortRules: ParsableArguments {
  @Option(help: "JSON file of SMILES per class; default: found in --maps.")
  var molecules: String?
  @Option(help: "CSV of interacting classes (atc3_a,atc3_b); default: found in --maps.")
  var ddi: String?
  @Option(help: "Tab-separated file: class, description; default: texts from ATC names.")
  var medicationTexts: String?
  @Option(
    name: .customLong("route"), help: "Way from prescription to class, tried in this order; repeat it. Default: all.")
  var routes: [MedicationRoute] = []
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
  @Flag(help: "Only medications that the molecules file lists.")
  var requireMolecules = false
  @Option(help: "Split of patients: official (in the order of the cohort), or shuffled:SEED.")
  var split = "official"

  func validate() throws {
    guard minVisits >= 1 else { throw ValidationError("--min-visits \(minVisits): give 1 or more") }
    if let maxDiagnoses, maxDiagnoses < 1 { throw ValidationError("--max-diagnoses \(maxDiagnoses): give 1 or more") }
    if proceduresOptional, require != nil {
      throw ValidationError("--procedures-optional and --require contradict each other; give one of them")
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
    options.requireMolecules = requireMolecules
    options.split = try SplitRule(argument: split)
    if !routes.isEmpty { options.routes = routes }
    return options
  }

  /// Where an import reads from.
  func paths(root: String, maps: String?) -> ImportPaths {
    ImportPaths(root: root, maps: maps, molecules: molecules, interactions: ddi, medicationTexts: medicationTexts)
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
  /// "official" or "shuffled:7".
  init(argument text: String) throws {
    if text == "official" {
      self = .official
    } else if text.hasPrefix("shuffled:"), let seed = UInt64(text.dropFirst("shuffled:".count)) {
      self = .shuffled(seed: seed)
    } else {
      throw ValidationError("--split \(text): give official, or shuffled:SEED with a whole number")
    }
  }
}
