import Foundation
import HDF5
import Metrics
import Reports

/// What an experiment's rows reached, seed by seed.
public struct ExperimentResults: Sendable {
  public struct Entry: Sendable {
    public let label: String
    public let origin: Origin
    /// For published rows one, without a seed.
    public var seeds: [Int] = []
    /// Of the test split, one list per seed (or the published one), in the order of the experiment's metrics.
    public var test: [[Double]] = []
    /// Of the validation split; empty for published rows.
    public var validation: [[Double]] = []
  }

  public enum Origin: String, Sendable { case published, baseline, run }

  public let experiment: Experiment
  /// What the rows were made of, a sentence each: the data, settings that are not the model's defaults.
  public let origin: [String]
  public private(set) var entries: [Entry]

  public init(_ experiment: Experiment, origin: [String] = []) {
    self.experiment = experiment
    self.origin = origin
    entries = experiment.rows.map { row in
      switch row.kind {
      case .published(let values): Entry(label: row.label, origin: .published, test: [values])
      case .baseline: Entry(label: row.label, origin: .baseline)
      case .run: Entry(label: row.label, origin: .run)
      }
    }
  }

  mutating func add(row: Int, seed: Int, test: RankingMetricSet, validation: RankingMetricSet) {
    entries[row].seeds.append(seed)
    entries[row].test.append(experiment.metrics.map { test[$0] ?? .nan })
    entries[row].validation.append(experiment.metrics.map { validation[$0] ?? .nan })
  }

  /// The table of the test split for people: means, and standard deviations where there are several seeds.
  public func markdown() -> String {
    let titles = experiment.metrics.map(Self.title)
    var lines = [
      "## \(experiment.title)", "", "| | source | seeds | " + titles.joined(separator: " | ") + " |",
      "|---|---|---:|" + titles.map { _ in "---:|" }.joined(),
    ]
    for entry in entries where !entry.test.isEmpty {
      let cells = titles.indices.map { metric in Self.cell(entry.test.map { $0[metric] }) }
      let source = entry.origin == .published ? "as published" : "trained here"
      let seeds = entry.origin == .published ? "–" : "\(entry.seeds.count)"
      lines.append("| \(entry.label) | \(source) | \(seeds) | " + cells.joined(separator: " | ") + " |")
    }
    lines.append("")
    let missing = entries.filter(\.test.isEmpty).map(\.label)
    if !missing.isEmpty {
      lines.append("Not finished: \(missing.joined(separator: ", ")). The same command goes on.")
    }
    lines += origin
    return lines.joined(separator: "\n") + "\n"
  }

  private static func cell(_ values: [Double]) -> String {
    let spread = Self.spread(values)
    return values.count > 1
      ? NumberText.spread(mean: spread.mean, std: spread.std, digits: 4) : NumberText.fixed(spread.mean, 4)
  }

  /// Mean and sample standard deviation; 0 for one value.
  static func spread(_ values: [Double]) -> (mean: Double, std: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    guard values.count > 1 else { return (mean, 0) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(values.count - 1)).squareRoot())
  }

  /// p5 → P@5, f1_10 → F1@10.
  static func title(_ name: String) -> String {
    for (prefix, title) in [("f1_", "F1@"), ("p", "P@"), ("r", "R@")] where name.hasPrefix(prefix) {
      return title + name.dropFirst(prefix.count)
    }
    return name
  }

  /// Tidy: one line per row, seed, split and metric.
  public func csv() -> String {
    var lines = ["experiment,row,origin,seed,split,metric,value"]
    for entry in entries {
      for (split, lists) in [("test", entry.test), ("validation", entry.validation)] {
        for (index, values) in lists.enumerated() {
          let seed = entry.origin == .published ? "" : "\(entry.seeds[index])"
          for (metric, value) in zip(experiment.metrics, values) {
            lines.append(
              [experiment.name, quoted(entry.label), entry.origin.rawValue, seed, split, metric, "\(value)"]
                .joined(separator: ","))
          }
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func quoted(_ text: String) -> String {
    text.contains(",") ? "\"\(text)\"" : text
  }

  /// Writes results.csv and table.md.
  public func write(to directory: String) throws {
    try AtomicFile.bytes(at: directory + "/results.csv", Array(csv().utf8))
    try AtomicFile.bytes(at: directory + "/table.md", Array(markdown().utf8))
  }
}
