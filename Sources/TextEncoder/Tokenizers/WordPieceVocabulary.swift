/// The tokens of `vocab.txt`, one per line; the line number is the token's id.
///
/// Look-up works on bytes: two open-addressing tables (start of a word, continuation `##…`) with a running FNV-1a
/// hash, so that the longest matching piece is found without making a string.
public struct WordPieceVocabulary: Equatable, Sendable {
  public let tokens: [String]
  let starts: ByteTable
  let continuations: ByteTable

  /// Tokens behind the pieces, which were added later: found as a whole only.
  private let added: ByteTable

  /// - Parameters:
  ///   - tokens: the pieces by id; of two equal ones the later wins, as in Hugging Face's tokenizers; "" is none.
  ///   - added: tokens of the ids behind them.
  public init(tokens: [String], added: [String] = []) {
    self.tokens = tokens + added
    self.added = ByteTable(added.enumerated().map { (Array($1.utf8), Int32(tokens.count + $0)) })
    var starts: [([UInt8], Int32)] = []
    var continuations: [([UInt8], Int32)] = []
    for (id, token) in tokens.enumerated() {
      let bytes = Array(token.utf8)
      starts.append((bytes, Int32(id)))
      if bytes.starts(with: [0x23, 0x23]) { continuations.append((Array(bytes.dropFirst(2)), Int32(id))) }
    }
    self.starts = ByteTable(starts)
    self.continuations = ByteTable(continuations)
  }

  /// Splits at line feeds; white space at the end of a line does not count.
  public init(text: String) { self.init(tokens: Self.lines(text)) }

  static func lines(_ text: String) -> [String] {
    // Scalars, not characters: "\r\n" is one character.
    var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var line = line
      while let last = line.last, last.properties.isWhitespace { line.removeLast() }
      return String(line)
    }
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  public var count: Int { tokens.count }

  /// The id of a whole token, `##` included. Tokens are told apart by their bytes.
  public func id(of token: String) -> Int32? {
    Array(token.utf8).withUnsafeBufferPointer { key in
      let hash = ByteTable.hash(key)
      return starts.value(key, hash: hash) ?? added.value(key, hash: hash)
    }
  }
}

/// Byte strings → ids, by open addressing at most half full.
struct ByteTable: Equatable, Sendable {
  private var slots: [Int32]
  private var hashes: [UInt32] = []
  private var offsets: [Int32] = [0]
  private var bytes: [UInt8] = []
  private var values: [Int32] = []
  /// Length of the longest key in bytes.
  private(set) var longest = 0

  static let seed: UInt32 = 2_166_136_261
  @inline(__always) static func step(_ hash: UInt32, _ byte: UInt8) -> UInt32 { (hash ^ UInt32(byte)) &* 16_777_619 }
  /// FNV-1a leaves the low bits weak for short keys; fold the high half in before masking.
  @inline(__always) private static func spread(_ hash: UInt32) -> Int { Int(hash ^ (hash >> 15)) }

  static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt32 { key.reduce(seed, step) }

  init(_ pairs: [([UInt8], Int32)]) {
    var capacity = 16
    while capacity < 2 * pairs.count { capacity *= 2 }
    slots = Array(repeating: -1, count: capacity)
    for (key, value) in pairs {
      key.withUnsafeBufferPointer { key in
        let hash = Self.hash(key)
        if let entry = entry(key, hash: hash) {
          values[entry] = value
          return
        }
        var slot = Self.spread(hash) & (capacity - 1)
        while slots[slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
        slots[slot] = Int32(values.count)
        hashes.append(hash)
        values.append(value)
        bytes.append(contentsOf: key)
        offsets.append(Int32(bytes.count))
        longest = max(longest, key.count)
      }
    }
  }

  private func entry(_ key: UnsafeBufferPointer<UInt8>, hash: UInt32) -> Int? {
    let mask = slots.count - 1
    var slot = Self.spread(hash) & mask
    while slots[slot] >= 0 {
      let entry = Int(slots[slot])
      if hashes[entry] == hash {
        let start = Int(offsets[entry])
        if Int(offsets[entry + 1]) - start == key.count {
          var same = true
          for i in 0..<key.count where bytes[start + i] != key[i] {
            same = false
            break
          }
          if same { return entry }
        }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  func value(_ key: UnsafeBufferPointer<UInt8>, hash: UInt32) -> Int32? {
    entry(key, hash: hash).map { values[$0] }
  }
}
