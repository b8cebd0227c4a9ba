import Foundation

/// A finished run's `summary.json`: its best validation epoch and the metrics there.
public struct TrialSummary: Sendable, Equatable {
  public var bestEpoch: Int
  public var seconds: Double
  /// `valid_NAME` from `metrics`, `test_NAME` from `test`; numbers that are missing or not finite are left out.
  public var metrics: [String: Double]

  /// nil when the file is absent or says that the run has not finished.
  /// - Throws: `SweepError.damaged` when it is no summary.
  public static func read(_ path: String) throws(SweepError) -> TrialSummary? {
    guard let data = AtomicText.read(path) else { return nil }
    let file: File
    do { file = try JSONDecoder().decode(File.self, from: data) } catch DecodingError.keyNotFound(let key, _) {
      throw .damaged(path: path, reason: "key '\(key.stringValue)' is missing")
    } catch DecodingError.typeMismatch(_, let context) {
      let key = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw .damaged(path: path, reason: "'\(key)' has another type than expected")
    } catch { throw .damaged(path: path, reason: "it is not the JSON of a run's summary") }
    guard file.state == "finished" else { return nil }
    var metrics: [String: Double] = [:]
    for (prefix, values) in [("valid_", file.metrics), ("test_", file.test ?? [:])] {
      // The number of visits is in there too, and is no metric.
      for (name, value) in values where name != "visits" { metrics[prefix + name] = value.number }
    }
    return TrialSummary(bestEpoch: file.bestEpoch, seconds: file.seconds, metrics: metrics)
  }

  /// Metric names in the order of the tables: validation before test; jaccard, f1, prauc, ddi first.
  static func order(_ names: some Sequence<String>) -> [String] {
    func rank(_ name: String) -> (Int, Int, String) {
      let split = name.hasPrefix("valid_") ? 0 : 1
      let bare = name.split(separator: "_", maxSplits: 1).last.map(String.init) ?? name
      return (split, ["jaccard", "f1", "prauc", "ddi"].firstIndex(of: bare) ?? 9, name)
    }
    return names.sorted { rank($0) < rank($1) }
  }

  private struct File: Decodable {
    let state: String
    let bestEpoch: Int
    let seconds: Double
    let metrics: [String: Entry]
    let test: [String: Entry]?

    enum CodingKeys: String, CodingKey {
      case state, seconds, metrics, test
      case bestEpoch = "best_epoch"
    }
  }

  /// A number, or anything else (null, an interval), which is no number.
  private struct Entry: Decodable {
    let number: Double?
    init(from decoder: any Decoder) throws {
      let value = try? decoder.singleValueContainer().decode(Double.self)
      number = value.flatMap { $0.isFinite ? $0 : nil }
    }
  }
}
