import ArgumentParser
import Records
import Reports
import Synthesis

struct Synth: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a learnable synthetic cohort of any size.",
    discussion: """
      Invented patients with hidden conditions that drive diagnoses, procedures, symptoms and prescriptions, with \
      vocabularies of MIMIC-III's size. The same seed gives the same cohort; a larger one begins with the smaller one's \
      patients. Nothing in it is about a real person, and it is no clinical reference.
      """)

  @Option(help: "Patients (5,208 is MIMIC-III's number).")
  var patients = 5_208
  @Option(help: "Seed.")
  var seed: UInt64 = 42
  @Option(help: "Split of patients: official (in the order of the cohort), or shuffled:SEED.")
  var split = "official"
  @Option(help: "Cohort file to write.")
  var out: String

  func validate() throws {
    if try SplitRule(argument: split) == .byTime {
      throw ValidationError("--split by-time: synthetic visits have no times; give official or shuffled:SEED")
    }
    try OutputPlace.check(out)
  }

  func run() throws {
    let options = SynthesisOptions(patients: patients, seed: seed, split: try SplitRule(argument: split))
    let progress = ProgressDisplay()
    let summary = try Synthesizer.write(options, to: out) {
      progress.show("synthesising", $0, of: patients, unit: "patients")
    }
    progress.end()
    Console.result("\(out): \(NumberText.count(summary.patients)) patients, \(NumberText.count(summary.visits)) visits")
  }
}
