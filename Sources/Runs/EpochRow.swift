import Foundation
import HDF5

/// One row of `metrics.csv`; `epoch` counts from 1.
public struct EpochRow: Equatable, Sendable {
  public var epoch: Int
  public var trainLoss, trainBCE, trainMargin: Double
  public var jaccard, f1, prauc, ddi: Double
  public var seconds: Double

  static let header = "epoch,train_loss,train_bce,train_margin,valid_jaccard,valid_f1,valid_prauc,valid_ddi,seconds"

  /// Losses with nine digits, so that equal runs can be compared; times to the millisecond.
  var line: String {
    let values = [trainLoss, trainBCE, trainMargin, jaccard, f1, prauc, ddi].map { String(format: "%.9g", $0) }
    return ([String(epoch)] + values + [String(format: "%.3f", seconds)]).joined(separator: ",")
  }

  init?(line: Substring) {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard fields.count == 9, !fields.contains(nil), let epoch = fields[0].flatMap({ Int(exactly: $0) }) else {
      return nil
    }
    let values = fields.compactMap { $0 }
    self.init(
      epoch: epoch, trainLoss: values[1], trainBCE: values[2], trainMargin: values[3], jaccard: values[4],
      f1: values[5], prauc: values[6], ddi: values[7], seconds: values[8])
  }

  public init(
    epoch: Int, trainLoss: Double, trainBCE: Double, trainMargin: Double, jaccard: Double, f1: Double, prauc: Double,
    ddi: Double, seconds: Double
  ) {
    self.epoch = epoch
    (self.trainLoss, self.trainBCE, self.trainMargin) = (trainLoss, trainBCE, trainMargin)
    (self.jaccard, self.f1, self.prauc, self.ddi) = (jaccard, f1, prauc, ddi)
    self.seconds = seconds
  }
}

/// `metrics.csv`, always whole: every change rewrites it atomically.
public struct MetricsTable: Sendable {
  public let path: String
  public private(set) var rows: [EpochRow] = []

  /// Reads what is there, up to the epochs that a checkpoint knows; later rows belong to work that is done again.
  public init(_ path: String, epochs: Int) {
    self.path = path
    guard let data = FileManager.default.contents(atPath: path) else { return }
    rows = String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst().compactMap(EpochRow.init(line:))
      .filter { $0.epoch <= epochs }
  }

  public mutating func append(_ row: EpochRow) throws {
    rows.append(row)
    try write()
  }

  public func write() throws {
    let lines = [EpochRow.header] + rows.map(\.line)
    try AtomicFile.bytes(at: path, Array((lines.joined(separator: "\n") + "\n").utf8))
  }
}
