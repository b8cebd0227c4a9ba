import ArgumentParser
import Foundation
import Records

extension ImportFormat: ExpressibleByArgument {}
extension MedicationRoute: ExpressibleByArgument {}

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a cohort file from raw tables.",
    discussion: """
      Reads NAME.csv or NAME.csv.gz (header in any case) and keeps admissions with diagnoses, procedures and mapped \
      medications of patients with two of them or more. Medications become ATC third-level classes (four characters) \
      through the code maps in --maps; docs/importing.md names the files. Every dropped row is counted with its reason; \
      `theriac describe` shows the report.
      """)

  @Argument(help: "Kind of source: mimic3, mimic4.")
  var format: ImportFormat
  @Option(help: "Folder of the source tables.")
  var root: String
  @Option(help: "Folder of code maps and titles (needed for at least one way from prescription to class).")
  var maps: String?
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
  @Flag(help: "Keep visits without a procedure.")
  var proceduresOptional = false
  @Flag(help: "Only medications ordered within 24 hours of the admission.")
  var firstDay = false
  @Option(help: "Only so many most frequent diagnosis codes.")
  var maxDiagnoses: Int?
  @Flag(help: "Only medications that the molecules file lists.")
  var requireMolecules = false
  @Option(help: "Split of patients: official (in the order of the cohort), or shuffled:SEED.")
  var split = "official"
  @Option(help: "Name of the cohort; default: the data set's.")
  var name: String?
  @Flag(help: "Stop at the first malformed row instead of counting it.")
  var strict = false
  @Option(help: "Cohort file to write.")
  var out: String

  func validate() throws {
    guard minVisits >= 1 else { throw ValidationError("--min-visits \(minVisits): give 1 or more") }
    if let maxDiagnoses, maxDiagnoses < 1 { throw ValidationError("--max-diagnoses \(maxDiagnoses): give 1 or more") }
    guard maps != nil else {
      throw ValidationError(
        "give --maps FOLDER with at least one way from prescription to class (docs/importing.md names the files)")
    }
    try OutputPlace.check(out)
  }

  func run() throws {
    var options = ImportOptions()
    options.name = name
    options.minimumVisits = minVisits
    options.requireProcedures = !proceduresOptional
    options.firstDayOnly = firstDay
    options.maxDiagnoses = maxDiagnoses
    options.requireMolecules = requireMolecules
    options.split = try SplitRule(argument: split)
    options.strict = strict
    if !routes.isEmpty { options.routes = routes }
    let paths = ImportPaths(
      root: root, maps: maps, molecules: molecules, interactions: ddi, medicationTexts: medicationTexts)
    let started = ContinuousClock.now
    let progress = ProgressDisplay()
    let cohort = try CohortImport.run(format, paths: paths, options: options) { progress.show($0) }
    progress.end()
    try CohortFile.write(cohort, to: out)
    Console.note(cohort.report.text())
    Console.result(
      "\(out): \(cohort.patientCount) patients, \(cohort.visitCount) visits, \(cohort.medicationCount) medications "
        + "(\((ContinuousClock.now - started).formatted(.units(allowed: [.seconds], fractionalPart: .show(length: 1)))))"
    )
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

/// Finds out before hours of work whether their result can be written.
enum OutputPlace {
  static func check(_ path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    let parent = folder.isEmpty ? "." : folder
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder), isFolder.boolValue else {
      throw ValidationError("--out \(path): the folder \(parent) does not exist")
    }
    guard FileManager.default.isWritableFile(atPath: parent) else {
      throw ValidationError("--out \(path): no permission to write in \(parent)")
    }
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw ValidationError("--out \(path) is a folder; give a file")
    }
  }
}
