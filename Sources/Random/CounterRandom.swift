#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Random numbers by position: the same (seed, stream, index) gives the same number on every machine and in every order.
///
/// Philox4x32-10 with the seed as key and (index / 4, stream) as counter. The calls differ in what an index spends:
/// `word` one 32-bit word, `uniform`, `below` and `normal` two, four and four; so mixing calls on one stream reuses bits.
public struct CounterRandom: Sendable {
  private let key: SIMD2<UInt32>
  private let streamLow: UInt32
  private let streamHigh: UInt32

  /// - Parameter stream: what the numbers are for: `RandomDomain.shuffle.stream(epoch)`.
  public init(seed: UInt64, stream: UInt64) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    streamLow = UInt32(truncatingIfNeeded: stream)
    streamHigh = UInt32(truncatingIfNeeded: stream >> 32)
  }

  /// Four words; block i holds words 4i ..< 4i + 4.
  public func block(_ index: UInt64) -> SIMD4<UInt32> {
    Philox.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), streamLow, streamHigh),
      key: key)
  }

  /// Word number `index`, all 32 bits random.
  public func word(_ index: UInt64) -> UInt32 {
    block(index >> 2)[Int(index & 3)]
  }

  /// 64 random bits: words 2·index and 2·index + 1.
  public func bits(_ index: UInt64) -> UInt64 {
    let words = block(index >> 1)
    return index & 1 == 0 ? Self.low(words) : Self.high(words)
  }

  static func low(_ words: SIMD4<UInt32>) -> UInt64 { UInt64(words.x) | (UInt64(words.y) << 32) }
  static func high(_ words: SIMD4<UInt32>) -> UInt64 { UInt64(words.z) | (UInt64(words.w) << 32) }

  /// Uniform in [0, 1) with 53 bits.
  public func uniform(_ index: UInt64) -> Double {
    Double(bits(index) >> 11) * 0x1p-53
  }

  /// Uniform in 0 ..< bound; 0 when the bound is below 2.
  /// The high word of bits · bound: its bias is at most bound / 2⁶⁴, without a loop that would spend a varying number
  /// of words.
  public func below(_ bound: Int, _ index: UInt64) -> Int {
    guard bound > 1 else { return 0 }
    return Int(bits(index).multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Standard normal, by Box–Muller: √(−2 ln u) cos(2πv) with u in (0, 1].
  public func normal(_ index: UInt64) -> Double {
    let words = block(index)
    let u = Double((UInt64(words.x) | (UInt64(words.y) << 32)) >> 11) * 0x1p-53
    let v = Double((UInt64(words.z) | (UInt64(words.w) << 32)) >> 11) * 0x1p-53
    return (-2 * log(1 - u)).squareRoot() * cos(2 * .pi * v)
  }

  /// A permutation of 0 ..< count: Fisher–Yates from the end, where step i uses `below(i + 1, i)`.
  public func permutation(_ count: Int) -> [Int] {
    guard count > 0 else { return [] }
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(i, below(i + 1, UInt64(i)))
    }
    return order
  }
}

/// The sequential view of a stream, for the standard library's `random(in:using:)` and `shuffle(using:)`.
public struct SequentialRandom: RandomNumberGenerator, Sendable {
  private let source: CounterRandom
  /// How many 64-bit numbers were drawn; setting it continues a stream elsewhere.
  public var position: UInt64 = 0
  /// A block holds two numbers: the second, and its position (always odd; 0 when there is none).
  private var spare: UInt64 = 0
  private var spareIndex: UInt64 = 0

  public init(seed: UInt64, stream: UInt64) {
    source = CounterRandom(seed: seed, stream: stream)
  }

  public mutating func next() -> UInt64 {
    let index = position
    position &+= 1
    if index & 1 == 1 { return index == spareIndex ? spare : source.bits(index) }
    let words = source.block(index >> 1)
    spare = CounterRandom.high(words)
    spareIndex = index &+ 1
    return CounterRandom.low(words)
  }
}
