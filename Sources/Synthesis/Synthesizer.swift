import Foundation
import Records

/// What was written.
public struct SynthesisSummary: Codable, Equatable, Sendable {
  public var patients: Int
  public var visits: Int
  /// Mean number of codes per visit, by kind ("diagnosis" → 11.9).
  public var meanCodes: [String: Double]
  /// Of the cohort file; empty for a cohort in memory.
  public var contentHash: String
}

/// Makes synthetic cohorts: invented patients with learnable courses, in real-looking words.
///
/// Patients have hidden conditions (chronic ones with onset, severity and comorbidity, and acute ones), habits that keep
/// them on the same medications, and chemical families they do not tolerate. Diagnoses, procedures and symptoms are
/// emitted from the conditions with noise; medications from conditions, procedures, symptoms and habits. The
/// vocabularies are the same for every size and seed, so a small cohort has all codes too. Nothing in it is about a real
/// person, and neither the codes nor the interactions are a clinical reference.
public enum Synthesizer {
  /// Writes a cohort file patient by patient; memory does not grow with the cohort, but for one byte per patient.
  /// - Parameter progress: called with the number of finished patients, every thousand and at the end.
  /// - Throws: `SynthesisError` for settings out of range, `RecordsError` when the file cannot be written,
  ///   `CancellationError` when the task is cancelled; then no file is left.
  @discardableResult
  public static func write(
    _ options: SynthesisOptions, to path: String, progress: (Int) -> Void = { _ in }
  ) throws -> SynthesisSummary {
    let options = try options.checked()
    let knowledge = try KnowledgeParser.parse()
    let writer = try CohortWriter(path: path, header: header(of: knowledge))
    var counts = CodeCounts()
    try generate(options, knowledge: knowledge) { patient, id, visits in
      try writer.append(patientID: id, visits: visits)
      counts.add(visits)
      if (patient + 1).isMultiple(of: 1_000) || patient + 1 == options.patients {
        try Task.checkCancellation()
        progress(patient + 1)
      }
    }
    let report = report(of: options, counts: counts)
    let hash = try writer.finish(split: options.split, report: report)
    return counts.summary(patients: options.patients, hash: hash)
  }

  /// The same cohort in memory, for tests and small examples. Its `contentHash` is empty.
  public static func cohort(_ options: SynthesisOptions) throws(SynthesisError) -> Cohort {
    let options = try options.checked()
    let knowledge = try KnowledgeParser.parse()
    let header = header(of: knowledge)
    var cohort = Cohort(
      name: header.name, vocabularies: header.vocabularies, smiles: header.smiles, interactions: header.interactions,
      splits: options.split.assign(patients: options.patients), splitRule: options.split.description)
    var lists: [CodeKind: CodeLists] = [:]
    for kind in CodeKind.allCases { lists[kind] = CodeLists() }
    var counts = CodeCounts()
    generate(options, knowledge: knowledge) { _, id, visits in
      cohort.patientIDs.append(id)
      for visit in visits {
        cohort.visitIDs.append(visit.id)
        for kind in CodeKind.allCases { lists[kind]?.append(visit[kind]) }
      }
      cohort.visitOffsets.append(cohort.visitIDs.count)
      counts.add(visits)
    }
    cohort.lists = lists
    cohort.report = report(of: options, counts: counts)
    return cohort
  }

  /// "S0000042" for the patient at position 41.
  static func patientID(_ index: Int) -> String { "S" + KnowledgeParser.padded(index + 1, 7) }

  /// Calls `body` with every patient in order. Patients are made a batch at a time on all cores: each depends on its
  /// number alone, so neither the number of cores nor their timing shows in the result.
  private static func generate<Failure: Error>(
    _ options: SynthesisOptions, knowledge: Knowledge,
    _ body: (_ patient: Int, _ id: String, _ visits: [CohortVisit]) throws(Failure) -> Void
  ) throws(Failure) {
    let simulator = PatientSimulator(knowledge: knowledge, seed: options.seed)
    let batch = 64 * max(1, ProcessInfo.processInfo.activeProcessorCount)
    var visits = [[CohortVisit]](repeating: [], count: min(batch, options.patients))
    for first in stride(from: 0, to: options.patients, by: batch) {
      let count = min(batch, options.patients - first)
      visits.withUnsafeMutableBufferPointer { buffer in
        // Every iteration writes one element of its own.
        nonisolated(unsafe) let places = buffer
        DispatchQueue.concurrentPerform(iterations: count) { index in
          places[index] = Self.visits(ofPatient: first + index, by: simulator)
        }
      }
      for index in 0..<count { try body(first + index, patientID(first + index), visits[index]) }
    }
  }

  private static func visits(ofPatient patient: Int, by simulator: PatientSimulator) -> [CohortVisit] {
    let id = patientID(patient)
    return simulator.visits(ofPatient: patient).enumerated().map { number, visit in
      CohortVisit(
        id: "\(id)-\(number + 1)", diagnoses: visit.diagnoses, procedures: visit.procedures,
        symptoms: visit.symptoms, medications: visit.medications)
    }
  }

  private static func header(of knowledge: Knowledge) -> CohortHeader {
    CohortHeader(
      name: "synthetic", vocabularies: knowledge.vocabularies, smiles: knowledge.smiles,
      interactions: knowledge.interactions)
  }

  private static func report(of options: SynthesisOptions, counts: CodeCounts) -> ImportReport {
    ImportReport(
      source: "synthetic",
      options: [
        "patients": String(options.patients), "seed": String(options.seed), "split": options.split.description,
      ],
      flow: [.init(step: "generated", patients: options.patients, visits: counts.visits)],
      notes: [
        "All patients are invented; codes other than the medications' ATC classes are invented too.",
        "The vocabularies are complete at any number of patients.",
      ])
  }
}

/// Counts kept while patients pass by.
private struct CodeCounts {
  private(set) var visits = 0
  private var codes: [CodeKind: Int] = [:]

  mutating func add(_ batch: [CohortVisit]) {
    visits += batch.count
    for kind in CodeKind.allCases {
      codes[kind, default: 0] += batch.reduce(0) { $0 + $1[kind].count }
    }
  }

  func summary(patients: Int, hash: String) -> SynthesisSummary {
    let means = codes.map { ($0.key.rawValue, Double($0.value) / Double(max(visits, 1))) }
    return SynthesisSummary(
      patients: patients, visits: visits, meanCodes: Dictionary(uniqueKeysWithValues: means), contentHash: hash)
  }
}
