import TensorCore
import Testing

/// Adam's ways to the same step: over gradients and from factors, fast and plain.
@Suite struct AdamKernelTests {
  struct Extent: CustomTestStringConvertible {
    let rows, inputs: Int
    var testDescription: String { "\(rows)x\(inputs)" }
  }
  /// No rows; fewer and more than a block has turns; blocks, pairs and single rows; columns behind the last block.
  static let extents = [
    Extent(rows: 0, inputs: 5), Extent(rows: 1, inputs: 16), Extent(rows: 8, inputs: 64), Extent(rows: 3, inputs: 133),
    Extent(rows: 64, inputs: 192), Extent(rows: 30, inputs: 333), Extent(rows: 100, inputs: 130),
  ]
  /// Two blocks of six rows of the weight, a pair and a single one, with rows before and behind that stay.
  static let outputs = 17
  static let range = 1..<16

  /// Powers of two where they can be: their products are exact, however they are contracted.
  static let rule = AdamRule<Float>(
    beta1: 0.75, beta2: 0.5, epsilon: 1.0 / 1024, rate: 1.0 / 64, rootCorrection: 0.5, coupledDecay: 1.0 / 512,
    weightFactor: 1 - 1.0 / 128)

  struct State {
    var weights, mean, square: [Float]

    init(_ count: Int) {
      weights = (0..<count).map { Float($0 * 7 % 31 + 1) / 32 }
      mean = (0..<count).map { Float($0 * 5 % 29 - 14) / 64 }
      square = (0..<count).map { Float($0 * 3 % 23 + 1) / 128 }
    }
  }

  /// Six steps from factors that are small whole multiples of powers of two: their product has the same bits in any order.
  static func run(_ extent: Extent, _ step: (inout State, _ x: [Float], _ dy: [Float]) -> Void) -> State {
    var state = State(outputs * extent.inputs)
    for turn in 0..<6 {
      let x = (0..<(max(extent.rows, 1) * extent.inputs)).map { Float(($0 * 5 + turn) % 9 - 4) / 8 }
      let dy = (0..<(max(extent.rows, 1) * outputs)).map { Float(($0 * 3 + turn * 2) % 7 - 3) / 64 }
      step(&state, x, dy)
    }
    return state
  }

  static func factored<K: KernelSet>(_: K.Type, _ extent: Extent, _ rule: AdamRule<Float> = Self.rule) -> State
  where K.Element == Float {
    run(extent) { state, x, dy in
      K.adamFactors(
        rule, weights: &state.weights, mean: &state.mean, square: &state.square, x: x, dy: dy, count: extent.rows,
        inputs: extent.inputs, outputs: outputs, rows: range)
    }
  }

  static func multiplied<K: KernelSet>(_: K.Type, _ extent: Extent, _ rule: AdamRule<Float> = Self.rule) -> State
  where K.Element == Float {
    run(extent) { state, x, dy in
      var gradient = [Float](repeating: 0, count: outputs * extent.inputs)
      _ = PlainKernels<Float>.productTransposed(
        dy, x, &gradient, rows: extent.rows, m: outputs, n: extent.inputs)
      K.adam(
        rule, weights: &state.weights, gradients: gradient, mean: &state.mean, square: &state.square, gradient.count)
    }
  }

  /// The largest distance in units of the last place, those of 1/16 for numbers below.
  static func distance(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { worst, pair in
      guard pair.0.isFinite, pair.1.isFinite else { return .infinity }
      return max(worst, abs(pair.0 - pair.1) / max(abs(pair.0), abs(pair.1), 1.0 / 16).ulp)
    }
  }

  static func distances(_ a: State, _ b: State, _ extent: Extent) -> [Float] {
    let own = (range.lowerBound * extent.inputs)..<(range.upperBound * extent.inputs)
    return [
      distance(a.weights[own], b.weights[own]), distance(a.mean[own], b.mean[own]),
      distance(a.square[own], b.square[own]),
    ]
  }

  @Test("six steps agree to one unit in the last place each, whichever way", arguments: extents)
  func ways(extent: Extent) {
    let plain = Self.multiplied(PlainKernels<Float>.self, extent)
    let fast = Self.factored(VectorKernels.self, extent)
    for other in [fast, Self.factored(PlainKernels<Float>.self, extent), Self.multiplied(VectorKernels.self, extent)] {
      let distances = Self.distances(plain, other, extent)
      // The weights' step may be rounded otherwise every time, the moments forget.
      #expect(distances[0] <= 6 && distances[1] <= 1 && distances[2] <= 1, "\(distances)")
    }
    // Rows that nobody asked for stay as they are.
    let (first, last) = (Self.range.lowerBound * extent.inputs, Self.range.upperBound * extent.inputs)
    let start = State(Self.outputs * extent.inputs)
    for (before, after) in [
      (start.weights, fast.weights), (start.mean, fast.mean), (start.square, fast.square),
    ] {
      #expect(before[..<first] == after[..<first] && before[last...] == after[last...])
    }
  }

  @Test("a thousandth more of any of the rule's numbers shows, in the factored kernel and the other")
  func everyNumberCounts() {
    let extent = Extent(rows: 8, inputs: 64)
    let numbers: [(String, WritableKeyPath<AdamRule<Float>, Float>)] = [
      ("rest1", \.rest1), ("beta2", \.beta2), ("rest2", \.rest2), ("epsilon", \.epsilon), ("rate", \.rate),
      ("rootCorrection", \.rootCorrection), ("coupledDecay", \.coupledDecay), ("weightFactor", \.weightFactor),
    ]
    let plain = Self.multiplied(PlainKernels<Float>.self, extent)
    for (name, number) in numbers {
      var rule = Self.rule
      rule[keyPath: number] *= 1.001
      for changed in [
        Self.factored(VectorKernels.self, extent, rule), Self.multiplied(VectorKernels.self, extent, rule),
      ] {
        #expect(Self.distances(plain, changed, extent).max() ?? 0 > 8, "\(name)")
      }
    }
  }
}
