/// What each pair of drug codes (GSN and NDC as written) means. A table of millions of prescriptions has a few thousand
/// pairs: each is looked up in the maps once.
struct DrugCodes {
  enum Outcome { case noCode, unmapped, mapped }

  struct Meaning {
    let outcome: Outcome
    /// Of a class: its number among the medications; of an unmapped code: its number in the tally, −1 when it has none.
    var number = -1
    /// Of a class: the route that knew it.
    var route = 0
  }

  private var interner = ByteInterner()
  private var meanings: [Meaning?] = []
  private var key: [UInt8] = []

  /// Numbers the pair of codes.
  mutating func index(_ gsn: Field?, _ ndc: Field?) -> Int {
    key.removeAll(keepingCapacity: true)
    if let gsn { key.append(contentsOf: UnsafeBufferPointer(start: gsn.base, count: gsn.count)) }
    key.append(0)  // in no field: rows with a zero byte are malformed
    if let ndc { key.append(contentsOf: UnsafeBufferPointer(start: ndc.base, count: ndc.count)) }
    let index = Int(key.withUnsafeBufferPointer { interner.index(of: $0) })
    if index == meanings.count { meanings.append(nil) }
    return index
  }

  func meaning(_ index: Int) -> Meaning? { meanings[index] }

  mutating func note(_ meaning: Meaning, of index: Int) { meanings[index] = meaning }
}
