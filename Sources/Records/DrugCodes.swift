/// What each pair of drug codes (GSN and NDC as written) means. A table of millions of prescriptions has a few thousand
/// pairs: each is looked up in the maps once.
struct DrugCodes {
  enum Meaning {
    case noCode
    /// Number among the unmapped codes.
    case unmapped(number: Int)
    /// Number among the medications, and the route that knew the code.
    case mapped(number: Int32, route: Int)
  }

  private var interner = ByteInterner()
  private var meanings: [Meaning?] = []
  private var key: [UInt8] = []

  /// Numbers the pair of codes.
  mutating func index(_ gsn: Field?, _ ndc: Field?) -> Int {
    key.removeAll(keepingCapacity: true)
    if let gsn { key.append(contentsOf: gsn.bytes) }
    key.append(0)  // in no field: rows with a zero byte are malformed
    if let ndc { key.append(contentsOf: ndc.bytes) }
    let index = Int(key.withUnsafeBufferPointer { interner.index(of: $0) })
    if index == meanings.count { meanings.append(nil) }
    return index
  }

  func meaning(_ index: Int) -> Meaning? { meanings[index] }

  mutating func note(_ meaning: Meaning, of index: Int) { meanings[index] = meaning }
}
