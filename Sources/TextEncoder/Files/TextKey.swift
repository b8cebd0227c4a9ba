import HDF5

/// Which text a row of a file is of: XXH3-128 of its UTF-8 bytes, seed 0. Two texts have the same key by accident only,
/// once in 10³⁰ pairs or so.
struct TextKey: Hashable, Sendable {
  var high, low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  init(_ text: String) {
    var text = text
    let halves = text.withUTF8 { Checksum.xxh3Halves(UnsafeRawBufferPointer($0)) }
    self.init(high: halves.high, low: halves.low)
  }

  /// Where a file keeps the keys of the rows of a dataset, uint64 `[…, 2]` (upper half first): `/keys/visits`.
  static func dataset(_ rows: String) -> String { "/keys" + rows }
  /// Where it keeps their tokens, int32 `[…]`, negative for texts that were longer than the limit: `/tokens/visits`.
  static func tokens(_ rows: String) -> String { "/tokens" + rows }
}
