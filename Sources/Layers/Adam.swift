import TensorCore

/// Adam (Kingma and Ba, 2015) with torch's order of operations and coupled L2 decay:
/// g ← g + λ w; m ← m + (1 − β₁)(g − m); v ← β₂ v + (1 − β₂) g²; w ← w − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε).
///
/// Every parameter decays in every step, also where its gradient is zero (spec 2.7).
public final class Adam<Element: TensorElement>: Optimizer {
  public var stepCount = 0
  public let beta1, beta2, epsilon, weightDecay: Double
  /// Decay applied to the weights instead of the gradient: AdamW (Loshchilov and Hutter, 2019).
  public let decoupled: Bool
  private let store: ParameterStore<Element>
  private let mean, square: Arena<Element>
  /// The pieces of a step, and the weights that were factored when they were planned.
  private var pieces: [(range: Range<Int>, factor: Int?)] = []
  private var planned: [Range<Int>] = []

  /// - Parameter decoupled: true gives AdamW: w ← (1 − η λ) w before the step
  public init(
    _ store: ParameterStore<Element>, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0, decoupled: Bool = false
  ) {
    store.seal()
    self.store = store
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decoupled = decoupled
    mean = Arena(store.count)
    square = Arena(store.count)
  }

  public var moments: [(name: String, values: UnsafeMutableBufferPointer<Element>)] {
    [("adam_mean", mean.values), ("adam_square", square.values)]
  }

  public func step(learningRate: Double) { step(learningRate: learningRate, factors: []) }

  /// One step in which the gradients of some weights are given as factors; those in the store are not looked at. Runs on
  /// the threads of `Threads`, with the same results for every number of them.
  /// - Parameter factors: at most one per weight
  @specialized(where Element == Float)
  public func step(learningRate: Double, factors: [LinearFactors<Element>]) {
    stepCount += 1
    let correction1 = 1 - power(beta1, stepCount)
    let correction2 = 1 - power(beta2, stepCount)
    let rule = AdamRule<Element>(
      beta1: beta1, beta2: beta2, epsilon: epsilon, rate: learningRate / correction1,
      rootCorrection: correction2.squareRoot(), coupledDecay: decoupled ? 0 : weightDecay,
      weightFactor: decoupled ? 1 - learningRate * weightDecay : 1)
    guard let weights = store.values.baseAddress, let gradients = store.gradients.baseAddress,
      let mean = mean.values.baseAddress, let square = square.values.baseAddress
    else { return }
    plan(factors)
    let pieces = pieces
    WorkTeam.run(pieces.count) { number in
      let (range, index) = pieces[number]
      guard let index else {
        let start = range.lowerBound
        Element.Kernels.adam(
          rule, weights: weights + start, gradients: gradients + start, mean: mean + start, square: square + start,
          range.count)
        return
      }
      let factor = factors[index]
      let start = factor.weight.range.lowerBound
      Element.Kernels.adamFactors(
        rule, weights: weights + start, mean: mean + start, square: square + start, x: factor.x, dy: factor.dy,
        count: factor.rows, inputs: factor.inputs, outputs: factor.outputs, rows: range)
    }
  }

  /// Numbers of one piece of work for a thread.
  private static var pieceSize: Int { 1 << 16 }

  /// The step in pieces: ranges of the store, or rows of the weight of a factor. They stay while the factored weights do.
  private func plan(_ factors: [LinearFactors<Element>]) {
    guard pieces.isEmpty || !planned.elementsEqual(factors, by: { $0 == $1.weight.range }) else { return }
    planned = factors.map { $0.weight.range }
    pieces = []
    func cut(_ whole: Range<Int>, by size: Int, _ factor: Int?) {
      for start in stride(from: whole.lowerBound, to: whole.upperBound, by: size) {
        pieces.append((start..<min(start + size, whole.upperBound), factor))
      }
    }
    var next = 0
    for (index, factor) in factors.enumerated().sorted(by: {
      $0.element.weight.range.lowerBound < $1.element.weight.range.lowerBound
    }) {
      precondition(
        factor.weight.range.lowerBound >= next, "two factors of one weight in a step; add their rows up first")
      cut(next..<factor.weight.range.lowerBound, by: Self.pieceSize, nil)
      // Whole groups of the six rows that the kernel takes at once.
      cut(0..<factor.outputs, by: max(6, Self.pieceSize / factor.inputs / 6 * 6), index)
      next = factor.weight.range.upperBound
    }
    cut(next..<store.count, by: Self.pieceSize, nil)
  }

  /// base^exponent by squaring.
  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}

/// Gradient descent: u ← μ u + g + λ w; w ← w − η u.
public final class SGD<Element: TensorElement>: Optimizer {
  public var stepCount = 0
  public let momentum, weightDecay: Double
  private let store: ParameterStore<Element>
  private let velocity: Arena<Element>

  public init(_ store: ParameterStore<Element>, momentum: Double = 0, weightDecay: Double = 0) {
    store.seal()
    self.store = store
    self.momentum = momentum
    self.weightDecay = weightDecay
    velocity = Arena(store.count)
  }

  public var moments: [(name: String, values: UnsafeMutableBufferPointer<Element>)] {
    [("sgd_velocity", velocity.values)]
  }

  public func step(learningRate: Double) {
    stepCount += 1
    let rule = MomentumRule<Element>(
      rate: Element(learningRate), momentum: Element(momentum), decay: Element(weightDecay))
    guard let weights = store.values.baseAddress, let gradients = store.gradients.baseAddress,
      let velocity = velocity.values.baseAddress
    else { return }
    Element.Kernels.momentum(rule, weights: weights, gradients: gradients, velocity: velocity, store.count)
  }
}
