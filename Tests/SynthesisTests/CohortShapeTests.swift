import Records
import Synthesis
import Testing

@Suite struct SyntheticCohortShapeTests {
  @Test("5,208 patients have MIMIC-III's shape")
  func shape() throws {
    let cohort = try Synthesizer.cohort(SynthesisOptions(patients: 5_208, seed: 42))
    #expect(cohort.patientCount == 5_208)
    #expect((13_000...14_000).contains(cohort.visitCount))
    let stays = (0..<cohort.patientCount).map { cohort.visits(ofPatient: $0).count }
    #expect(stays.allSatisfy { (2...29).contains($0) })
    #expect(try #require(stays.max()) >= 15)

    let bands: [(CodeKind, ClosedRange<Double>, Int)] = [
      (.diagnosis, 10...13, 1), (.procedure, 3.5...4.6, 1), (.symptom, 7...9, 0), (.medication, 13...20, 1),
    ]
    for (kind, band, least) in bands {
      let counts = (0..<cohort.visitCount).map { cohort.codes(kind, visit: $0).count }
      let mean = Double(counts.reduce(0, +)) / Double(counts.count)
      #expect(band.contains(mean), "\(kind): \(mean) per visit")
      #expect(try #require(counts.min()) >= least, "\(kind)")
      let used = Set(cohort.lists[kind]?.indices ?? [])
      #expect(Double(used.count) >= 0.85 * Double(cohort.vocabulary(kind).count), "\(kind): \(used.count) used")
    }
    #expect((0.06...0.10).contains(labelInteractionRate(cohort)))
    #expect(cohort.splits.filter { $0 == .train }.count == 3_472)
  }

  @Test("no code is listed twice in a visit")
  func distinct() throws {
    let cohort = try Synthesizer.cohort(SynthesisOptions(patients: 200, seed: 5))
    for kind in CodeKind.allCases {
      for visit in 0..<cohort.visitCount {
        let codes = cohort.codes(kind, visit: visit)
        #expect(Set(codes).count == codes.count)
      }
    }
  }

  @Test("a patient with a noted intolerance never receives a class of the family")
  func intolerance() throws {
    let cohort = try Synthesizer.cohort(SynthesisOptions(patients: 3_000, seed: 9))
    let note = try #require(
      cohort.vocabulary(.diagnosis).texts.firstIndex(of: "personal history of allergy to penicillin"))
    let index = cohort.vocabulary(.medication).indexByCode()
    let family = Set(["J01C", "J01D"].compactMap { index[$0] }.map(Int32.init))
    var noted = 0
    var given = (noted: 0, other: 0)
    for patient in 0..<cohort.patientCount {
      let visits = cohort.visits(ofPatient: patient)
      let isNoted = visits.contains { cohort.codes(.diagnosis, visit: $0).contains(Int32(note)) }
      let hasFamily = visits.contains { !family.isDisjoint(with: cohort.codes(.medication, visit: $0)) }
      if isNoted { noted += 1 }
      if hasFamily { if isNoted { given.noted += 1 } else { given.other += 1 } }
    }
    #expect(noted > 100)
    #expect(given.noted == 0)
    #expect(given.other > 800)
  }

  /// Interacting pairs ÷ all pairs of the prescribed medications, pooled over all visits.
  private func labelInteractionRate(_ cohort: Cohort) -> Double {
    let known = Set(cohort.interactions)
    var pairs = 0
    var interacting = 0
    for visit in 0..<cohort.visitCount {
      let codes = Array(cohort.codes(.medication, visit: visit))
      for i in codes.indices {
        for j in codes.indices where j > i {
          pairs += 1
          if let pair = Interaction(codes[i], codes[j]), known.contains(pair) { interacting += 1 }
        }
      }
    }
    return Double(interacting) / Double(pairs)
  }
}
