import Random
import Testing

@Suite struct PhiloxTests {
  @Test("agrees with the known answers of the Random123 distribution")
  func knownAnswers() {
    #expect(
      Philox.block(counter: .zero, key: .zero) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      Philox.block(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox.block(
        counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }
}

@Suite struct CounterRandomTests {
  let random = CounterRandom(seed: 42, stream: RandomDomain.other.stream(3))

  @Test("word 4i + j is lane j of block i, and key and counter are the seed and the index with the stream")
  func layout() {
    let stream = RandomDomain.other.stream(3)
    let block = Philox.block(
      counter: SIMD4(5, 0, UInt32(truncatingIfNeeded: stream), UInt32(stream >> 32)), key: SIMD2(42, 0))
    for lane in 0..<4 { #expect(random.word(20 + UInt64(lane)) == block[lane]) }
  }

  @Test("seed and stream both change the numbers")
  func independence() {
    let other = CounterRandom(seed: 43, stream: RandomDomain.other.stream(3))
    let third = CounterRandom(seed: 42, stream: RandomDomain.other.stream(4))
    let words = (0..<100).map { random.word($0) }
    #expect(words != (0..<100).map { other.word($0) })
    #expect(words != (0..<100).map { third.word($0) })
  }

  @Test("uniform numbers lie in [0, 1) with the mean and variance of the uniform distribution")
  func uniform() {
    let values = (0..<20_000).map { random.uniform($0) }
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = values.reduce(0, +) / 20_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect(abs(mean - 0.5) < 0.01)  // five standard errors are 0.0102
    #expect(abs(variance - 1.0 / 12) < 0.003)
  }

  @Test("normal numbers have mean 0 and variance 1")
  func normal() {
    let values = (0..<20_000).map { random.normal($0) }
    let mean = values.reduce(0, +) / 20_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    let areFinite = values.allSatisfy { $0.isFinite }
    #expect(areFinite)
    #expect(abs(mean) < 0.035)
    #expect(abs(variance - 1) < 0.05)
  }

  @Test("numbers below a bound cover the range evenly; bounds below 2 give 0")
  func below() {
    var counts = Array(repeating: 0, count: 7)
    for index in 0..<7_000 { counts[random.below(7, UInt64(index))] += 1 }
    let isEven = counts.allSatisfy { abs($0 - 1_000) < 150 }
    #expect(isEven)
    #expect(random.below(1, 5) == 0)
    #expect(random.below(0, 5) == 0)
    #expect(random.below(-3, 5) == 0)
  }

  @Test("a permutation holds every number once and depends on the seed", arguments: [0, 1, 2, 97])
  func permutation(count: Int) {
    #expect(random.permutation(count).sorted() == Array(0..<count))
    #expect(random.permutation(97) != CounterRandom(seed: 1, stream: 0).permutation(97))
    #expect(random.permutation(-1) == [])
  }

  @Test("all orders of three are about equally frequent")
  func permutationFairness() {
    var counts: [[Int]: Int] = [:]
    for seed in 0..<6_000 {
      counts[CounterRandom(seed: UInt64(seed), stream: 0).permutation(3), default: 0] += 1
    }
    #expect(counts.count == 6)
    let isFair = counts.values.allSatisfy { abs($0 - 1_000) < 150 }
    #expect(isFair)
  }

  @Test("a sequence is the stream's 64-bit numbers in order and can continue at a position")
  func sequence() {
    var sequence = SequentialRandom(seed: 42, stream: RandomDomain.other.stream(3))
    #expect((0..<5).map { _ in sequence.next() } == (0..<5).map { random.bits($0) })
    var later = SequentialRandom(seed: 42, stream: RandomDomain.other.stream(3))
    later.position = 5
    #expect(later.next() == sequence.next())
  }

  @Test("domains, sub-indices and names give different streams")
  func streams() {
    var streams = Set(RandomDomain.allCases.map { $0.stream(1) })
    streams.formUnion(RandomDomain.allCases.map { $0.stream(2) })
    streams.formUnion(["proj_dsp.weight", "proj_dsp.bias"].map { RandomDomain.initialisation.stream(named: $0) })
    #expect(streams.count == 2 * RandomDomain.allCases.count + 2)
  }
}
