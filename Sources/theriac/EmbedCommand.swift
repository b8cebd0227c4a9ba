import ArgumentParser
import Cluster
import Foundation
import Records
import Reports
import Runs
import Sweeps
import Synchronization
import TextEncoder

extension Pooling: ExpressibleByArgument {}

/// What encodes.
enum EncoderChoice: String, CaseIterable, ExpressibleByArgument {
  case plm, hashing
}

/// Arithmetic of the products.
enum PrecisionChoice: String, CaseIterable, ExpressibleByArgument {
  case float32, bf16
}

/// What becomes of long texts.
enum LongChoice: String, CaseIterable, ExpressibleByArgument {
  case truncate, windows
}

struct Embed: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Encode the texts of a cohort, or of a file, with a pretrained language model.",
    discussion: """
      The model is a Hugging Face folder of a BERT or RoBERTa: config.json, a tokenizer (vocab.txt, or vocab.json and \
      merges.txt, or tokenizer.json), and model.safetensors or pytorch_model.bin. Each distinct text is encoded once; \
      the numbers do not depend on --threads or --workers. Finished parts are kept in OUT.partial: after any kill the \
      same command goes on, to the same file. An output that is already there, of the same texts, model and settings, \
      is left as it is; of other texts, those that it has already are taken over, and so from files of --reuse.
      Of a cohort the texts of its visits and medications are encoded, or with --vocabulary those of its codes, each once.
      """)

  @Option(help: "Cohort file.")
  var cohort: String?
  @Flag(
    inversion: .prefixedNo,
    help: """
      Encode the codes of the cohort, as FMCHS needs them, instead of its visits. Default: if the cohort has symptoms and \
      medications, but neither diagnoses nor procedures.
      """)
  var vocabulary: Bool?
  @Option(help: "Text file, one text a line, instead of a cohort; OUT gets the dataset emb [lines, d].")
  var texts: String?
  @Option(help: "Folder of the language model. Repeat it for several; OUT then has {plm} in its name.")
  var plm: [String] = []
  @Option(help: "plm, or hashing: hashed words without any model, for tests.")
  var encoder = EncoderChoice.plm
  @Option(help: "Width of hashing.")
  var width = 768
  @Option(help: "Embeddings file to write; {plm} stands for the model's name.")
  var out: String
  @Option(help: "Threads (of each worker).")
  var threads = 1
  @Option(help: "Longest text in tokens, specials included. Default: 512, or what the model takes if that is less.")
  var maxTokens: Int?
  @Option(help: "Longer texts: truncate (cut, and counted), or windows (the mean of overlapping windows).")
  var longTexts = LongChoice.truncate
  @Option(help: "Tokens that neighbouring windows share. Default: 64, or a quarter of a window if that is less.")
  var windowOverlap: Int?
  @Option(help: "How the token vectors become one: \(Pooling.allCases.map(\.rawValue).joined(separator: ", ")).")
  var pooling = Pooling.mean
  @Flag(inversion: .prefixedNo, help: "Lower-case the texts; default: what the folder says.")
  var lowerCase: Bool?
  @Option(
    help: """
      Products in float32, or bf16: factors in bfloat16, sums in float32; needs AMX or AVX512-BF16, else float32, which \
      is then said.
      """)
  var precision = PrecisionChoice.float32
  @Option(help: "Earlier file (cohort or texts) whose texts are not encoded again. Repeat it; {plm} as in --out.")
  var reuse: [String] = []
  @OptionGroup var spread: EmbedWorkers

  func validate() throws {
    guard (cohort == nil) != (texts == nil) else { throw ValidationError("give --cohort FILE or --texts FILE") }
    if vocabulary != nil, cohort == nil { throw ValidationError("--vocabulary and --no-vocabulary go with --cohort") }
    if encoder == .plm, plm.isEmpty { throw ValidationError("Missing expected argument '--plm <plm>'") }
    if encoder == .hashing,
      !plm.isEmpty || lowerCase != nil || maxTokens != nil || pooling != .mean || precision != .float32
    {
      throw ValidationError("--encoder hashing takes --width; --plm and its settings do not apply")
    }
    if let maxTokens, maxTokens < 3 {
      throw ValidationError(
        "--max-tokens \(maxTokens) leaves no word between the first and the last token; give 3 or more")
    }
    if windowOverlap != nil, longTexts != .windows {
      throw ValidationError("--window-overlap goes with --long-texts windows")
    }
    if plm.count > 1, !out.contains("{plm}") {
      throw ValidationError("several --plm need several files: put {plm} into --out, as in {plm}.h5")
    }
    let outputs = plm.map(output)
    guard Set(outputs).count == outputs.count else {
      throw ValidationError("two of the models have the same folder name, and so the same output")
    }
    for output in outputs.isEmpty ? [out] : outputs {
      try OutputPlace.check(output, inputs: [cohort, texts] + plm)
    }
  }

  private func output(_ plm: String) -> String {
    out.replacing("{plm}", with: URL(fileURLWithPath: plm).standardizedFileURL.lastPathComponent)
  }

  /// What `--precision bf16` is on this machine, which is said when it is not what was asked for.
  private func agreedPrecision() -> EncoderPrecision {
    guard precision == .bf16 else { return .float32 }
    let best = EncoderPrecision.best
    if best == .float32 { Console.note("warning: --precision bf16 becomes \(EncoderPrecision.reason)") }
    return best
  }

  func run() throws {
    let source = try TextSource(cohort: cohort, texts: texts, vocabulary: vocabulary)
    if encoder == .hashing {
      var recipe = EncoderRecipe(plm: nil)
      recipe.width = width
      let hashing = try HashingEncoder(width: width)
      return try embed(source, recipe, hashing, to: out.replacing("{plm}", with: hashing.identity.plm))
    }
    let precision = agreedPrecision()
    for plm in plm {
      var recipe = EncoderRecipe(plm: URL(fileURLWithPath: plm).standardizedFileURL.path)
      recipe.lowercase = lowerCase
      recipe.pooling = pooling.rawValue
      recipe.maxTokens = maxTokens
      recipe.longTexts = longTexts.rawValue
      recipe.windowOverlap = windowOverlap
      recipe.threads = threads
      recipe.precision = precision.rawValue
      let folder = try PLMFolder(path: plm, lowercase: lowerCase)
      try source.warn(folder)
      for note in folder.notes { Console.note("\(folder.name): \(note)") }
      try embed(source, recipe, try recipe.encoder(folder), to: output(plm))
    }
  }

  private func embed(
    _ source: TextSource, _ recipe: EncoderRecipe, _ encoder: any SentenceEncoder, to path: String
  ) throws {
    let identity = encoder.identity
    if let caution = identity.caution { Console.note("warning: \(caution)") }
    if source.isUpToDate(path, identity) {
      return Console.result("\(path): already there, with the same texts, model and settings")
    }
    let progress = ProgressDisplay()
    let embedder = try spread.embedder(recipe, encoder, progress)
    let folder = recipe.plm.map { URL(fileURLWithPath: $0).lastPathComponent } ?? identity.plm
    let earlier =
      (FileManager.default.fileExists(atPath: path) ? [path] : [])
      + reuse.map { $0.replacing("{plm}", with: folder) }
    let report: EmbeddingReport
    do {
      report = try source.embed(embedder, to: path, reuse: earlier) { progress.show($0) }
    } catch let failure as EmbeddingRun.Failure {
      progress.end()
      Console.note("\(failure)")
      throw ExitCode(RunSession.interruptedCode)
    }
    progress.end()
    for note in report.notes { Console.note(note) }
    let limit = "\(identity.maxTokens) tokens"
    let long =
      identity.kind == .hashing
      ? ""
      : identity.longTexts == .truncate
        ? "\(NumberText.count(report.long)) cut to \(limit), "
        : "\(NumberText.count(report.long)) in windows of \(limit), "
    Console.result(
      "\(path): \(NumberText.count(report.texts)) texts, \(NumberText.count(report.distinct)) distinct"
        + (report.resumed > 0 ? " (\(NumberText.count(report.resumed)) from the run before)" : "")
        + (report.reused > 0 ? " (\(NumberText.count(report.reused)) taken over from earlier files)" : "")
        + ", \(NumberText.count(report.tokens)) \(identity.kind == .hashing ? "words" : "tokens") "
        + "(\(NumberText.count(Int(report.tokensPerSecond)))/s), \(long)\(NumberText.count(report.empty)) empty")
  }
}

/// Where the texts come from.
enum TextSource {
  case cohort(Cohort)
  /// The codes of a cohort.
  case vocabulary(Cohort)
  case lines([String], name: String)

  /// - Parameter vocabulary: nil: as the cohort's kinds say
  init(cohort: String?, texts: String?, vocabulary: Bool?) throws {
    if let texts {
      self = .lines(try TextEmbeddings.lines(of: texts), name: (texts as NSString).lastPathComponent)
    } else {
      let cohort = try CohortFile.read(cohort ?? "")
      let isSetBased =
        [CodeKind.symptom, .medication].allSatisfy { cohort.vocabulary($0).count > 0 }
        && [CodeKind.diagnosis, .procedure].allSatisfy { cohort.vocabulary($0).count == 0 }
      if vocabulary == nil, isSetBased {
        Console.note(
          "the cohort has symptoms and medications alone: encoding its codes, as FMCHS needs them "
            + "(--no-vocabulary: its visits)")
      }
      self = vocabulary ?? isSetBased ? .vocabulary(cohort) : .cohort(cohort)
    }
  }

  /// Says when a model's vocabulary is that of another language: the codes' vectors would be about one.
  func warn(_ plm: PLMFolder) throws {
    guard case .vocabulary(let cohort) = self else { return }
    for kind in CodeKind.allCases {
      let texts = try VocabularyEmbeddings.texts(kind, of: cohort)
      let count = plm.tokenizer.unreadable(texts)
      if count > 0 {
        Console.note(
          "warning: of the texts of \(NumberText.count(texts.count)) \(kind.plural) \(NumberText.count(count)) are mostly "
            + "unknown tokens to \(plm.name); take a model of their language")
      }
    }
  }

  /// Whether the file holds what would be written.
  func isUpToDate(_ path: String, _ identity: EncoderIdentity) -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    switch self {
    case .cohort(let cohort):
      guard let file = try? EmbeddingsFile.open(path, checkingAll: true) else { return false }
      return file.cohortHash == cohort.contentHash && file.encoder == identity
    case .vocabulary(let cohort):
      guard let file = try? VocabularyEmbeddings.open(path) else { return false }
      return file.cohortHash == cohort.contentHash && file.encoder == identity
    case .lines(let lines, _):
      guard let file = try? TextEmbeddings.open(path) else { return false }
      return file.textsHash == TextEmbeddings.hash(of: lines) && file.encoder == identity
    }
  }

  func embed(
    _ embedder: Embedder, to path: String, reuse: [String],
    progress: @escaping @Sendable (EmbeddingProgress) -> Void
  ) throws -> EmbeddingReport {
    switch self {
    case .cohort(let cohort): try embedder.embed(cohort, to: path, reuse: reuse, progress: progress)
    case .vocabulary(let cohort):
      try embedder.embed(vocabularyOf: cohort, to: path, reuse: reuse, progress: progress)
    case .lines(let lines, let name):
      try embedder.embed(texts: lines, source: name, to: path, reuse: reuse, progress: progress)
    }
  }
}
