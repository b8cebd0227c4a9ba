import Crypto
import Foundation

/// The points that a design places over a sweep's axes.
enum SweepPoints {
  typealias Point = [String: SettingValue]

  static func points(of spec: SweepSpec) throws(SweepError) -> [Point] {
    switch spec.design {
    case .grid: grid(spec)
    case .oneAtATime: oneAtATime(spec)
    case .random: try random(spec)
    }
  }

  private static func values(_ axis: SweepAxis) -> [SettingValue] {
    if case .values(let values) = axis.domain { values } else { [] }
  }

  private static func grid(_ spec: SweepSpec) -> [Point] {
    spec.axes.reduce([[:]]) { points, axis in
      points.flatMap { point in values(axis).map { point.merging([axis.name: $0]) { _, new in new } } }
    }
  }

  /// The center first, shared by all axes.
  private static func oneAtATime(_ spec: SweepSpec) -> [Point] {
    [spec.center]
      + spec.axes.flatMap { axis in
        values(axis).filter { $0 != spec.center[axis.name] }
          .map { spec.center.merging([axis.name: $0]) { _, new in new } }
      }
  }

  /// Sample i of an axis depends on (sampling seed, axis, i) only: more samples, or another axis, move no earlier one.
  /// A repeated combination is drawn again.
  private static func random(_ spec: SweepSpec) throws(SweepError) -> [Point] {
    let asked = spec.samples ?? 0
    let seed = spec.samplingSeed ?? 0
    var points: [Point] = []
    var seen: Set<Point> = []
    sampling: for index in 0..<asked {
      for draw in 0..<1000 {
        var point: Point = [:]
        for axis in spec.axes { point[axis.name] = value(axis, at: uniform("\(seed)/\(axis.name)/\(index)/\(draw)")) }
        if seen.insert(point).inserted {
          points.append(point)
          continue sampling
        }
      }
      throw .tooManySamples(asked: asked, distinct: points.count)
    }
    return points
  }

  /// The value at u ∈ [0, 1). Real numbers are cut to six significant digits, to be readable and the same everywhere.
  private static func value(_ axis: SweepAxis, at u: Double) -> SettingValue {
    switch axis.domain {
    case .values(let values):
      return values[min(Int(u * Double(values.count)), values.count - 1)]
    case .range(let range):
      let extra = range.integer ? 1.0 : 0.0
      let raw =
        range.scale == .log
        ? range.min * exp(u * log((range.max + extra) / range.min)) : range.min + u * (range.max + extra - range.min)
      if range.integer {
        let whole = min(max(raw.rounded(.down), range.min), range.max)
        return SettingValue(Int64(exactly: whole).map(String.init) ?? String(whole))
      }
      let cut = Double(String(format: "%.6g", raw)) ?? raw
      return SettingValue(min(max(cut, range.min), range.max))
    }
  }

  /// 53 bits of SHA-256, in [0, 1).
  private static func uniform(_ key: String) -> Double {
    let word = SHA256.hash(data: Data(key.utf8)).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Double(word >> 11) * 0x1p-53
  }
}
