import ArgumentParser
import HDF5
import Records
import Runs

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write what a run has learnt for other programs.", subcommands: [ExportVectors.self])
}

struct ExportVectors: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vectors", abstract: "The vectors of symptoms and herbs of a run of FMCHS, as CSV.",
    discussion: """
      One line for every symptom and herb: kind, code, name, training (prescriptions of the training split with it), then \
      the numbers v0, v1, …. tools/tsne draws a map of them.
      """)

  @Argument(help: "Run directory.")
  var directory: String
  @Option(help: "CSV file to write.")
  var out: String
  @Option(name: .customLong("set"), help: "A setting over the saved ones, e.g. cohort=FILE. Repeat it.")
  var overrides: [String] = []

  func run() throws {
    let run = try RunSession.finished(directory, overrides: overrides)
    let config = run.data.config
    try OutputPlace.check(out, inputs: [config.cohort, config.embeddings, config.fmchs.moleculeVectors])
    let place = OutputPlace.folder(of: out)
    for own in [directory, directory + "/checkpoints"] where OutputPlace.folder(of: own + "/x") == place {
      throw ValidationError("--out \(out) lies in the run's own folder \(own); give a file elsewhere")
    }
    let vectors = try run.nodeVectors()
    let cohort = run.data.cohort
    let width = run.data.config.fmchs.width
    var lines = [(["kind", "code", "name", "training"] + (0..<width).map { "v\($0)" }).joined(separator: ",")]
    for (kind, values) in [(CodeKind.symptom, vectors.symptoms), (.medication, vectors.herbs)] {
      let vocabulary = cohort.vocabulary(kind)
      var counts = [Int](repeating: 0, count: vocabulary.count)
      for visit in cohort.visits(in: .train) { for code in cohort.codes(kind, visit: visit) { counts[Int(code)] += 1 } }
      for index in 0..<vocabulary.count {
        let head = [kind == .symptom ? "symptom" : "herb", vocabulary.codes[index], vocabulary.texts[index]].map(quoted)
        lines.append(
          (head + ["\(counts[index])"] + values[(index * width)..<((index + 1) * width)].map { "\($0)" })
            .joined(separator: ","))
      }
    }
    try AtomicFile.bytes(at: out, Array((lines.joined(separator: "\n") + "\n").utf8))
    Console.note("wrote \(vectors.symptoms.count / width) symptoms and \(vectors.herbs.count / width) herbs to \(out)")
  }

  private func quoted(_ field: String) -> String {
    field.contains { ",\"\n\r".contains($0) } ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
  }
}
