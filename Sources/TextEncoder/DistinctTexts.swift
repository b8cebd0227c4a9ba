/// Equal texts are encoded once: every distinct text with the places where it occurs.
struct DistinctTexts {
  /// Distinct texts as tokens, in order of first occurrence.
  private(set) var lists = TokenLists()
  /// For each visit and kind, row-major `[visits, 5]`, its distinct text.
  private(set) var visitRows: [Int32] = []
  /// For each medication, its distinct text.
  private(set) var medicationRows: [Int32] = []
  /// Places whose text was cut, and places whose text is empty.
  private(set) var truncatedPlaces = 0
  private(set) var emptyPlaces = 0

  init(_ texts: VisitTexts, _ encoder: BERTEncoder) {
    var rows: [String: Int32] = [:]
    var truncated: [Bool] = []
    func row(_ text: String, _ self: inout DistinctTexts) -> Int32 {
      if text.isEmpty { self.emptyPlaces += 1 }
      if let row = rows[text] {
        if truncated[Int(row)] { self.truncatedPlaces += 1 }
        return row
      }
      let row = Int32(truncated.count)
      let tokens = encoder.tokens(text)
      self.lists.append(tokens)
      truncated.append(tokens.isTruncated)
      if tokens.isTruncated { self.truncatedPlaces += 1 }
      rows[text] = row
      return row
    }
    visitRows.reserveCapacity(texts.visitCount * VisitTextKind.allCases.count)
    for visit in 0..<texts.visitCount {
      for kind in VisitTextKind.allCases { visitRows.append(row(texts.text(kind, visit: visit), &self)) }
    }
    for text in texts.medications { medicationRows.append(row(text, &self)) }
  }
}
