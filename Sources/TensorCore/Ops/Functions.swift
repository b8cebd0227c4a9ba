extension Tensor {
  /// An elementwise function y = f(x). - Gradient: dx = f′(x) dy
  public func mapped(_ function: Function) -> Tensor {
    let count = shape.count
    let (x, y) = (storage, Storage<Element>(count))
    K.apply(function, x.pointer, y.base, count)
    return Tensor.record(y, shape, [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.applyGradient(function, x.pointer, y.pointer, dy.pointer, dx, count, accumulate: add)
      }
    }
  }

  /// eˣ. - Gradient: y dy
  public func exp() -> Tensor { mapped(.exp) }

  /// ln x: −∞ at 0, NaN below. - Gradient: dy / x
  public func log() -> Tensor { mapped(.log) }

  /// √x. - Gradient: dy / (2 y)
  public func squareRoot() -> Tensor { mapped(.sqrt) }

  /// x². - Gradient: 2 x dy
  public func squared() -> Tensor { mapped(.square) }

  /// |x|. - Gradient: sign(x) dy, 0 at 0
  public func absolute() -> Tensor { mapped(.absolute) }

  /// 1 / x. - Gradient: −y² dy
  public func reciprocal() -> Tensor { mapped(.reciprocal) }

  /// ln(1 + eˣ), without overflow. - Gradient: sigmoid(x) dy
  public func softplus() -> Tensor { mapped(.softplus) }

  /// ln sigmoid(x), without overflow. - Gradient: sigmoid(−x) dy
  public func logSigmoid() -> Tensor { mapped(.logSigmoid) }

  /// min(max(x, lower), upper); NaN stays NaN. - Gradient: dy where lower ≤ x ≤ upper
  /// - Throws: `ShapeError.value` when lower > upper
  public func clamped(_ lower: Double = -.infinity, _ upper: Double = .infinity) throws(ShapeError) -> Tensor {
    guard lower <= upper else {
      throw .value("clamped", "bounds \(lower) and \(upper)", expected: "a lower bound that is not above the upper one")
    }
    return mapped(.clamp(lower, upper))
  }

  /// x + value, elementwise. - Gradient: dx = dy
  public func adding(_ value: Double) -> Tensor {
    let y = Storage<Element>(shape.count)
    K.fill(Element(value), y.base, y.count, accumulate: false)
    K.axpy(1, storage.pointer, y.base, y.count)
    return Tensor.record(y, shape, [self]) { dy, inputs in inputs[0]?.add(dy) }
  }

  /// a / b, elementwise. - Gradient: da = dy / b, db = −dy y / b
  public static func / (a: Tensor, b: Tensor) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      a.shape == b.shape, "/", expected: "two tensors of one shape", got: "\(a.shape) and \(b.shape)")
    let (y, divisor) = (Storage<Element>(a.shape.count), b.storage)
    K.divide(a.storage.pointer, divisor.pointer, y.base, y.count)
    return record(y, a.shape, [a, b]) { dy, inputs in
      let slope = Storage<Element>(dy.count)
      K.divide(dy.pointer, divisor.pointer, slope.base, dy.count)
      inputs[0]?.add(slope)
      if let input = inputs[1] {
        let other = Storage<Element>(dy.count)
        K.multiply(slope.pointer, y.pointer, other.base, dy.count)
        K.scale(-1, other.pointer, other.base, dy.count)
        input.add(other)
      }
    }
  }

  /// `value` where the mask is above 0, x elsewhere.
  /// - Shape: x `[...]`, a mask of the same shape or of one that broadcasts to it → `[...]`
  /// - Gradient: dx = dy where the mask is not above 0, else 0; the mask gets none
  public func maskedFill(_ mask: Tensor, with value: Double) throws(ShapeError) -> Tensor {
    let mask = mask.shape == shape ? mask.detached() : try mask.detached().broadcast(to: shape.axes)
    let (m, count, y) = (mask.storage, shape.count, Storage<Element>(shape.count))
    K.maskedFill(storage.pointer, mask: m.pointer, Element(value), y.base, count, accumulate: false)
    return Tensor.record(y, shape, [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.maskedFill(dy.pointer, mask: m.pointer, 0, dx, count, accumulate: add)
      }
    }
  }
}
