import Foundation
import Records
import Synthesis
import Testing

@Suite struct SynthesizerTests {
  private func temporaryPath() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("synth-\(UUID().uuidString).h5").path
  }

  @Test("the same seed gives the same cohort, another seed another one")
  func seeds() throws {
    let first = try Synthesizer.cohort(SynthesisOptions(patients: 60, seed: 1))
    #expect(try Synthesizer.cohort(SynthesisOptions(patients: 60, seed: 1)) == first)
    let other = try Synthesizer.cohort(SynthesisOptions(patients: 60, seed: 2))
    #expect(other.lists != first.lists)
    #expect(other.vocabularies == first.vocabularies)
  }

  @Test("the first patients of a larger cohort are the smaller cohort")
  func prefix() throws {
    let small = try Synthesizer.cohort(SynthesisOptions(patients: 40, seed: 8))
    let large = try Synthesizer.cohort(SynthesisOptions(patients: 100, seed: 8))
    let visits = small.visitCount
    #expect(Array(large.patientIDs.prefix(40)) == small.patientIDs)
    #expect(Array(large.visitOffsets.prefix(41)) == small.visitOffsets)
    #expect(Array(large.visitIDs.prefix(visits)) == small.visitIDs)
    for kind in CodeKind.allCases {
      for visit in 0..<visits { #expect(large.codes(kind, visit: visit) == small.codes(kind, visit: visit)) }
    }
  }

  @Test("patients do not depend on the order in which they are made")
  func order() throws {
    let simulator = PatientSimulator(knowledge: try Knowledge.builtIn(), seed: 8)
    let forward = (0..<20).map { simulator.visits(ofPatient: $0) }
    for patient in (0..<20).reversed() { #expect(simulator.visits(ofPatient: patient) == forward[patient]) }
    #expect(Set(forward.map { $0[0].diagnoses }).count > 15)
  }

  @Test("the numbers of seed 42 are pinned: a change of tables or draws is seen here")
  func pinned() throws {
    let cohort = try Synthesizer.cohort(SynthesisOptions(patients: 100, seed: 42))
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a over all codes
    for kind in CodeKind.allCases {
      for code in cohort.lists[kind]?.indices ?? [] {
        hash = (hash ^ UInt64(UInt32(bitPattern: code))) &* 0x0000_0100_0000_01B3
      }
    }
    #expect(cohort.visitCount == 270)
    #expect(hash == 1_610_394_760_785_527_500)
  }

  @Test("the written file is the cohort in memory, and its hash is reported")
  func writer() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let options = SynthesisOptions(patients: 1_234, seed: 6, split: .shuffled(seed: 3))
    var reports: [Int] = []
    let summary = try Synthesizer.write(options, to: path) { reports.append($0) }
    #expect(reports == [1_000, 1_234])
    var read = try CohortFile.read(path)
    #expect(read.contentHash == summary.contentHash && !summary.contentHash.isEmpty)
    read.contentHash = ""
    let expected = try Synthesizer.cohort(options)
    #expect(read == expected)
    #expect(summary.patients == 1_234)
    #expect(summary.visits == expected.visitCount)
    #expect(Set(summary.meanCodes.keys) == Set(CodeKind.allCases.map(\.rawValue)))
  }

  @Test("the same options write the same file content")
  func contentHash() throws {
    let paths = [temporaryPath(), temporaryPath()]
    defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
    let hashes = try paths.map { try Synthesizer.write(SynthesisOptions(patients: 50, seed: 4), to: $0).contentHash }
    #expect(hashes[0] == hashes[1])
  }

  @Test("the same seed writes the same bytes, small and over many blocks of the file", arguments: [50, 6_000])
  func sameBytes(patients: Int) throws {
    let paths = [temporaryPath(), temporaryPath()]
    defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
    for path in paths { try Synthesizer.write(SynthesisOptions(patients: patients, seed: 9), to: path) }
    let files = try paths.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    #expect(files[0] == files[1])
    #expect(files[0].count > patients * 200)
  }

  @Test("a number of patients out of range is refused in one sentence", arguments: [0, -5, 1_000_000_001])
  func badPatients(patients: Int) throws {
    let expected = SynthesisError.badOption(
      "patients", found: String(patients), expected: "a number from 1 to 1000000000")
    let path = temporaryPath()
    #expect(throws: expected) { try Synthesizer.write(SynthesisOptions(patients: patients), to: path) }
    #expect(throws: expected) { try Synthesizer.cohort(SynthesisOptions(patients: patients)) }
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(
      expected.description
        == "The synthesis setting 'patients' is \(patients), expected a number from 1 to 1000000000.")
  }

  @Test("a folder that does not exist is an error, not a trap")
  func badPath() {
    #expect(throws: RecordsError.self) {
      try Synthesizer.write(SynthesisOptions(patients: 2), to: "/nonexistent-folder/cohort.h5")
    }
  }

  @Test("a cancelled task stops and leaves no file")
  func cancelled() async throws {
    let path = temporaryPath()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try Synthesizer.write(SynthesisOptions(patients: 5_000), to: path)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let name = URL(fileURLWithPath: path).lastPathComponent
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy { !$0.hasPrefix(name) })
  }

  @Test("options survive JSON")
  func json() throws {
    let options = SynthesisOptions(patients: 10, seed: .max, split: .shuffled(seed: 2))
    #expect(try JSONDecoder().decode(SynthesisOptions.self, from: JSONEncoder().encode(options)) == options)
  }
}
