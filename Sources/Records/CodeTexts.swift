/// What the rows of a table say about their codes: of several texts of one code the most frequent counts, whatever the
/// order of the rows; of equally frequent ones the first by bytes.
struct CodeTexts {
  private var written = ByteInterner()
  /// Per code: the text it first had (−1: none yet) and its rows. Most codes have no other.
  private var first: [Int32] = []
  private var firstRows: [Int] = []
  /// (code, text) → rows, for the other texts.
  private var others: [UInt64: Int] = [:]

  /// A row's text of a code.
  mutating func note(_ code: Int32, _ text: Field) {
    let code = Int(code)
    while first.count <= code {
      first.append(-1)
      firstRows.append(0)
    }
    if first[code] < 0 { first[code] = written.index(of: text) }
    if written.equals(first[code], text) {
      firstRows[code] += 1
    } else {
      others[UInt64(code) << 32 | UInt64(written.index(of: text)), default: 0] += 1
    }
  }

  /// The text of each code, in the order of their numbers; empty where none was noted.
  var chosen: [String] {
    var best = first
    var rows = firstRows
    for (key, count) in others {
      let code = Int(key >> 32)
      let text = Int32(key & 0xFFFF_FFFF)
      if count > rows[code] || count == rows[code] && written.bytesPrecede(text, best[code]) {
        best[code] = text
        rows[code] = count
      }
    }
    return best.map { $0 < 0 ? "" : written[Int($0)] }
  }
}
