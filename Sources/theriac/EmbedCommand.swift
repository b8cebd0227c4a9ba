import ArgumentParser
import Records
import Reports
import TextEncoder

extension Pooling: ExpressibleByArgument {}

struct Embed: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Encode the texts of a cohort with a pretrained language model.",
    discussion: """
      The model is a Hugging Face folder of a BERT: config.json, vocab.txt, model.safetensors. Each distinct text is \
      encoded once; the numbers do not depend on --threads.
      """)

  @Option(help: "Cohort file.")
  var cohort: String
  @Option(help: "Folder of the language model.")
  var plm: String
  @Option(help: "Embeddings file to write.")
  var out: String
  @Option(help: "Threads.")
  var threads = 1
  @Option(help: "Longest text in tokens, [CLS] and [SEP] included; longer ones are cut, and counted.")
  var maxTokens = 512
  @Option(help: "How the token vectors become one: \(Pooling.allCases.map(\.rawValue).joined(separator: ", ")).")
  var pooling = Pooling.mean
  @Flag(inversion: .prefixedNo, help: "Lower-case the texts; default: what the folder says.")
  var lowerCase: Bool?

  func validate() throws { try OutputPlace.check(out) }

  func run() throws {
    let cohort = try CohortFile.read(self.cohort)
    let folder = try PLMFolder(path: plm, lowercase: lowerCase)
    let embedder = try Embedder(
      folder, options: EncodingOptions(pooling: pooling, maxTokens: maxTokens, threads: threads))
    let progress = ProgressDisplay()
    let report = try embedder.embed(cohort, to: out) { progress.show($0) }
    progress.end()
    Console.result(
      "\(out): \(NumberText.count(report.texts)) texts, \(NumberText.count(report.distinct)) distinct, "
        + "\(NumberText.count(report.tokens)) tokens (\(NumberText.count(Int(report.tokensPerSecond)))/s), "
        + "\(NumberText.count(report.truncated)) cut to \(maxTokens) tokens, \(NumberText.count(report.empty)) empty")
  }
}
