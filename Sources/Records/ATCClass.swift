/// An ATC third-level class (one letter, two digits, one letter: N02B), packed so that order is alphabetical.
struct ATCClass: Hashable, Comparable {
  private let packed: UInt32

  /// The first four characters of an ATC code of any level from the third on; nil for anything else.
  init?(_ field: Field) {
    guard field.count >= 4, field.count <= 7 else { return nil }
    var packed: UInt32 = 0
    for position in 0..<4 {
      var byte = field.base[position]
      if position == 1 || position == 2 {
        guard (0x30...0x39).contains(byte) else { return nil }
      } else {
        byte &= 0xDF  // upper case
        guard (0x41...0x5A).contains(byte) else { return nil }
      }
      packed = packed << 8 | UInt32(byte)
    }
    self.packed = packed
  }

  var code: String {
    String(decoding: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: packed >> $0) }, as: UTF8.self)
  }

  static func < (left: ATCClass, right: ATCClass) -> Bool { left.packed < right.packed }

  /// Of two classes of one drug, the one an import takes: a class of systemic medicines before one of local medicines
  /// (mouth A01, vessels C05, skin D, genital G01, joints M02, nose R01, throat R02, eye and ear S, various V), then
  /// the alphabetically first. Independent of the order of the map's rows.
  func preferred(to other: ATCClass) -> Bool {
    isLocal == other.isLocal ? self < other : !isLocal
  }

  private var isLocal: Bool {
    let text = code
    return ["A01", "C05", "D", "G01", "M02", "R01", "R02", "S", "V"].contains { text.hasPrefix($0) }
  }

  /// The class written in a Swift string.
  init?(_ text: String) {
    var text = text
    guard
      let found = text.withUTF8({ bytes in bytes.baseAddress.flatMap { ATCClass(Field(base: $0, count: bytes.count)) } }
      )
    else { return nil }
    self = found
  }
}
