/// What random numbers are for. Different domains of one seed are independent streams.
public enum RandomDomain: UInt64, CaseIterable, Sendable {
  case initialisation = 1
  case dropout = 2
  case shuffle = 3
  case bootstrap = 4
  case synthesis = 5
  case sweep = 6
  case split = 7
  case other = 255

  /// The stream of this domain with a sub-index below 2⁵⁶ (an epoch, a round, a patient).
  public func stream(_ sub: UInt64 = 0) -> UInt64 {
    (rawValue << 56) | (sub & 0x00FF_FFFF_FFFF_FFFF)
  }

  /// The stream of this domain for a name (a parameter path): FNV-1a of its UTF-8 bytes, 56 bits of it.
  public func stream(named name: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
    return stream(hash ^ (hash >> 56))
  }
}
