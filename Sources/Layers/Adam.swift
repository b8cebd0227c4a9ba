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

  public func step(learningRate: Double) {
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
    Element.Kernels.adam(
      rule, weights: weights, gradients: gradients, mean: mean, square: square, store.count)
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
