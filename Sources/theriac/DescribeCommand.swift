import ArgumentParser
import Foundation
import HDF5
import Records

struct Describe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a cohort holds and how it came about: Table 1 beside the paper's, label DDI, splits, audit.")

  @Argument(help: "Cohort file.")
  var cohort: String
  @Flag(help: "As JSON.")
  var json = false
  @Flag(help: "Also the import report: rows per table, drops by reason, unmapped codes, hashes of all sources.")
  var report = false
  @Option(help: "Write the unmapped codes here, by frequency (kind,code,text,rows).")
  var unmappedCsv: String?

  func validate() throws {
    if let unmappedCsv { try OutputPlace.check(unmappedCsv, option: "--unmapped-csv", inputs: [cohort]) }
  }

  func run() throws {
    let cohort = try CohortFile.read(self.cohort)
    let profile = CohortProfile(cohort)
    if json {
      if report {
        try Console.json(AuditedProfile(profile: profile, report: cohort.report), snakeCase: false)
      } else {
        try Console.json(profile, snakeCase: false)
      }
    } else {
      Console.result(profile.table())
      if report {
        Console.result("\n" + cohort.report.text())
        Console.result("\n" + cohort.report.hashText())
      } else if !cohort.report.flow.isEmpty {
        Console.result("\n" + cohort.report.flowText())
      }
    }
    if let unmappedCsv {
      do {
        try Data(cohort.report.unmappedCSV().utf8).write(
          to: URL(fileURLWithPath: try OutputFile.resolved(unmappedCsv)), options: .atomic)
      } catch {
        throw ValidationError("--unmapped-csv \(unmappedCsv): cannot be written (\(error.localizedDescription))")
      }
      Console.note("\(unmappedCsv): \(cohort.report.unmapped.count) unmapped codes")
    }
  }
}

/// The profile's keys and, beside them, `report`.
private struct AuditedProfile: Encodable {
  let profile: CohortProfile
  let report: ImportReport

  private enum Key: String, CodingKey { case report }

  func encode(to encoder: any Encoder) throws {
    try profile.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(report, forKey: .report)
  }
}
