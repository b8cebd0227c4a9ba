import Models
import Random
import Records
import Training

/// A job of FMCHS small enough for a test, with every part: graph, features, rows of several sizes.
enum SmallHerbJob {
  static let symptoms = 9
  static let herbs = 14
  static let visits = 70
  static let training = 0..<50

  static func config(_ overrides: [String] = []) throws -> RunConfig {
    try RunConfig(
      yaml: """
        model: fmchs
        d: 16
        encoder_heads: 2
        encoder_hidden: 24
        hh_threshold: 4
        ss_threshold: 3
        sh_threshold: 2
        batch: 12
        lr: 1e-2
        seed: 5
        """, source: "the test", overrides: overrides)
  }

  static func set(_ visit: Int, of count: Int, rate: Double, _ stream: UInt64) -> [Int32] {
    let random = CounterRandom(seed: 11, stream: stream)
    let chosen = (0..<count).filter { random.uniform(UInt64(visit * 1_000 + $0)) < rate }
    return (chosen.isEmpty ? [visit % count] : chosen).map(Int32.init)
  }

  static func job(_ overrides: [String] = []) throws -> TrainingJob {
    let config = try config(overrides)
    let all = training.map { set($0, of: symptoms, rate: 0.25, 1) }
    let labels = training.map { set($0, of: herbs, rate: 0.3, 2) }
    let random = CounterRandom(seed: 3, stream: 1)
    let (semanticWidth, featureWidth) = (12, 10)
    return TrainingJob(
      config: config, medicationCount: herbs, trainingVisits: training.map(Int32.init),
      inputs: .fmchs(
        FMCHSInputs(
          symptomCount: symptoms, longestSet: symptoms,
          graph: try HerbGraph(
            symptomSets: IndexSets(all, bound: symptoms), herbSets: IndexSets(labels, bound: herbs),
            thresholds: config.fmchs.thresholds),
          prior: HerbGraph.prior(try IndexSets(labels, bound: herbs)),
          semantics: (0..<(symptoms * semanticWidth)).map { Float(random.normal(UInt64($0))) * 0.3 },
          semanticWidth: semanticWidth,
          features: (0..<(herbs * featureWidth)).map { Float(random.normal(10_000 + UInt64($0))) * 0.3 },
          featureWidth: featureWidth)))
  }

  /// What a rank holds.
  static func table(rank: Int, ranks: Int) -> VisitTable {
    var table = VisitTable(width: 0)
    for visit in 0..<visits where HerbShards.holds(visit: Int32(visit), rank: rank, size: ranks) {
      table.append(
        visit: Int32(visit), ordinal: 0,
        split: (training.contains(visit) ? Split.train : .validation).rawValue,
        labels: set(visit, of: herbs, rate: 0.3, 2), symptoms: set(visit, of: symptoms, rate: 0.25, 1))
    }
    return table
  }
}
