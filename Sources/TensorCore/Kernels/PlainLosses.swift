// The plain loops of losses and optimisers.

extension KernelSet {
  public static func crossEntropyBinary(_ logits: In, _ targets: In, _ count: Int) -> Double {
    var sum = 0.0
    for i in 0..<count {
      let (z, y) = (Double(logits[i]), Double(targets[i]))
      sum += Double.maximum(z, 0) - z * y + Double.logOnePlus(Double.exponential(-abs(z)))
    }
    return sum
  }

  public static func crossEntropyBinaryGradient(
    _ logits: In, _ targets: In, factor: Element, _ dx: Out, _ count: Int, accumulate: Bool
  ) {
    for i in 0..<count {
      let value = factor * (sigmoid(logits[i]) - targets[i])
      dx[i] = accumulate ? dx[i] + value : value
    }
  }

  public static func margin(_ logits: In, _ targets: In, rows: Int, width: Int) -> Double {
    var sum = 0.0
    for r in 0..<rows {
      for i in r * width..<(r + 1) * width where targets[i] > 0 {
        let positive = sigmoid(logits[i])
        for j in r * width..<(r + 1) * width where !(targets[j] > 0) {
          let distance = 1 - (positive - sigmoid(logits[j]))
          if distance > 0 || distance.isNaN { sum += Double(distance) }
        }
      }
    }
    return sum
  }

  public static func marginGradient(
    _ logits: In, _ targets: In, factor: Element, _ dx: Out, rows: Int, width: Int, accumulate: Bool
  ) {
    if !accumulate { dx.update(repeating: 0, count: rows * width) }
    for r in 0..<rows {
      for i in r * width..<(r + 1) * width where targets[i] > 0 {
        let positive = sigmoid(logits[i])
        for j in r * width..<(r + 1) * width where !(targets[j] > 0) {
          let negative = sigmoid(logits[j])
          guard 1 - (positive - negative) > 0 else { continue }
          dx[i] -= factor * positive * (1 - positive)
          dx[j] += factor * negative * (1 - negative)
        }
      }
    }
  }

  public static func adam(
    _ rule: AdamRule<Element>, weights: Out, gradients: In, mean: Out, square: Out, _ count: Int
  ) {
    for i in 0..<count {
      let gradient = gradients[i] + rule.coupledDecay * weights[i]
      mean[i] += rule.rest1 * (gradient - mean[i])
      square[i] = rule.beta2 * square[i] + rule.rest2 * gradient * gradient
      let root = square[i].squareRoot() / rule.rootCorrection + rule.epsilon
      weights[i] = rule.weightFactor * weights[i] - rule.rate * mean[i] / root
    }
  }

  public static func adamFactors(
    _ rule: AdamRule<Element>, weights: Out, mean: Out, square: Out, x: In, dy: In, count: Int, inputs: Int,
    outputs: Int, rows: Range<Int>
  ) {
    let gradient = Storage<Element>(inputs)
    for o in rows {
      gradient.base.clear(inputs)
      for r in 0..<count {
        for i in 0..<inputs { gradient.base[i] += dy[r * outputs + o] * x[r * inputs + i] }
      }
      let start = o * inputs
      adam(
        rule, weights: weights + start, gradients: gradient.pointer, mean: mean + start, square: square + start, inputs)
    }
  }

  public static func momentum(
    _ rule: MomentumRule<Element>, weights: Out, gradients: In, velocity: Out, _ count: Int
  ) {
    for i in 0..<count {
      velocity[i] = rule.momentum * velocity[i] + gradients[i] + rule.decay * weights[i]
      weights[i] -= rule.rate * velocity[i]
    }
  }
}
