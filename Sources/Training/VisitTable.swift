/// The visits that one process holds, with everything a step needs of them: embeddings or symptoms, labels, history.
///
/// Rows are whole patients, each patient's visits in time order, so that a visit's history is the rows before it.
public struct VisitTable: Sendable {
  /// The five texts of a visit, in the order of `embeddings.h5`.
  public enum Text: Int, CaseIterable, Sendable { case diagnosis, procedure, symptom, medication, joined }

  /// d_enc, the width of a text embedding.
  public let width: Int
  /// Cohort-wide visit number of each row.
  public private(set) var visits: [Int32] = []
  /// Number of the visit within its patient, from 0: also the number of earlier visits.
  public private(set) var ordinals: [Int32] = []
  /// `Split.rawValue` of each row's patient.
  public private(set) var splits: [UInt8] = []
  /// Labels of row r: `labels[labelOffsets[r] ..< labelOffsets[r + 1]]`, ascending medication indices.
  public private(set) var labelOffsets: [Int] = [0]
  public private(set) var labels: [Int32] = []
  /// Symptoms of row r, in the same way; empty where the model reads texts.
  public private(set) var symptomOffsets: [Int] = [0]
  public private(set) var symptoms: [Int32] = []
  /// `[rows, 5, d_enc]`.
  public private(set) var features: [Float] = []
  private var rowOfVisit: [Int32: Int] = [:]

  public init(width: Int) { self.width = width }

  public var count: Int { visits.count }

  /// Appends one visit; the visits of a patient come one after the other, oldest first.
  /// - Parameter features: `[5, d_enc]`, d_enc being the width of the table.
  public mutating func append(
    visit: Int32, ordinal: Int32, split: UInt8, labels: some Sequence<Int32>, symptoms: some Sequence<Int32> = [],
    features: UnsafeBufferPointer<Float> = UnsafeBufferPointer(start: nil, count: 0)
  ) {
    rowOfVisit[visit] = visits.count
    visits.append(visit)
    ordinals.append(ordinal)
    splits.append(split)
    self.labels.append(contentsOf: labels)
    labelOffsets.append(self.labels.count)
    self.symptoms.append(contentsOf: symptoms)
    symptomOffsets.append(self.symptoms.count)
    self.features.append(contentsOf: features)
  }

  /// Makes room, so that a shard of known size is copied once.
  public mutating func reserve(rows: Int) {
    features.reserveCapacity(rows * Text.allCases.count * width)
    visits.reserveCapacity(rows)
  }

  /// The row of a visit, or nil when another process holds it.
  public func row(ofVisit visit: Int32) -> Int? { rowOfVisit[visit] }

  /// Rows of one split, ascending.
  public func rows(in split: UInt8) -> [Int] { splits.indices.filter { splits[$0] == split } }

  public func labels(ofRow row: Int) -> ArraySlice<Int32> { labels[labelOffsets[row]..<labelOffsets[row + 1]] }

  public func symptoms(ofRow row: Int) -> ArraySlice<Int32> { symptoms[symptomOffsets[row]..<symptomOffsets[row + 1]] }

  /// Earlier visits that history attention sees: at most `limit`, the most recent, oldest first (`records_med_his`).
  public func history(ofRow row: Int, limit: Int) -> Range<Int> { (row - min(Int(ordinals[row]), limit))..<row }

  /// Copies one text embedding of a row to `destination`.
  public func copy(_ text: Text, ofRow row: Int, to destination: UnsafeMutablePointer<Float>) {
    let start = (row * Text.allCases.count + text.rawValue) * width
    features.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      destination.update(from: base + start, count: width)
    }
  }
}
