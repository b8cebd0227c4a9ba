import Records
import Synthesis
import Testing

/// Whether the cohort can teach anything: simple rules lie in their bands and the true probabilities are well above.
@Suite struct LearnabilityTests {
  static let patients = 2_000

  private static func jaccard(_ a: Set<Int32>, _ b: some Sequence<Int32>) -> Double {
    let other = Set(b)
    let union = a.union(other).count
    return union == 0 ? 0 : Double(a.intersection(other).count) / Double(union)
  }

  private static func simulated() throws -> [[SyntheticVisit]] {
    let simulator = PatientSimulator(knowledge: try Knowledge.builtIn(), seed: 7)
    return (0..<patients).map { simulator.visits(ofPatient: $0) }
  }

  @Test("frequency < repeating the last visit < the true probabilities, in bands")
  func baselines() throws {
    let all = try Self.simulated()
    let visits = all.flatMap { $0 }
    var counts = [Int: Int]()
    for visit in visits { for medication in visit.medications { counts[Int(medication), default: 0] += 1 } }

    var best: (score: Double, set: Set<Int32>) = (0, [])
    for threshold in stride(from: 0.1, through: 0.5, by: 0.02) {
      let set = Set(counts.filter { Double($0.value) >= threshold * Double(visits.count) }.map { Int32($0.key) })
      let score = visits.reduce(0) { $0 + Self.jaccard(set, $1.medications) } / Double(visits.count)
      if score > best.score { best = (score, set) }
    }
    var repeated = 0.0
    var oracle = 0.0
    for patient in all {
      var guess = best.set
      for visit in patient {
        repeated += Self.jaccard(guess, visit.medications)
        guess = Set(visit.medications)
        let likely = visit.probabilities.indices.filter { visit.probabilities[$0] >= 0.5 }
        oracle += Self.jaccard(Set(likely.map(Int32.init)), visit.medications)
      }
    }
    repeated /= Double(visits.count)
    oracle /= Double(visits.count)
    #expect((0.25...0.36).contains(best.score), "frequency \(best.score)")
    #expect((0.35...0.46).contains(repeated), "repeat \(repeated)")
    #expect((0.70...0.82).contains(oracle), "oracle \(oracle)")
    #expect(repeated > best.score + 0.03)
    #expect(oracle > repeated + 0.25)
  }

  @Test("the probabilities are calibrated: as many medications are given as they say")
  func calibration() throws {
    var expected = [Double](repeating: 0, count: 10)
    var given = expected
    var total = expected
    for visit in try Self.simulated().flatMap({ $0 }) {
      let medications = Set(visit.medications)
      for (index, p) in visit.probabilities.enumerated() {
        let bin = min(Int(p * 10), 9)
        expected[bin] += p
        given[bin] += medications.contains(Int32(index)) ? 1 : 0
        total[bin] += 1
      }
    }
    for bin in expected.indices where total[bin] > 500 {
      // Binomial: four standard deviations, and one stray forced medication per thousand.
      let tolerance = 4 * (expected[bin] + 1).squareRoot() + 0.001 * total[bin]
      #expect(abs(expected[bin] - given[bin]) < tolerance, "bin \(bin): \(expected[bin]) expected, \(given[bin]) given")
    }
  }

  @Test(
    "a symptom or procedure alone raises the medications that belong to it",
    arguments: [
      (CodeKind.symptom, "insomnia", "N05C"), (.symptom, "itching", "R06A"), (.symptom, "nausea", "A04A"),
      (.procedure, "colonoscopy", "A06A"), (.procedure, "endotracheal intubation", "M03A"),
      (.diagnosis, "acquired hypothyroidism", "H03A"), (.diagnosis, "open angle glaucoma", "S01E"),
    ])
  func drivers(kind: CodeKind, text: String, medication: String) throws {
    let cohort = try Synthesizer.cohort(SynthesisOptions(patients: 3_000, seed: 11))
    let code = Int32(try #require(cohort.vocabulary(kind).texts.firstIndex(of: text)))
    let drug = Int32(try #require(cohort.vocabulary(.medication).codes.firstIndex(of: medication)))
    var with = (visits: 0, given: 0)
    var without = (visits: 0, given: 0)
    for visit in 0..<cohort.visitCount {
      let isGiven = cohort.codes(.medication, visit: visit).contains(drug) ? 1 : 0
      if cohort.codes(kind, visit: visit).contains(code) {
        with = (with.visits + 1, with.given + isGiven)
      } else {
        without = (without.visits + 1, without.given + isGiven)
      }
    }
    #expect(with.visits >= 20)
    let rate = Double(with.given) / Double(max(with.visits, 1))
    #expect(rate > 1.4 * Double(without.given) / Double(without.visits), "\(text) → \(medication): \(rate)")
  }
}
