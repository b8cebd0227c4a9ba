import Foundation
import HDF5
import Training

/// One row of `metrics.csv`; `epoch` counts from 1.
public struct EpochRow: Equatable, Sendable {
  public var epoch: Int
  /// The training loss and its terms (`ModelFamily.lossTerms`), means over the steps.
  public var losses: [Double]
  /// Of the validation split (`ModelFamily.validationMetrics`).
  public var metrics: [Double]
  public var seconds: Double

  /// Losses with nine digits, so that equal runs can be compared; times to the millisecond.
  var line: String {
    let values = (losses + metrics).map { String(format: "%.9g", $0) }
    return ([String(epoch)] + values + [String(format: "%.3f", seconds)]).joined(separator: ",")
  }

  init?(line: Substring, of model: ModelFamily) {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    let (losses, metrics) = (1 + model.lossTerms.count, model.validationMetrics.count)
    guard fields.count == 2 + losses + metrics, !fields.contains(nil),
      let epoch = fields[0].flatMap({ Int(exactly: $0) })
    else { return nil }
    let values = fields.compactMap { $0 }
    self.init(
      epoch: epoch, losses: Array(values[1...losses]), metrics: Array(values[(1 + losses)..<(1 + losses + metrics)]),
      seconds: values[values.count - 1])
  }

  public init(epoch: Int, losses: [Double], metrics: [Double], seconds: Double) {
    self.epoch = epoch
    self.losses = losses
    self.metrics = metrics
    self.seconds = seconds
  }
}

/// `metrics.csv`, always whole: every change rewrites it atomically.
public struct MetricsTable: Sendable {
  public let path: String
  private let model: ModelFamily
  public private(set) var rows: [EpochRow] = []
  /// What is wrong with the file; nil when it is sound, or not there.
  public private(set) var fault: String?

  /// Reads what is there, up to the epochs that a checkpoint knows; later rows belong to work that is done again.
  public init(_ path: String, of model: ModelFamily, epochs: Int) {
    self.path = path
    self.model = model
    let content: [UInt8]?
    do { content = try InputFile.bytes(path) } catch {
      fault = "\(error)"
      return
    }
    guard let content else { return }
    let lines = String(decoding: content, as: UTF8.self).split(separator: "\n")
    let found = lines.dropFirst().compactMap { EpochRow(line: $0, of: model) }
    if lines.first.map(String.init) != model.tableHeader {
      fault = lines.isEmpty ? "it is empty" : "it is not the table of a run of \(model.rawValue)"
    } else if found.count < lines.count - 1 {
      fault = "\(lines.count - 1 - found.count) of its \(lines.count - 1) rows are damaged"
    }
    rows = found.filter { $0.epoch <= epochs }
  }

  public mutating func append(_ row: EpochRow) throws {
    rows.append(row)
    try write()
  }

  public func write() throws {
    let lines = [model.tableHeader] + rows.map(\.line)
    try AtomicFile.bytes(at: path, Array((lines.joined(separator: "\n") + "\n").utf8))
  }
}
