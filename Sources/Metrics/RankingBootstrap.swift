extension Bootstrap {
  /// Evaluates rankings in every round. A row is a patient with one visit, so either `unit` draws rows.
  /// - Throws: `MetricError.noVisits`; `.badSetting` for rounds below 1 or a fraction outside 0...10
  public func evaluate(_ ranking: RankingMetrics) throws(MetricError) -> RankingBootstrap {
    try requireSettings()
    guard ranking.rows > 0 else { throw .noVisits }
    var sets: [RankingMetricSet] = []
    for round in 0..<rounds {
      sets.append(try RankingMetricSet(ranking.selecting(draws(round: round, from: ranking.rows))))
    }
    return RankingBootstrap(rounds: sets)
  }
}

/// The ranking metrics of all rounds of a bootstrap.
public struct RankingBootstrap: Codable, Equatable, Sendable {
  /// At least one.
  public let rounds: [RankingMetricSet]

  init(rounds: [RankingMetricSet]) { self.rounds = rounds }

  /// Mean and population standard deviation over the rounds of a name of `RankingMetricSet.names`; nil for another.
  public subscript(name: String) -> Spread? {
    let values = rounds.compactMap { $0[name] }
    return values.count == rounds.count ? Spread(values) : nil
  }
}
