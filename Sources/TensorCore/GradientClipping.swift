extension ParameterStore {
  /// The L2 norm of all gradients together, added in double precision in the order of the store.
  public func gradientNorm() -> Double {
    guard let gradients = gradients.baseAddress else { return 0 }
    return Element.Kernels.sumOfSquares(gradients, count).squareRoot()
  }

  /// Multiplies all gradients by bound / (norm + 1e-6) where their L2 norm is above the bound (torch's
  /// `clip_grad_norm_`); leaves the bits alone otherwise. Workers that hold the same gradients clip them alike.
  /// - Returns: the norm before
  /// - Throws: `ShapeError.value` unless the bound is a positive number
  @discardableResult
  public func clipGradients(norm bound: Double) throws(ShapeError) -> Double {
    guard bound > 0, bound.isFinite else {
      throw .value("clipGradients(norm:)", "the bound \(bound)", expected: "a positive number")
    }
    let norm = gradientNorm()
    let factor = bound / (norm + 1e-6)
    if factor < 1 || factor.isNaN, let gradients = gradients.baseAddress {
      Element.Kernels.scale(Element(factor), gradients, gradients, count)
    }
    return norm
  }

  /// Brings every gradient into −bound … bound (torch's `clip_grad_value_`); NaN stays NaN.
  /// - Returns: the L2 norm before
  /// - Throws: `ShapeError.value` unless the bound is a positive number
  @discardableResult
  public func clipGradients(value bound: Double) throws(ShapeError) -> Double {
    guard bound > 0, bound.isFinite else {
      throw .value("clipGradients(value:)", "the bound \(bound)", expected: "a positive number")
    }
    let norm = gradientNorm()
    if let gradients = gradients.baseAddress { Element.Kernels.clip(Element(bound), gradients, count) }
    return norm
  }
}
