import ArgumentParser
import Foundation
import Records
import Reports
import Runs
import Training

/// Which visit of a cohort somebody asks for, as ids or numbers of the cohort.
struct VisitPlace: Equatable {
  var patient: String?
  var visit: String?

  /// `--visit` is an id, or the name of a JSON file that has both.
  init(patient: String?, visit: String?) throws {
    guard let visit, visit.lowercased().hasSuffix(".json") else {
      (self.patient, self.visit) = (patient, visit)
      return
    }
    guard let data = FileManager.default.contents(atPath: visit) else {
      throw VisitError.unreadable(visit, reason: "it does not exist or cannot be read")
    }
    if let fault = JSONFault.reason(data) { throw VisitError.unreadable(visit, reason: fault) }
    guard let file = try? JSONDecoder().decode(File.self, from: data), file.patient != nil || file.visit != nil else {
      throw VisitError.unreadable(visit, reason: "it is not an object with a text \"patient\" or \"visit\"")
    }
    (self.patient, self.visit) = (patient ?? file.patient?.text, file.visit?.text)
  }

  private struct File: Decodable {
    let patient, visit: TextOrNumber?
  }

  /// The visit's position in the cohort, and its patient's: of a patient alone the last visit; beside a patient `visit` is
  /// an id or a number from 1.
  func found(in cohort: Cohort) throws -> (patient: Int, visit: Int) {
    guard let patient else { return try only(visit ?? "", in: cohort) }
    guard let place = cohort.patientIDs.firstIndex(of: patient) else {
      throw VisitError.unknownPatient(patient, example: cohort.patientIDs.first ?? "")
    }
    let visits = cohort.visits(ofPatient: place)
    guard let visit else { return (place, visits.upperBound - 1) }
    if let named = visits.first(where: { cohort.visitIDs[$0] == visit }) { return (place, named) }
    guard let number = Int(visit), (1...visits.count).contains(number) else {
      throw VisitError.notOfPatient(visit, patient: patient, ids: visits.map { cohort.visitIDs[$0] })
    }
    return (place, visits.lowerBound + number - 1)
  }

  private func only(_ id: String, in cohort: Cohort) throws -> (patient: Int, visit: Int) {
    let matches = cohort.visitIDs.indices.filter { cohort.visitIDs[$0] == id }
    guard let visit = matches.first else {
      throw VisitError.unknownVisit(id, example: cohort.visitIDs.first ?? "")
    }
    let patients = cohort.patientOfVisit()
    guard matches.count == 1 else {
      throw VisitError.several(id, patients: matches.prefix(3).map { cohort.patientIDs[Int(patients[$0])] })
    }
    return (Int(patients[visit]), visit)
  }
}

enum VisitError: Error, CustomStringConvertible {
  case unreadable(String, reason: String)
  case unknownPatient(String, example: String)
  case unknownVisit(String, example: String)
  case notOfPatient(String, patient: String, ids: [String])
  case several(String, patients: [String])

  var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read the visit in \(path): \(reason)"
    case .unknownPatient(let id, let example):
      "the run's cohort has no patient \"\(id)\"; its patients are called like \"\(example)\""
    case .unknownVisit(let id, let example):
      "the run's cohort has no visit \"\(id)\"; its visits are called like \"\(example)\", or give --patient ID for a "
        + "patient's last visit"
    case .notOfPatient(let visit, let patient, let ids):
      "patient \"\(patient)\" has no visit \"\(visit)\"; give 1\(ids.count > 1 ? " to \(ids.count)" : ""), or "
        + (ids.count > 8 ? ids.prefix(8).joined(separator: ", ") + ", …" : ids.joined(separator: ", "))
    case .several(let id, let patients):
      "several patients have a visit \"\(id)\" (\(patients.joined(separator: ", "))…); give --patient ID as well"
    }
  }
}

/// What NLA-MMR recommends for a visit of the cohort, beside what was given.
struct VisitRecommendation: Encodable {
  struct Item: Encodable {
    let code: String
    let name: String
    let probability: Double
    let given: Bool
  }

  let patient: String
  let visit: String
  /// Of the patient, from 1.
  let number: Int
  let visits: Int
  let split: String
  /// A medication is recommended from this probability on (`strict`: above it); nil where the most probable were asked for.
  let threshold: Double?
  let strict: Bool?
  /// The most probable first.
  let medications: [Item]
  /// Given, but not recommended; the most probable first.
  let missed: [Item]
  /// Known interactions between the recommended ones.
  let interactions: [[String]]
  /// Set when the answer is not to be trusted.
  let warning: String?

  /// - Parameters:
  ///   - scores: the visit's probabilities, `[M]`
  ///   - top: so many, whatever their probability; nil: by the run's threshold
  init(data: RunData, patient: Int, visit: Int, scores: [Float], top: Int?) {
    let cohort = data.cohort
    let vocabulary = cohort.vocabulary(.medication)
    let given = Set(cohort.codes(.medication, visit: visit))
    let rule = data.predictionRule
    let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    let chosen = top.map { Array(order.prefix($0)) } ?? order.filter { rule.predicts(scores[$0]) }
    let set = Set(chosen.map(Int32.init))
    func item(_ index: Int) -> Item {
      Item(
        code: vocabulary.codes[index], name: vocabulary.name(index), probability: Double(scores[index]),
        given: given.contains(Int32(index)))
    }
    let own = cohort.visits(ofPatient: patient)
    self.patient = cohort.patientIDs[patient]
    self.visit = cohort.visitIDs[visit]
    number = visit - own.lowerBound + 1
    visits = own.count
    split = data.splits[patient].name
    threshold = top == nil ? data.config.threshold : nil
    strict = top == nil ? data.config.thresholdStrict : nil
    medications = chosen.map(item)
    missed = order.filter { given.contains(Int32($0)) && !set.contains(Int32($0)) }.map(item)
    interactions = cohort.interactions.filter { set.contains($0.a) && set.contains($0.b) }
      .map { [vocabulary.name(Int($0.a)), vocabulary.name(Int($0.b))] }
    let seen =
      data.splits[patient] == .train ? "the run was trained on this visit, so what was given is known to it" : nil
    let cautions = [data.caution, seen].compactMap { $0 }
    warning = cautions.isEmpty ? nil : cautions.joined(separator: "; ")
  }

  func text() throws -> String {
    var table = TextTable([
      TextTable.Column("", .right), TextTable.Column("medication"), TextTable.Column("code"),
      TextTable.Column("probability", .right), TextTable.Column("given"),
    ])
    for (rank, item) in medications.enumerated() {
      try table.append([
        "\(rank + 1)", ShortName.of(item.name), item.code, NumberText.fixed(item.probability, 4),
        item.given ? "yes" : "",
      ])
    }
    let hits = medications.count { $0.given }
    let rule =
      threshold.map { "recommended \(strict == true ? "above" : "from") probability \(NumberText.exact($0)) on" }
      ?? "the most probable"
    var lines = [
      "patient \(patient), visit \(visit) (\(number) of \(visits)), \(split) split",
      "\(medications.count) medications, \(rule); \(hits) of the \(hits + missed.count) that were given", "",
      medications.isEmpty ? "no medication is as probable as that\n" : table.text(),
    ]
    if !missed.isEmpty {
      lines.append("given, but not recommended:")
      lines += missed.map { "  \(ShortName.of($0.name)) (\(NumberText.fixed($0.probability, 4)))" }
    }
    if !interactions.isEmpty {
      lines.append("")
      lines.append("warning: \(interactions.count) pairs of the recommended are known to interact:")
      lines += interactions.map { "  \($0.map(ShortName.of).joined(separator: " – "))" }
    }
    return (warning.map { "warning: \($0)\n" } ?? "") + lines.joined(separator: "\n")
  }
}
