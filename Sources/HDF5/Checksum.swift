internal import CXXHash

/// Fast checksums against accidents (not against forgery): XXH3 of the xxHash library.
public enum Checksum {
  /// XXH3, 64 bits, seed 0.
  public static func xxh3(_ bytes: UnsafeRawBufferPointer) -> UInt64 { XXH3_64bits(bytes.baseAddress, bytes.count) }

  /// XXH3, 128 bits, seed 0, as 32 hexadecimal digits.
  public static func xxh3Hex(_ bytes: UnsafeRawBufferPointer) -> String {
    hex(XXH3_128bits(bytes.baseAddress, bytes.count))
  }

  /// XXH3, 128 bits, seed 0, as its upper and lower half.
  public static func xxh3Halves(_ bytes: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64) {
    let hash = XXH3_128bits(bytes.baseAddress, bytes.count)
    return (hash.high64, hash.low64)
  }

  static func hex(_ hash: XXH128_hash_t) -> String {
    [hash.high64, hash.low64].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}

/// XXH3-128 of bytes that arrive in pieces; the pieces' boundaries do not matter.
final class StreamingHash {
  private let state: OpaquePointer

  /// Nil when memory runs out.
  init?() {
    guard let state = XXH3_createState() else { return nil }
    XXH3_128bits_reset(state)
    self.state = state
  }

  deinit { XXH3_freeState(state) }

  func add(_ bytes: UnsafeRawBufferPointer) {
    if !bytes.isEmpty { XXH3_128bits_update(state, bytes.baseAddress, bytes.count) }
  }

  /// The UTF-8 bytes and a zero byte.
  func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    add(byte: 0)
  }

  /// Eight bytes, little-endian.
  func add(_ number: Int) {
    withUnsafeBytes(of: UInt64(bitPattern: Int64(number)).littleEndian) { add($0) }
  }

  func add(byte: UInt8) { withUnsafeBytes(of: byte) { add($0) } }

  /// The lower half, for checksums that need no more.
  var low64: UInt64 { XXH3_128bits_digest(state).low64 }

  var hex: String { Checksum.hex(XXH3_128bits_digest(state)) }
}
