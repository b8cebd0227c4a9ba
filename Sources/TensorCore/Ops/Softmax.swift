extension Tensor {
  /// Softmax over the last axis of x (+ mask). yₖ = exp(xₖ + mₖ − max) / Σⱼ exp(xⱼ + mⱼ − max)
  /// - Shape: x `[..., K]`, mask of the same shape → y `[..., K]`
  /// - Gradient: dx = y ⊙ (dy − Σₖ dyₖ yₖ); the mask gets none
  @specialized(where Element == Float)
  public func softmax(mask: Tensor? = nil) throws(ShapeError) -> Tensor {
    if let mask {
      try ShapeError.require(
        mask.shape == shape, "softmax", expected: "a mask of shape \(shape)", got: "\(mask.shape)")
    }
    let (rows, width) = (shape.rows, shape.last)
    let y = Storage<Element>(shape.count)
    K.softmax(storage.pointer, mask: mask?.storage.pointer, y.base, rows: rows, width: width)
    return Tensor.record(y, shape, [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.softmaxGradient(y.pointer, dy.pointer, dx, rows: rows, width: width, accumulate: add)
      }
    }
  }
}
