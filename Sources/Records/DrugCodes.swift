/// What each pair of drug codes (GSN and NDC as written) means. A table of millions of prescriptions has a few thousand
/// pairs: each is looked up in the maps once.
package struct DrugCodes {
  package enum Meaning: Equatable {
    case noCode
    /// Number among the unmapped codes.
    case unmapped(number: Int)
    /// Number among the medications, and the route that knew the code.
    case mapped(number: Int32, route: Int)
  }

  /// A pair as three words, and what it means: 32 bytes, so that a row costs one line of the cache.
  private struct Slot {
    var gsn: UInt64 = 0
    var ndc: UInt64 = 0
    var rest: UInt64 = 0
    var number: Int32 = 0
    var kind = Slot.free

    static let free = Int32(-3)
    static let unmapped = Int32(-2)
    static let noCode = Int32(-1)

    /// A kind from 0 is the route.
    mutating func set(_ meaning: Meaning) {
      switch meaning {
      case .noCode: kind = Self.noCode
      case .unmapped(let found): (kind, number) = (Self.unmapped, Int32(truncatingIfNeeded: found))
      case .mapped(let found, let route): (kind, number) = (Int32(truncatingIfNeeded: route), found)
      }
    }

    var meaning: Meaning {
      switch kind {
      case Self.noCode: .noCode
      case Self.unmapped: .unmapped(number: Int(number))
      default: .mapped(number: number, route: Int(kind))
      }
    }
  }

  /// Open addressing; at most three quarters full.
  private var slots = [Slot](repeating: Slot(), count: 1 << 12)
  private var used = 0
  /// Where the pair that was looked for last belongs; nil for one that does not fit into three words.
  private var last: Int?
  private var key = Slot()
  /// Pairs of more bytes; `longKey` is the one looked for last.
  private var long: [[UInt8]: Meaning] = [:]
  private var longKey: [UInt8] = []

  package init() {}

  /// What the pair means; nil when it was not noted yet.
  package mutating func meaning(_ gsn: Field?, _ ndc: Field?) -> Meaning? {
    let gsnCount = gsn?.count ?? 0
    let ndcCount = ndc?.count ?? 0
    guard gsnCount < 8, ndcCount < 16 else { return longMeaning(gsn, ndc) }
    // Up to 7 bytes and their number, up to 15 bytes and theirs.
    let first = Self.word(gsn, 0, gsnCount) | UInt64(gsnCount) << 56
    let second = Self.word(ndc, 0, min(ndcCount, 8))
    let third = Self.word(ndc, 8, max(ndcCount - 8, 0)) | UInt64(ndcCount) << 56
    var slot = Self.place(first, second, third) & (slots.count - 1)
    while slots[slot].kind != Slot.free {
      if slots[slot].gsn == first, slots[slot].ndc == second, slots[slot].rest == third { return slots[slot].meaning }
      slot = (slot + 1) & (slots.count - 1)
    }
    last = slot
    key = Slot(gsn: first, ndc: second, rest: third)
    return nil
  }

  /// Notes what the pair means that `meaning` did not know just now.
  package mutating func note(_ meaning: Meaning) {
    guard let last else {
      long[longKey] = meaning
      return
    }
    slots[last] = key
    slots[last].set(meaning)
    used += 1
    if used * 4 > slots.count * 3 { grow() }
  }

  private mutating func longMeaning(_ gsn: Field?, _ ndc: Field?) -> Meaning? {
    // A zero is in no field: rows with a zero byte are malformed.
    longKey = (gsn.map { Array($0.bytes) } ?? []) + [0] + (ndc.map { Array($0.bytes) } ?? [])
    last = nil
    return long[longKey]
  }

  private mutating func grow() {
    let full = slots
    slots = Array(repeating: Slot(), count: full.count * 2)
    for entry in full where entry.kind != Slot.free {
      var slot = Self.place(entry.gsn, entry.ndc, entry.rest) & (slots.count - 1)
      while slots[slot].kind != Slot.free { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = entry
    }
  }

  /// `count` bytes of a field, at most 8, as a number; the other bits are 0.
  @inline(__always)
  private static func word(_ field: Field?, _ from: Int, _ count: Int) -> UInt64 {
    guard let field, count > 0 else { return 0 }
    let raw = UnsafeRawPointer(field.base + from)
    if count == 8 { return raw.loadUnaligned(as: UInt64.self) }
    if count >= 4 {
      let low = UInt64(raw.loadUnaligned(as: UInt32.self))
      let high = UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
      return low | high << UInt64((count - 4) * 8)
    }
    let bytes = field.base + from
    let middle = count / 2
    return UInt64(bytes[0]) | UInt64(bytes[middle]) << UInt64(middle * 8)
      | UInt64(bytes[count - 1]) << UInt64((count - 1) * 8)
  }

  @inline(__always)
  private static func place(_ first: UInt64, _ second: UInt64, _ third: UInt64) -> Int {
    let left = (first ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: second ^ 0xA076_1D64_78BD_642F)
    let mixed = (left.high ^ left.low ^ third).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return Int(truncatingIfNeeded: mixed.high ^ mixed.low)
  }
}
