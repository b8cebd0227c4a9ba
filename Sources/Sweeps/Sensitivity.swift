import Foundation

/// One point of a sensitivity figure.
public struct SensitivityRow: Sendable, Equatable {
  public var figure: String
  public var dataset: String
  public var parameter: String
  public var value: String
  public var metric: String
  public var mean: Double
  /// Sample standard deviation over seeds, divisor n − 1; nil when n is 1.
  public var std: Double?
  public var n: Int
}

/// From done trials to `sensitivity.csv`.
///
/// Each axis is shown along the line through one point: the center (one-at-a-time), or the best point so far (grid).
/// A random design has no such line: every sample is a row for every axis. Only seeds are averaged.
enum Sensitivity {
  struct Point {
    var values: [String: SettingValue]
    var metrics: [String: [Double]]
  }

  static func rows(_ spec: SweepSpec, _ store: TrialStore) -> [SensitivityRow] {
    let points = points(spec, store)
    let metrics = TrialSummary.order(Set(points.flatMap { $0.metrics.keys }))
    let line: [String: SettingValue]? =
      switch spec.design {
      case .oneAtATime: spec.center
      case .grid: bestPoint(spec, points)?.values
      case .random: nil
      }
    var rows: [SensitivityRow] = []
    for axis in spec.axes {
      let shown = points.filter { point in
        guard let line else { return spec.design == .random }
        return spec.axes.allSatisfy { $0.name == axis.name || point.values[$0.name] == line[$0.name] }
      }
      let sorted = shown.compactMap { point in point.values[axis.name].map { (value: $0, metrics: point.metrics) } }
        .sorted { SettingValue.inOrder($0.value, $1.value) }
      for metric in metrics {
        for point in sorted {
          guard let values = point.metrics[metric], !values.isEmpty else { continue }
          rows.append(
            SensitivityRow(
              figure: spec.figure ?? spec.name, dataset: spec.dataset ?? "", parameter: axis.name,
              value: point.value.canonical, metric: metric, mean: mean(values), std: deviation(values),
              n: values.count))
        }
      }
    }
    return rows
  }

  static func best(_ spec: SweepSpec, _ store: TrialStore) -> SweepStatus.Best? {
    guard let best = bestPoint(spec, points(spec, store)), let values = best.metrics[spec.metric] else { return nil }
    return SweepStatus.Best(
      settings: best.values.mapValues(\.canonical), metric: spec.metric, mean: mean(values), std: deviation(values),
      n: values.count)
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// √(Σ (x − x̄)² / (n − 1))
  static func deviation(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    let center = mean(values)
    return (values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(values.count - 1)).squareRoot()
  }

  /// Lower is better for interactions and losses.
  private static func bestPoint(_ spec: SweepSpec, _ points: [Point]) -> Point? {
    let isCost = ["ddi", "loss", "bce", "margin"].contains { spec.metric.hasSuffix("_" + $0) }
    let scored = points.compactMap { point in
      point.metrics[spec.metric].map { (point: point, score: isCost ? -mean($0) : mean($0)) }
    }
    return scored.max { $0.score < $1.score }?.point
  }

  /// The done trials of the sweep file, gathered over seeds.
  private static func points(_ spec: SweepSpec, _ store: TrialStore) -> [Point] {
    var order: [[String: SettingValue]] = []
    var metrics: [[String: SettingValue]: [String: [Double]]] = [:]
    for record in store.records.sorted(by: { ($0.seed, $0.id) < ($1.seed, $1.id) })
    where record.inSpec && record.state == .done {
      guard let summary = store.summary(record.id) else { continue }
      let point = record.point.mapValues { SettingValue($0) }
      if metrics[point] == nil { order.append(point) }
      for (name, value) in summary.metrics { metrics[point, default: [:]][name, default: []].append(value) }
    }
    return order.map { Point(values: $0, metrics: metrics[$0] ?? [:]) }
  }
}
