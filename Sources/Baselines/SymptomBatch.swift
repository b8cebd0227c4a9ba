import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Sets of symptoms as the edges of a sparse 0/1 matrix X `[rows, symptoms]`. Rows have 1.5 symptoms on average, so X T
/// by edges costs 1.5 rows of T a row, where the dense product reads all 390.
package struct SymptomBatch<Element: TensorElement> {
  let symptom, row: RowIndex
  let ones, shares: Tensor<Element>

  package init(_ data: HerbData, rows: ArraySlice<Int>) throws {
    let (offsets, items) = data.symptoms.selecting(rows)
    symptom = try RowIndex(items, bound: data.symptomCount)
    var (targets, shares): ([Int32], [Element]) = ([], [])
    for row in 0..<rows.count {
      let count = offsets[row + 1] - offsets[row]
      for _ in 0..<count {
        targets.append(Int32(row))
        shares.append(Element(1 / Double(count)))
      }
    }
    row = try RowIndex(targets, bound: rows.count)
    ones = Tensor.full(1, [items.count])
    self.shares = try Tensor(shares, [items.count])
  }

  /// X table: the sum of the table's rows of every set; 0 for an empty set.
  /// - Shape: table `[symptoms, D]` → `[rows, D]`
  func sums(of table: Tensor<Element>) throws(ShapeError) -> Tensor<Element> {
    try Tensor.edgeSum(table, weights: ones, source: symptom, target: row)
  }

  /// The mean of the table's rows of every set; 0 for an empty set.
  func means(of table: Tensor<Element>) throws(ShapeError) -> Tensor<Element> {
    try Tensor.edgeSum(table, weights: shares, source: symptom, target: row)
  }
}

extension HerbData {
  /// The true herbs of some rows as 0 and 1, `[rows, herbs]`.
  func targets<Element: TensorElement>(_ rows: ArraySlice<Int>, as type: Element.Type) throws -> Tensor<Element> {
    let (offsets, items) = herbs.selecting(rows)
    return try Tensor.multiHot(RowIndex(items, bound: herbCount), Segments(offsets: offsets))
  }

  /// log(q / (1 − q)) of the share q of training rows with each herb; shares below 1e-4 (herbs never seen) count as 1e-4.
  var priorLogits: [Double] {
    let counts = Cooccurrence(self, rows: train)
    return (0..<herbCount).map { herb in
      let share = min(max(counts.share(herb), 1e-4), 1 - 1e-4)
      return log(share / (1 - share))
    }
  }
}
