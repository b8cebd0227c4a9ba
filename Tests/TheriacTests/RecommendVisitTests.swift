import Foundation
import Records
import Testing

/// `theriac recommend` with a run of NLA-MMR.
@Suite(.serialized) struct RecommendVisitTests {
  let workspace: Workspace
  let cohort: Cohort
  private var run: String { workspace.run("recommending") }

  init() throws {
    workspace = try Workspace.shared.get()
    cohort = try CohortFile.read(workspace.cohort)
    guard !FileManager.default.fileExists(atPath: run + "/summary.json") else { return }
    let trained = try Program.run(workspace.training("recommending", workers: 1, ["epochs=4", "threshold=0.2"]))
    guard trained.code == 0 else { throw Workspace.Failure(text: trained.errors) }
  }

  private struct Answer: Decodable {
    struct Item: Decodable, Equatable {
      let code, name: String
      let probability: Double
      let given: Bool
    }
    let patient, visit, split: String
    let number, visits: Int
    let threshold: Double?
    let medications, missed: [Item]
    let interactions: [[String]]
    let warning: String?
  }

  private func answer(_ arguments: String...) throws -> Answer {
    let result = try Program.run(["recommend", run] + arguments + ["--json"])
    try #require(result.code == 0, "\(arguments): \(result.errors)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Answer.self, from: Data(result.output.utf8))
  }

  @Test("over all test visits the recommendations have the metrics that evaluate prints")
  func agreesWithEvaluate() throws {
    let evaluated = try Program.run(["evaluate", run, "--json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any])
    var (jaccard, predicted, count) = (0.0, 0, 0)
    for patient in cohort.splits.indices where cohort.splits[patient] == .test {
      for visit in cohort.visits(ofPatient: patient) {
        let found = try answer("--patient", cohort.patientIDs[patient], "--visit", cohort.visitIDs[visit])
        let given = Set(cohort.codes(.medication, visit: visit).map { cohort.vocabulary(.medication).codes[Int($0)] })
        let chosen = Set(found.medications.map(\.code))
        #expect(Set(found.missed.map(\.code)) == given.subtracting(chosen))
        #expect(found.medications.allSatisfy { $0.given == given.contains($0.code) && $0.probability >= 0.2 })
        #expect(found.missed.allSatisfy { $0.given && $0.probability < 0.2 })
        #expect(found.split == "test" && found.warning == nil && found.threshold == 0.2)
        jaccard += Double(chosen.intersection(given).count) / Double(max(1, chosen.union(given).count))
        predicted += chosen.count
        count += 1
      }
    }
    let own = try #require((object["visit_mean"] as? [String: Any])?["jaccard"] as? Double)
    #expect(count == object["visits"] as? Int && predicted > count && jaccard > 0 && jaccard < Double(count))
    #expect(abs(jaccard / Double(count) - own) < 1e-9, "\(jaccard / Double(count)) and \(own)")
    #expect(abs(Double(predicted) / Double(count) - (object["medications"] as? Double ?? -1)) < 1e-9)
  }

  @Test("weights are not used with another split of the patients")
  func otherSplit() throws {
    for command in [["evaluate", run], ["recommend", run, "--patient", cohort.patientIDs[0]], ["resume", run]] {
      for setting in ["split=shuffled", "split_seed=7"] {
        let more = command[0] == "resume" ? ["--set", "epochs=5"] : []
        let refused = try Program.run(command + ["--set", setting] + more)
        #expect(refused.code == 1 && refused.output.isEmpty, "\(command) \(setting): \(refused.errors)")
        #expect(
          refused.sentence.contains("patients they have learnt from would count as validation or test"),
          "\(refused.errors)")
      }
    }
  }

  @Test("a visit by its id, by its patient and number, from a file; a patient alone means the last visit")
  func places() throws {
    let patient = try #require(
      cohort.splits.indices.first {
        cohort.splits[$0] == .test && cohort.visits(ofPatient: $0).count > 1
      })
    let visits = cohort.visits(ofPatient: patient)
    let (id, first) = (cohort.patientIDs[patient], cohort.visitIDs[visits.lowerBound])
    let named = try answer("--patient", id, "--visit", first)
    #expect(named.visit == first && named.number == 1 && named.visits == visits.count && named.patient == id)
    let file = workspace.run("visit.json")
    for text in [#"{"patient": "\#(id)", "visit": 1}"#, #"{"patient": "\#(id)", "visit": "\#(first)", "x": 0}"#] {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      #expect(try answer("--visit", file).medications == named.medications)
    }
    if cohort.visitIDs.count(where: { $0 == first }) == 1 {
      #expect(try answer("--visit", first).medications == named.medications)
    }
    let last = try answer("--patient", id)
    #expect(last.visit == cohort.visitIDs[visits.upperBound - 1] && last.number == visits.count)
    #expect(last.medications != named.medications)
    // --top goes by rank alone, whatever the threshold.
    let top = try answer("--patient", id, "--visit", "1", "--top", "7")
    #expect(top.medications.count == 7 && top.threshold == nil)
    #expect(zip(top.medications, named.medications).allSatisfy { $0 == $1 })
    #expect(zip(top.medications, top.medications.dropFirst()).allSatisfy { $0.probability >= $1.probability })
    let all = try answer("--patient", id, "--visit", "1", "--top", "100000")
    #expect(all.medications.count == cohort.medicationCount && all.missed.isEmpty)
    #expect(all.interactions.count == cohort.interactions.count && !all.interactions.isEmpty)
    #expect(Set(named.interactions).isSubset(of: Set(all.interactions)))
  }

  @Test("the table: what is recommended, what was given, what interacts; a training visit is said to be one")
  func text() throws {
    let patient = try #require(cohort.splits.firstIndex(of: .train))
    let id = cohort.patientIDs[patient]
    let result = try Program.run(["recommend", run, "--patient", id, "--top", "40"])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("warning: the run was trained on this visit"))
    #expect(result.output.contains("\npatient \(id), visit "))
    #expect(result.output.contains("\n40 medications, the most probable; "))
    for part in ["medication", "probability", "given", " pairs of the recommended are known to interact:\n  ", " – "] {
      #expect(result.output.contains(part), "\(part): \(result.output)")
    }
    let found = try answer("--patient", id, "--top", "40")
    #expect(found.warning?.contains("trained on this visit") == true)
    let pairs = result.output.components(separatedBy: "known to interact:\n").last?.split(separator: "\n")
    func short(_ name: String) -> String {
      let first = name.components(separatedBy: ". ")[0]
      return first.count > 60 ? first.prefix(59).trimmingCharacters(in: .whitespaces) + "…" : first
    }
    #expect(found.interactions.contains { $0[0].contains(". ") }, "JSON keeps the whole text")
    #expect(pairs.map { $0.map(String.init) } == found.interactions.map { "  \(short($0[0])) – \(short($0[1]))" })
    let few = try Program.run(["recommend", run, "--patient", id])
    #expect(few.output.contains("recommended from probability 0.2 on; "), "\(few.output)")
    let none = try Program.run(["recommend", run, "--patient", id, "--set", "threshold=1"])
    #expect(none.output.contains("no medication is as probable as that"), "\(none.output)")
    #expect(none.output.contains("given, but not recommended:\n  "))
  }

  @Test("visits that are not there, and options of the other model, are refused in a sentence")
  func refused() throws {
    let id = cohort.patientIDs[0]
    let count = cohort.visits(ofPatient: 0).count
    func refuse(_ arguments: [String], _ part: String, code: Int32 = 1) throws {
      let result = try Program.run(["recommend", run] + arguments)
      #expect(result.code == code && result.output.isEmpty, "\(arguments): \(result.code) \(result.output)")
      #expect(result.errors.contains(part), "\(arguments): \(result.errors)")
    }
    try refuse(["--patient", "nobody"], "has no patient \"nobody\"; its patients are called like \"\(id)\"")
    try refuse(
      ["--visit", "nothing"], "has no visit \"nothing\"; its visits are called like \"\(cohort.visitIDs[0])\"")
    for visit in ["0", "\(count + 1)", "x"] {
      try refuse(["--patient", id, "--visit", visit], "has no visit \"\(visit)\"; give 1")
    }
    try refuse(["--visit", "/nowhere.json"], "/nowhere.json")
    let file = workspace.run("bad-visit.json")
    for (text, part) in [("", "it is empty"), ("{\"patient\"", "it is broken JSON")] {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      try refuse(["--visit", file], part)
    }
    for text in ["{}", "{\"patient\": [1]}", "[1]"] {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      try refuse(["--visit", file], "it is not an object with a text \"patient\" or \"visit\"")
    }
    try refuse(["--symptoms", "pain"], "needs a run of fmchs, but the model of the run is nla-mmr")
    try refuse(["--symptoms", "pain", "--patient", id], "either with --symptoms", code: 64)
    try refuse([], "--visit ID, --patient ID", code: 64)
    let two = try Program.run(["recommend", run, run, "--patient", id])
    #expect(two.code == 64 && two.errors.contains("give one run of nla-mmr"), "\(two.errors)")
    let herbs = try HerbWorkspace.shared.get()
    try herbs.train("not-for-patients", ["epochs=1"])
    let other = try Program.run(["recommend", herbs.run("not-for-patients"), "--patient", "1"])
    #expect(other.code == 64 && other.errors.contains("--patient is for runs of nla-mmr"), "\(other.errors)")
  }
}
