import Metrics
import Records
import Reports
import Runs
import Training

/// `theriac evaluate` of a run of FMCHS.
struct RankingReport: Encodable {
  let split: String
  let epoch: Int?
  let runs: Int
  let metrics: RankingMetricSet
  let bootstrap: RankingBootstrap?
  let baselines: [(name: String, metrics: RankingMetricSet)]
  /// Set when the metrics are not to be trusted.
  let warning: String?

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// The metrics at top level (`P@5`, `R@5`, `F1@5`, …), then what they are compared with.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(warning, forKey: Key("warning"))
    try container.encode(split, forKey: Key("split"))
    try container.encodeIfPresent(epoch, forKey: Key("epoch"))
    try container.encode(runs, forKey: Key("runs"))
    try metrics.encode(to: encoder)
    var rules = container.nestedContainer(keyedBy: Key.self, forKey: Key("baselines"))
    for (name, set) in baselines { try rules.encode(set, forKey: Key(name.replacing("-", with: "_"))) }
    if let bootstrap {
      var spreads = container.nestedContainer(keyedBy: Key.self, forKey: Key("bootstrap"))
      for (name, title) in Self.columns { try spreads.encode(bootstrap[name], forKey: Key(title)) }
    }
  }

  /// Names and titles of the nine numbers of the papers' tables.
  static var columns: [(name: String, title: String)] {
    Array(zip(ModelFamily.fmchs.validationMetrics, ModelFamily.fmchs.metricTitles)).map { ($0, $1) }
  }

  func text() throws -> String {
    var table = TextTable([TextTable.Column("")] + Self.columns.map { TextTable.Column($0.title, .right) })
    func add(_ name: String, _ set: RankingMetricSet) throws {
      try table.append([name] + Self.columns.map { set[$0.name].map { NumberText.fixed($0, 4) } ?? "–" })
    }
    try add(epoch.map { "this run (epoch \($0))" } ?? "mean scores of \(runs) runs", metrics)
    if let bootstrap {
      try table.append(
        ["bootstrap of \(bootstrap.rounds.count)"]
          + Self.columns.map { column in
            bootstrap[column.name].map { NumberText.spread(mean: $0.mean, std: $0.std, digits: 4) } ?? "–"
          })
    }
    for (name, set) in baselines { try add(name, set) }
    let caution = warning.map { "warning: \($0)\n" } ?? ""
    return "\(caution)\(split) split, \(metrics.rows) prescriptions\n\n" + table.text()
  }
}
