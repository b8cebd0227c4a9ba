import ArgumentParser
import Foundation
import Records
import Reports
import Runs
import Training

struct Recommend: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recommend herbs for symptoms, or medications for a visit, with a trained run.",
    discussion: """
      FMCHS: symptoms are names or codes of the run's cohort. Several runs answer as one model.

        theriac recommend runs/fmchs --symptoms 偏头痛,恶寒发热
        theriac recommend runs/fmchs --visit visit.json --top 20 --json

      The file of --visit is an object with a list: {"symptoms": ["偏头痛", 12]}.

      NLA-MMR: a visit of the run's cohort, by its id, or by its patient's and its number; the patient's last unless one is \
      named. What is recommended stands beside what was given.

        theriac recommend runs/nla --visit 143045
        theriac recommend runs/nla --patient 17 --visit 2 --json

      The file of --visit is an object with these: {"patient": "17", "visit": "2"}.
      """)

  @Argument(help: "Run directory; several of FMCHS are averaged.")
  var directories: [String]
  @Option(help: "Symptoms, comma between them: names or codes.")
  var symptoms: String?
  @Option(help: "FMCHS: JSON file with a list of symptoms. NLA-MMR: id of a visit, or a JSON file.")
  var visit: String?
  @Option(help: "NLA-MMR: id of a patient; --visit may then be a number from 1.")
  var patient: String?
  @Option(help: "How many; default: 10 herbs, or the medications that reach the run's threshold.")
  var top: Int?
  @Option(name: .customLong("set"), help: "A setting over the saved ones, e.g. cohort=FILE. Repeat it.")
  var overrides: [String] = []
  @Flag(help: "As JSON.")
  var json = false

  func validate() throws {
    guard !directories.isEmpty else { throw ValidationError("Missing expected argument '<directories> ...'") }
    guard (symptoms == nil) != (visit == nil && patient == nil) else {
      throw ValidationError(
        "give the symptoms either with --symptoms or with --visit FILE, or a visit of NLA-MMR with --visit ID, --patient ID"
      )
    }
    if let top, top < 1 { throw ValidationError("--top \(top): give 1 or more") }
  }

  func run() throws {
    let model = try RunDirectory(directories[0]).savedConfig(overrides: overrides).model
    if model == .nlaMMR, symptoms == nil { return try recommendForVisit() }
    guard patient == nil else {
      throw ValidationError("--patient is for runs of nla-mmr; give the symptoms with --symptoms or --visit FILE")
    }
    let asked = try visit.map { try VisitQuery.read($0).symptoms } ?? VisitQuery.list(symptoms ?? "")
    let ensemble = try Ensemble(RunSession.finished(directories, overrides: overrides))
    let cohort = ensemble.runs[0].data.cohort
    let set = try VisitQuery.indices(asked, in: cohort)
    let scoring = ensemble.runs.filter { $0.trainedConfig.fmchs.recallWeight > 0 }
    if let first = scoring.first, scoring.count < ensemble.runs.count {
      Console.note("\(first.directory) was trained with recall_weight, others were not: their mean is no probability")
    }
    let recommendation = Recommendation(
      cohort: cohort, symptoms: set, scores: try ensemble.scores(ofSymptoms: [set]), top: top ?? 10,
      areProbabilities: scoring.isEmpty, warning: ensemble.runs.compactMap { $0.data.caution }.first)
    if json {
      try Console.json(recommendation)
    } else {
      Console.result(try recommendation.text())
    }
  }

  private func recommendForVisit() throws {
    guard directories.count == 1 else {
      throw ValidationError("several runs answer as one for model fmchs only; give one run of nla-mmr")
    }
    let place = try VisitPlace(patient: patient, visit: visit)
    let run = try RunSession.finished(directories[0], overrides: overrides)
    let (patient, visit) = try place.found(in: run.data.cohort)
    let recommendation = VisitRecommendation(
      data: run.data, patient: patient, visit: visit, scores: try run.scores(ofVisit: visit, patient: patient), top: top
    )
    if json { try Console.json(recommendation) } else { Console.result(try recommendation.text()) }
  }
}

/// The symptoms that somebody asks for.
struct VisitQuery: Decodable {
  let symptoms: [String]

  private enum CodingKeys: String, CodingKey { case symptoms }

  init(from decoder: any Decoder) throws {
    symptoms = try decoder.container(keyedBy: CodingKeys.self).decode([TextOrNumber].self, forKey: .symptoms)
      .map(\.text)
  }

  static func list(_ text: String) -> [String] {
    text.split(whereSeparator: { ",，、;".contains($0) }).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }

  static func read(_ path: String) throws -> VisitQuery {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RecommendError.unreadable(path, reason: "it does not exist or cannot be read")
    }
    if let fault = JSONFault.reason(data) { throw RecommendError.unreadable(path, reason: fault) }
    do { return try JSONDecoder().decode(VisitQuery.self, from: data) } catch {
      throw RecommendError.unreadable(
        path, reason: "it is not an object with a list \"symptoms\" of names and codes: {\"symptoms\": [\"头痛\", 12]}")
    }
  }

  /// Symptoms of the cohort in the order asked for, each once.
  static func indices(_ asked: [String], in cohort: Cohort) throws -> [Int32] {
    guard !asked.isEmpty else { throw RecommendError.noSymptoms }
    let vocabulary = cohort.vocabulary(.symptom)
    let counts = cohort.trainingCounts(.symptom)
    var set: [Int32] = []
    for text in asked {
      switch vocabulary.lookup(text, counts: counts) {
      case .found(let index): if !set.contains(Int32(index)) { set.append(Int32(index)) }
      case .unknown(let nearest):
        if case .found(let herb) = cohort.vocabulary(.medication).lookup(text) {
          throw RecommendError.notASymptom(text, herb: cohort.vocabulary(.medication).shown(herb))
        }
        throw RecommendError.unknownSymptom(
          text, nearest: nearest.map { vocabulary.texts[$0] },
          codes: [vocabulary.codes.first, vocabulary.codes.last].compactMap { $0 })
      case .ambiguous(let matches):
        throw RecommendError.ambiguousSymptom(text, codes: matches.map { vocabulary.codes[$0] })
      }
    }
    return set
  }
}

extension Cohort {
  /// Training visits that have each code of a kind.
  func trainingCounts(_ kind: CodeKind) -> [Int] {
    var counts = [Int](repeating: 0, count: vocabulary(kind).count)
    for visit in visits(in: .train) { for code in codes(kind, visit: visit) { counts[Int(code)] += 1 } }
    return counts
  }
}

enum RecommendError: Error, CustomStringConvertible {
  case unreadable(String, reason: String)
  case noSymptoms
  case unknownSymptom(String, nearest: [String], codes: [String])
  case notASymptom(String, herb: String)
  case ambiguousSymptom(String, codes: [String])

  var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read the symptoms in \(path): \(reason)"
    case .noSymptoms: "there is no symptom to recommend for; give at least one name or code of the run's cohort"
    case .ambiguousSymptom(let text, let codes):
      "several symptoms of the cohort are called \"\(text)\"; give a code: \(codes.joined(separator: ", "))"
    case .notASymptom(let text, let herb):
      "\"\(text)\" is a herb of the cohort (\(herb)), not a symptom; give the symptoms that herbs are wanted for"
    case .unknownSymptom(let text, let nearest, let codes):
      "the cohort has no symptom \"\(text)\"; "
        + (nearest.isEmpty
          ? "codes run from \(codes.joined(separator: " to ")), and theriac export vectors lists all names"
          : "the nearest are \(nearest.joined(separator: ", "))")
    }
  }
}

/// The best herbs for a symptom set.
struct Recommendation: Encodable {
  struct Item: Encodable {
    let code: String
    let name: String
    /// One of the two: with `recall_weight` above 0 a run's scores rank herbs, but are no probabilities.
    let probability, score: Double?
    /// Prescriptions of the training split with the herb; 0: nothing was learnt of it but its features.
    let trainingCount: Int
  }

  let symptoms: [String]
  let herbs: [Item]
  /// Known interactions between the recommended ones.
  let interactions: [[String]]
  /// Symptoms that no training prescription has: what is recommended for them was never learnt.
  let unseen: [String]
  /// Set when the answer is not to be trusted.
  let warning: String?

  init(
    cohort: Cohort, symptoms set: [Int32], scores: [Float], top: Int, areProbabilities: Bool, warning: String?
  ) {
    self.warning = warning
    let (symptoms, herbs) = (cohort.vocabulary(.symptom), cohort.vocabulary(.medication))
    let counts = cohort.trainingCounts(.medication)
    let known = cohort.trainingCounts(.symptom)
    unseen = set.filter { known[Int($0)] == 0 }.map { symptoms.texts[Int($0)] }
    let best = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(top)
    self.symptoms = set.map { symptoms.texts[Int($0)] }
    self.herbs = best.map {
      let score = Double(scores[$0])
      return Item(
        code: herbs.codes[$0], name: herbs.texts[$0], probability: areProbabilities ? score : nil,
        score: areProbabilities ? nil : score, trainingCount: counts[$0])
    }
    let chosen = Set(best.map(Int32.init))
    interactions = cohort.interactions.filter { chosen.contains($0.a) && chosen.contains($0.b) }
      .map { [herbs.texts[Int($0.a)], herbs.texts[Int($0.b)]] }
  }

  func text() throws -> String {
    var table = TextTable([
      TextTable.Column("", .right), TextTable.Column("herb"), TextTable.Column("code"),
      TextTable.Column(herbs.first?.score == nil ? "probability" : "score", .right),
      TextTable.Column("in training", .right),
    ])
    for (rank, herb) in herbs.enumerated() {
      try table.append([
        "\(rank + 1)", ShortName.of(herb.name), herb.code, NumberText.fixed(herb.probability ?? herb.score ?? .nan, 4),
        NumberText.count(herb.trainingCount),
      ])
    }
    let unknown = unseen.map { "warning: no training prescription has \($0): nothing was learnt of it\n" }
    let warnings = interactions.map {
      "\nwarning: \($0.map(ShortName.of).joined(separator: " and ")) are known to interact"
    }
    return (warning.map { "warning: \($0)\n" } ?? "") + unknown.joined() + "for \(symptoms.joined(separator: ", "))\n\n"
      + table.text() + warnings.joined()
  }
}
