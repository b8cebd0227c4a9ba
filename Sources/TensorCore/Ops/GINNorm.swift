/// One BatchNorm of a `GINPass`: its coefficients forward, and those of its gradient, of the step at hand.
final class GINNorm<Element: TensorElement>: @unchecked Sendable {
  private let norm: GINLayer<Element>.Norm
  private let width: Int
  private var count = 0.0
  private let means, inverses: Storage<Double>
  /// BN(z) = scale z + shift
  let scale, shift: Storage<Element>
  let mean, inverse: Storage<Element>
  /// dz = a g + b z + c
  let a, b, c: Storage<Element>

  init(_ norm: GINLayer<Element>.Norm) {
    self.norm = norm
    width = norm.statistics.width
    (means, inverses) = (Storage(width), Storage(width))
    (scale, shift, mean, inverse) = (Storage(width), Storage(width), Storage(width), Storage(width))
    (a, b, c) = (Storage(width), Storage(width), Storage(width))
  }

  /// Makes this worker's moments those of all workers, and stages the running statistics.
  func prepare(_ all: Moments) throws {
    try norm.statistics.shareMoments(all)
    guard all.count >= 2 else {
      throw ShapeError.value("batchNorm", "\(Int(all.count)) rows in training", expected: "at least 2 rows")
    }
    norm.statistics.stage(all, inputBias: norm.inputBias?.storage.pointer)
    count = all.count
    let epsilon = norm.statistics.epsilon
    for i in 0..<width {
      means.base[i] = all.mean[i]
      inverses.base[i] = 1 / (all.squares[i] / all.count + epsilon).squareRoot()
      let factor = norm.weight.storage.base[i].widened * inverses.base[i]
      scale.base[i] = Element(factor)
      shift.base[i] = Element(norm.bias.storage.base[i].widened - means.base[i] * factor)
      mean.base[i] = Element(means.base[i])
      inverse.base[i] = Element(inverses.base[i])
    }
  }

  /// The coefficients of the gradient, from Σ g and Σ g x̂ over this worker's rows; adds to the gradients of weight and
  /// bias.
  func backward(
    _ sums: UnsafeMutableBufferPointer<Double>, weight: Node<Element>?, bias: Node<Element>?
  ) throws {
    try norm.statistics.shareSums(sums)
    weight?.collect { dw, add in
      for i in 0..<width { dw[i] = (add ? dw[i] : 0) + Element(sums[width + i]) }
    }
    bias?.collect { db, add in
      for i in 0..<width { db[i] = (add ? db[i] : 0) + Element(sums[i]) }
    }
    for i in 0..<width {
      let factor = norm.weight.storage.base[i].widened * inverses.base[i]
      let slope = -factor * inverses.base[i] * sums[width + i] / count
      a.base[i] = Element(factor)
      b.base[i] = Element(slope)
      c.base[i] = Element(-factor * sums[i] / count - slope * means.base[i])
    }
  }
}
