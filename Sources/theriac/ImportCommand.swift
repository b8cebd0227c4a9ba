import ArgumentParser
import Foundation
import Records

extension ImportFormat: ExpressibleByArgument {}

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
  @OptionGroup(title: "Rules")
  var rules: CohortRules
  @Option(help: "Name of the cohort; default: the data set's.")
  var name: String?
  @Flag(help: "Stop at the first malformed row instead of counting it.")
  var strict = false
  @Option(help: "Cohort file to write.")
  var out: String

  func validate() throws {
    guard maps != nil else {
      throw ValidationError(
        "give --maps FOLDER with at least one way from prescription to class (docs/importing.md names the files)")
    }
    try OutputPlace.check(out)
  }

  func run() throws {
    var options = try rules.options()
    options.name = name
    options.strict = strict
    let paths = rules.paths(root: root, maps: maps)
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

/// Finds out before hours of work whether their result can be written.
enum OutputPlace {
  static func check(_ path: String, option: String = "--out") throws {
    let folder = (path as NSString).deletingLastPathComponent
    let parent = folder.isEmpty ? "." : folder
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder), isFolder.boolValue else {
      throw ValidationError("\(option) \(path): the folder \(parent) does not exist")
    }
    guard FileManager.default.isWritableFile(atPath: parent) else {
      throw ValidationError("\(option) \(path): no permission to write in \(parent)")
    }
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw ValidationError("\(option) \(path) is a folder; give a file")
    }
  }
}
