import ArgumentParser
import Records

struct Describe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a cohort holds: the paper's Table 1 rows, label DDI, splits, import report.")

  @Argument(help: "Cohort file.")
  var cohort: String
  @Flag(help: "As JSON.")
  var json = false
  @Flag(help: "Also the import report: rows per table, drops by reason, unmapped codes.")
  var report = false

  func run() throws {
    let cohort = try CohortFile.read(self.cohort)
    let profile = CohortProfile(cohort)
    if json {
      try Console.json(profile, snakeCase: false)
    } else {
      Console.result(profile.table())
      if report { Console.result(cohort.report.text()) }
    }
  }
}
