/// What is known of each medication beside its molecules: columns of small whole numbers, such as the meridians and
/// flavours of herbs as 0 and 1.
public struct MedicationPropertyTable: Equatable, Sendable {
  /// The columns, each name once. [P]
  public var names: [String]
  /// [M × P], row by row: medication m has `values[m * P ..< (m + 1) * P]`.
  public var values: [UInt8]

  public init(names: [String], values: [UInt8]) {
    self.names = names
    self.values = values
  }

  /// P, the number of columns.
  public var width: Int { names.count }
  /// M, the number of medications.
  public var count: Int { names.isEmpty ? 0 : values.count / names.count }

  /// The properties of a medication. [P]
  public subscript(medication: Int) -> ArraySlice<UInt8> { values[medication * width..<(medication + 1) * width] }

  /// Medications of which nothing is known: all zero.
  public var emptyRows: [Int] { (0..<count).filter { self[$0].allSatisfy { $0 == 0 } } }

  /// Nil, or why this is no table of so many medications.
  func fault(medications: Int) -> String? {
    if names.isEmpty { return "the properties have no column" }
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted { return "the properties have two columns \(name)" }
    let (expected, overflow) = medications.multipliedReportingOverflow(by: width)
    if overflow || values.count != expected {
      return
        "there are \(values.count) property values for \(medications) medications of \(width) properties "
        + "(\(overflow ? "too many" : "\(expected)") expected)"
    }
    return nil
  }
}
