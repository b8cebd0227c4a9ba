import Metrics

/// Prescriptions as sets of symptoms and herbs, and which of them are for what.
public struct HerbData: Sendable {
  public let symptoms: SetRows
  public let herbs: SetRows
  /// Known properties of the herbs, `[herbs, propertyCount]` row by row; empty where nothing is known.
  public let properties: [Float]
  public let propertyCount: Int
  /// Rows that are learnt from, that choose the epoch, and that are only scored.
  public let train, validation, test: [Int]

  public var symptomCount: Int { symptoms.bound }
  public var herbCount: Int { herbs.bound }

  /// - Throws: `BaselineError` for sets of different numbers of rows, properties that are not whole or not finite, fewer
  ///   than two training rows, no validation row, a row that does not exist, or a row with two purposes
  public init(
    symptoms: SetRows, herbs: SetRows, properties: [Float] = [], train: [Int], validation: [Int], test: [Int]
  ) throws(BaselineError) {
    guard symptoms.count == herbs.count else {
      throw .badSets("there are symptoms of \(symptoms.count) rows but herbs of \(herbs.count)")
    }
    guard properties.count.isMultiple(of: herbs.bound) else {
      throw .badProperties("\(properties.count) properties do not divide into rows of \(herbs.bound) herbs")
    }
    guard properties.allSatisfy(\.isFinite) else {
      throw .badProperties("a property of a herb is infinite or not a number")
    }
    guard train.count >= 2, !validation.isEmpty else {
      throw .badSplit(
        "a baseline needs at least 2 training rows and 1 validation row, but there are \(train.count) and "
          + "\(validation.count)")
    }
    var seen = [Bool](repeating: false, count: symptoms.count)
    for row in [train, validation, test].joined() {
      guard seen.indices.contains(row) else {
        throw .badSplit("the split names row \(row), but there are \(symptoms.count) (0..<\(symptoms.count))")
      }
      guard !seen[row] else { throw .badSplit("row \(row) is named twice in train, validation and test") }
      seen[row] = true
    }
    self.symptoms = symptoms
    self.herbs = herbs
    self.properties = properties
    propertyCount = properties.count / herbs.bound
    self.train = train
    self.validation = validation
    self.test = test
  }

  /// The true herbs of some rows.
  public func labels(_ rows: [Int]) throws(MetricError) -> LabelMatrix {
    let (offsets, items) = herbs.selecting(rows)
    return try LabelMatrix(offsets: offsets, indices: items, medications: herbCount)
  }
}

/// How often symptoms and herbs, and pairs of them, occur in some rows.
package struct Cooccurrence: Equatable {
  package let rows: Int
  package let symptoms, herbs: [Int]
  /// Rows with both, `[symptoms, herbs]`.
  package let pairs: [Int32]

  package init(_ data: HerbData, rows: some Collection<Int>) {
    var symptoms = [Int](repeating: 0, count: data.symptomCount)
    var herbs = [Int](repeating: 0, count: data.herbCount)
    var pairs = [Int32](repeating: 0, count: data.symptomCount * data.herbCount)
    for row in rows {
      let set = data.herbs[row]
      for herb in set { herbs[Int(herb)] += 1 }
      for symptom in data.symptoms[row] {
        symptoms[Int(symptom)] += 1
        for herb in set { pairs[Int(symptom) * data.herbCount + Int(herb)] += 1 }
      }
    }
    self.rows = rows.count
    self.symptoms = symptoms
    self.herbs = herbs
    self.pairs = pairs
  }

  /// Share of the rows with a herb.
  func share(_ herb: Int) -> Double { Double(herbs[herb]) / Double(rows) }

  /// Rows that have two items of the same sets together, `[bound, bound]`; the diagonal is 0.
  static func pairs(within sets: SetRows, rows: some Collection<Int>) -> [Int32] {
    var counts = [Int32](repeating: 0, count: sets.bound * sets.bound)
    for row in rows {
      let set = sets[row]
      for a in set { for b in set where a != b { counts[Int(a) * sets.bound + Int(b)] += 1 } }
    }
    return counts
  }
}
