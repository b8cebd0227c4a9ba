/// The true medications of visits as rows of 0 and 1, `[visits, medications]`.
public struct LabelMatrix: Equatable, Sendable {
  public let visits: Int
  public let medications: Int
  /// Row by row; 1 where the medication was prescribed.
  public let values: [UInt8]

  /// From a dense matrix, row by row; anything but 0 counts as prescribed.
  /// - Throws: `MetricError.length` unless the rows are whole.
  public init(dense: [Float], medications: Int) throws(MetricError) {
    guard medications > 0 else { throw .badSetting("an evaluation needs at least one medication") }
    guard dense.count.isMultiple(of: medications) else {
      let visits = dense.count / medications + 1
      throw .length("labels (\(visits) visits of \(medications))", expected: visits * medications, found: dense.count)
    }
    self.init(unchecked: dense.map { $0 != 0 ? 1 : 0 }, medications: medications)
  }

  /// From lists: visit v has the medications `indices[offsets[v]..<offsets[v + 1]]`; one named twice counts once.
  /// - Throws: `MetricError.badOffsets`, `MetricError.outOfRange`
  public init(offsets: [Int], indices: [Int32], medications: Int) throws(MetricError) {
    guard medications > 0 else { throw .badSetting("an evaluation needs at least one medication") }
    try checkOffsets(offsets, count: indices.count, of: "labels")
    var values = [UInt8](repeating: 0, count: (offsets.count - 1) * medications)
    for visit in 0..<(offsets.count - 1) {
      for index in indices[offsets[visit]..<offsets[visit + 1]] {
        guard index >= 0, index < Int32(medications) else {
          throw .outOfRange("visit \(visit)", index: Int(index), medications: medications)
        }
        values[visit * medications + Int(index)] = 1
      }
    }
    self.init(unchecked: values, medications: medications)
  }

  private init(unchecked values: [UInt8], medications: Int) {
    self.values = values
    self.medications = medications
    visits = values.count / medications
  }

  /// The rows of some visits.
  public func rows(_ range: Range<Int>) -> LabelMatrix {
    LabelMatrix(
      unchecked: Array(values[range.lowerBound * medications..<range.upperBound * medications]),
      medications: medications)
  }

  /// Whether a visit has a medication.
  public subscript(visit: Int, medication: Int) -> Bool { values[visit * medications + medication] != 0 }

  /// Medications of a visit, ascending.
  public func medications(of visit: Int) -> [Int] {
    (0..<medications).filter { self[visit, $0] }
  }
}

/// CSR offsets: 0 first, never decreasing, `count` last.
func checkOffsets(_ offsets: [Int], count: Int, of what: String) throws(MetricError) {
  guard offsets.first == 0, offsets.last == count else { throw .badOffsets(what) }
  for (a, b) in zip(offsets, offsets.dropFirst()) where a > b { throw .badOffsets(what) }
}
