import ArgumentParser
import Foundation
import Records
import TextEncoder

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a cohort file from raw tables.",
    discussion: """
      Tables are NAME.csv or NAME.csv.gz, their headers in any case. Every row that is left out is counted with its \
      reason, and the report is kept in the cohort file (theriac describe FILE --report). docs/importing.md has the \
      rules, the files that are read and a session for each kind of source.
      """,
    subcommands: [
      ImportMIMIC3.self, ImportMIMIC4.self, ImportEICU.self, ImportSynthea.self, ImportTable.self, ImportOfficial.self,
      ImportTCMPD.self, ImportUnknown.self,
    ], defaultSubcommand: ImportUnknown.self)
}

/// Any other word behind `import`: names it, and the sources there are.
struct ImportUnknown: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "unknown", shouldDisplay: false)
  @Argument(parsing: .captureForPassthrough) var words: [String] = []

  func run() throws {
    guard let word = words.first, !["--help", "-h"].contains(word) else { throw CleanExit.helpRequest(Import.self) }
    let known = ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError(
      "theriac import \(word): there is no such kind of source; give one of \(known) first, then its options")
  }
}

/// What every kind of source is given.
struct ImportPlace: ParsableArguments {
  @Option(help: "Folder of the source tables.")
  var root: String
  @Option(help: "Name of the cohort; default: the data set's.")
  var name: String?
  @Option(help: "Cohort file to write.")
  var out: String

  func validate() throws { try OutputPlace.check(out) }
}

/// What every kind of source that is read from tables is given.
struct ImportTables: ParsableArguments {
  @OptionGroup var place: ImportPlace
  @Option(help: "Folder of code maps and titles.")
  var maps: String?
  @Flag(help: "Stop at the first malformed row instead of counting it.")
  var strict = false

  /// Imports, writes the cohort, prints the report and the result.
  func run(_ format: ImportFormat, _ rules: CohortRules, _ source: SourceOptions = SourceOptions()) throws {
    var options = try rules.options()
    options.name = place.name
    options.strict = strict
    let paths = rules.paths(root: place.root, maps: maps)
    try OutputPlace.check(place.out, inputs: paths.inputs + [source.medicationMap, source.mapping])
    let started = ContinuousClock.now
    let progress = ProgressDisplay()
    let cohort = try CohortImport.run(format, paths: paths, options: options, source: source) { progress.show($0) }
    progress.end()
    try CohortFile.write(cohort, to: place.out)
    ImportResult.show(cohort, place.out, started)
  }
}

extension ImportPaths {
  /// Everything that an import of these may read: notes may lie beside the root too.
  var inputs: [String?] {
    [root, "\(root)/../note", maps, molecules, interactions, medicationTexts, drugs, classes, symptoms, notes]
  }
}

enum ImportResult {
  static func show(_ cohort: Cohort, _ path: String, _ started: ContinuousClock.Instant) {
    Console.note(cohort.report.text())
    let sizes = [Split.train, .validation, .test].map { split in
      "\(cohort.splits.count { $0 == split }) \(split.name)"
    }
    let profile = CohortProfile(cohort)
    if let sets = profile.sets {
      Console.note("Split \(cohort.splitRule): \(sizes.joined(separator: ", ")) rows.\n" + profile.setSentences(sets))
      Console.result(
        "\(path): \(cohort.visitCount) rows, \(profile.symptoms) symptoms, \(cohort.medicationCount) medications "
          + "(\(duration(since: started)))")
      return
    }
    Console.note(
      "Split \(cohort.splitRule): \(sizes.joined(separator: ", ")) patients; \(profile.leakage.sentence).")
    Console.result(
      "\(path): \(cohort.patientCount) patients, \(cohort.visitCount) visits, \(cohort.medicationCount) medications "
        + "(\(duration(since: started)))")
  }

  private static func duration(since started: ContinuousClock.Instant) -> String {
    (ContinuousClock.now - started).formatted(.units(allowed: [.seconds], fractionalPart: .show(length: 1)))
  }
}
