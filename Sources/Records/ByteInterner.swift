import Foundation

/// Distinct byte strings, numbered in the order they first came. Looking up a slice makes no `String`.
struct ByteInterner {
  /// Open addressing: hash in the upper half, entry + 1 in the lower, 0 = free. Always at most half full.
  private var slots: [UInt64] = Array(repeating: 0, count: 256)
  private var ends: [Int] = [0]
  private var bytes: [UInt8] = []

  var count: Int { ends.count - 1 }

  /// The number of a byte string, a new one if it was not seen before.
  mutating func index(of slice: UnsafeBufferPointer<UInt8>) -> Int32 {
    let hash = Self.hash(slice)
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let word = slots[slot]
      let entry = Int(UInt32(truncatingIfNeeded: word)) - 1
      if UInt32(word >> 32) == hash, equals(entry, slice) { return Int32(entry) }
      slot = (slot + 1) & (slots.count - 1)
    }
    let entry = count
    bytes.append(contentsOf: slice)
    ends.append(bytes.count)
    slots[slot] = UInt64(hash) << 32 | UInt64(entry + 1)
    if count * 2 > slots.count { grow() }
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
      let word = slots[slot]
      let entry = Int(UInt32(truncatingIfNeeded: word)) - 1
      if UInt32(word >> 32) == hash, equals(entry, slice) { return Int32(entry) }
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

  /// By bytes alone.
  func bytesPrecede(_ left: Int32, _ right: Int32) -> Bool {
    bytes[ends[Int(left)]..<ends[Int(left) + 1]].lexicographicallyPrecedes(
      bytes[ends[Int(right)]..<ends[Int(right) + 1]])
  }

  subscript(entry: Int) -> String {
    bytes.withUnsafeBufferPointer {
      ForeignText.string(UnsafeBufferPointer(rebasing: $0[ends[entry]..<ends[entry + 1]]))
    }
  }

  private func equals(_ entry: Int, _ slice: UnsafeBufferPointer<UInt8>) -> Bool {
    let first = ends[entry]
    guard ends[entry + 1] - first == slice.count else { return false }
    guard let base = slice.baseAddress else { return true }
    return bytes.withUnsafeBufferPointer { known in
      known.baseAddress.map { memcmp($0 + first, base, slice.count) == 0 } ?? true
    }
  }

  private mutating func grow() {
    let words = slots
    slots = Array(repeating: 0, count: words.count * 2)
    for word in words where word != 0 {
      var slot = Int(word >> 32) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = word
    }
  }

  /// Eight bytes at a time, multiplied and folded; of this process alone.
  private static func hash(_ slice: UnsafeBufferPointer<UInt8>) -> UInt32 {
    let raw = UnsafeRawBufferPointer(slice)
    var hash = UInt64(truncatingIfNeeded: raw.count) &* 0x9E37_79B9_7F4A_7C15
    var place = 0
    while place + 8 <= raw.count {
      hash = fold(hash ^ raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      place += 8
    }
    var tail: UInt64 = 0
    while place < raw.count {
      tail = tail << 8 | UInt64(raw[place])
      place += 1
    }
    return UInt32(truncatingIfNeeded: fold(hash ^ tail) >> 16)
  }

  private static func fold(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }
}
