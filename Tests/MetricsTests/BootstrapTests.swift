import Metrics
import Testing

@Suite struct BootstrapTests {
  /// Patient p has p % 3 + 1 visits, each with exactly p + 1 labels of 40, all predicted, so samples can be recognised.
  func cohort(patients: Int) throws -> (visits: [VisitMetrics], offsets: [Int]) {
    var dense: [Float] = []
    var offsets = [0]
    for patient in 0..<patients {
      for _ in 0...(patient % 3) { dense += (0..<40).map { $0 <= patient ? 1 : 0 } }
      offsets.append(dense.count / 40)
    }
    let labels = try LabelMatrix(dense: dense, medications: 40)
    let table = try InteractionTable(medications: 40, pairs: [])
    return (try Evaluator(interactions: table).visits(labels: labels, scores: dense), offsets)
  }

  @Test("a round draws 80 % of the patients with replacement and keeps their visits")
  func samples() throws {
    let (visits, offsets) = try cohort(patients: 30)
    let bootstrap = Bootstrap(seed: 7)
    let result = try bootstrap.evaluate(visits, patientOffsets: offsets, averaging: .visitMean)
    #expect(result.rounds.count == 10)
    for (round, set) in result.rounds.enumerated() {
      let draws = bootstrap.draws(round: round, from: 30)
      #expect(draws.count == 24)
      #expect(Set(draws).count < 24)
      #expect(draws.allSatisfy { (0..<30).contains($0) })
      let expected = draws.flatMap { Array(visits[offsets[$0]..<offsets[$0 + 1]]) }
      #expect(try set == MetricSet(expected, averaging: .visitMean))
    }
    #expect(Set(result.rounds.map(\.medications)).count > 5)
  }

  @Test("the size is rounded as Python rounds", arguments: [(868, 694), (1, 1), (5, 4), (0, 1)])
  func size(patients: Int, draws: Int) {
    #expect(Bootstrap().draws(round: 0, from: patients).count == draws)
    // 0.5 · 5 = 2.5 → 2
    #expect(Bootstrap(fraction: 0.5).draws(round: 0, from: 5).count == 2)
  }

  @Test("the same seed gives the same rounds, another seed others")
  func seeds() throws {
    let (visits, offsets) = try cohort(patients: 30)
    let one = try Bootstrap(seed: 1).evaluate(visits, patientOffsets: offsets, averaging: .batchMean(8))
    #expect(try one == Bootstrap(seed: 1).evaluate(visits, patientOffsets: offsets, averaging: .batchMean(8)))
    #expect(try one != Bootstrap(seed: 2).evaluate(visits, patientOffsets: offsets, averaging: .batchMean(8)))
  }

  @Test("every patient is drawn about equally often")
  func uniform() {
    var counts = [Int](repeating: 0, count: 20)
    for round in 0..<500 { for patient in Bootstrap().draws(round: round, from: 20) { counts[patient] += 1 } }
    // 8,000 draws: 400 each, standard deviation 19.5.
    #expect(counts.allSatisfy { abs($0 - 400) < 100 })
  }

  @Test("single visits can be drawn instead of patients")
  func visitsAsUnit() throws {
    let (visits, offsets) = try cohort(patients: 10)
    let result = try Bootstrap(unit: .visits).evaluate(visits, patientOffsets: offsets, averaging: .visitMean)
    #expect(result.rounds.allSatisfy { $0.visits == 15 })  // 0.8 · 19 = 15.2
  }

  @Test("mean and standard deviation are those of the population")
  func spread() throws {
    let spread = Spread([1, 2, 3, 4])
    #expect(spread.mean == 2.5)
    #expect(abs(spread.std - 1.25.squareRoot()) < 1e-15)
    #expect(Spread([3]) == Spread([3, 3]))
    let (visits, offsets) = try cohort(patients: 12)
    let result = try Bootstrap().evaluate(visits, patientOffsets: offsets, averaging: .visitMean)
    #expect(result[.medications] == Spread(result.rounds.map(\.medications)))
  }

  @Test("nonsense is refused")
  func refused() throws {
    let (visits, offsets) = try cohort(patients: 3)
    #expect(throws: MetricError.self) {
      try Bootstrap(rounds: 0).evaluate(visits, patientOffsets: offsets, averaging: .visitMean)
    }
    for fraction in [0, -1, .nan, 11] {
      #expect(throws: MetricError.self) {
        try Bootstrap(fraction: fraction).evaluate(visits, patientOffsets: offsets, averaging: .visitMean)
      }
    }
    #expect(throws: MetricError.badOffsets("patients")) {
      try Bootstrap().evaluate(visits, patientOffsets: [0, 2], averaging: .visitMean)
    }
    #expect(throws: MetricError.noVisits) { try Bootstrap().evaluate([], patientOffsets: [0], averaging: .visitMean) }
  }
}
