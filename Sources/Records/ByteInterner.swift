/// Distinct byte strings, numbered in the order they first came. Looking up a slice makes no `String`.
struct ByteInterner {
  /// Open addressing: entry + 1, 0 = free. Always at most half full.
  private var slots: [Int32] = Array(repeating: 0, count: 256)
  private var hashes: [UInt32] = []
  private var ends: [Int] = [0]
  private var bytes: [UInt8] = []

  var count: Int { hashes.count }

  /// The number of a byte string, a new one if it was not seen before.
  mutating func index(of slice: UnsafeBufferPointer<UInt8>) -> Int32 {
    let hash = Self.hash(slice)
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let entry = Int(slots[slot]) - 1
      if hashes[entry] == hash, equals(entry, slice) { return Int32(entry) }
      slot = (slot + 1) & (slots.count - 1)
    }
    let entry = hashes.count
    hashes.append(hash)
    bytes.append(contentsOf: slice)
    ends.append(bytes.count)
    slots[slot] = Int32(entry + 1)
    if hashes.count * 2 > slots.count { grow() }
    return Int32(entry)
  }

  mutating func index(of field: Field) -> Int32 {
    index(of: UnsafeBufferPointer(start: field.base, count: field.count))
  }

  mutating func index(of text: String) -> Int32 {
    var text = text
    return text.withUTF8 { index(of: $0) }
  }

  /// The number of a byte string that was seen before; nil for any other.
  func find(_ field: Field) -> Int32? { find(UnsafeBufferPointer(start: field.base, count: field.count)) }

  func find(_ slice: UnsafeBufferPointer<UInt8>) -> Int32? {
    let hash = Self.hash(slice)
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let entry = Int(slots[slot]) - 1
      if hashes[entry] == hash, equals(entry, slice) { return Int32(entry) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  func equals(_ entry: Int32, _ field: Field) -> Bool {
    equals(Int(entry), UnsafeBufferPointer(start: field.base, count: field.count))
  }

  /// Shorter strings first, then by bytes: whole numbers come in the order of their values.
  func precedes(_ left: Int32, _ right: Int32) -> Bool {
    let a = ends[Int(left)]..<ends[Int(left) + 1]
    let b = ends[Int(right)]..<ends[Int(right) + 1]
    if a.count != b.count { return a.count < b.count }
    for offset in 0..<a.count where bytes[a.lowerBound + offset] != bytes[b.lowerBound + offset] {
      return bytes[a.lowerBound + offset] < bytes[b.lowerBound + offset]
    }
    return false
  }

  subscript(entry: Int) -> String { String(decoding: bytes[ends[entry]..<ends[entry + 1]], as: UTF8.self) }

  private func equals(_ entry: Int, _ slice: UnsafeBufferPointer<UInt8>) -> Bool {
    let first = ends[entry]
    guard ends[entry + 1] - first == slice.count else { return false }
    for offset in 0..<slice.count where bytes[first + offset] != slice[offset] { return false }
    return true
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for (entry, hash) in hashes.enumerated() {
      var slot = Int(hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(entry + 1)
    }
  }

  /// FNV-1a.
  private static func hash(_ slice: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for byte in slice { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return hash ^ (hash >> 15)
  }
}
