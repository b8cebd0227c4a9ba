extension Tensor {
  /// An elementwise function y = f(x). - Gradient: dx = f′(x) dy
  @specialized(where Element == Float)
  public func activated(_ kind: Activation) -> Tensor {
    let count = shape.count
    let (x, y) = (storage, Storage<Element>(count))
    K.activate(kind, x.pointer, y.base, count)
    return Tensor.record(y, shape, [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.activateGradient(kind, x.pointer, y.pointer, dy.pointer, dx, count, accumulate: add)
      }
    }
  }

  /// max(x, 0); NaN stays NaN. - Gradient: dy where x > 0
  public func relu() -> Tensor { activated(.relu) }

  /// x Φ(x), with the exact error function (torch's default). - Gradient: (Φ(x) + x φ(x)) dy
  public func gelu() -> Tensor { activated(.gelu) }

  /// - Gradient: (1 − y²) dy
  public func tanh() -> Tensor { activated(.tanh) }

  /// 1 / (1 + exp(−x)). - Gradient: y (1 − y) dy
  public func sigmoid() -> Tensor { activated(.sigmoid) }

  /// x for x > 0, else alpha (exp x − 1).
  public func elu(alpha: Double = 1) -> Tensor { activated(.elu(alpha)) }

  /// x for x > 0, else slope · x.
  public func leakyReLU(slope: Double = 0.01) -> Tensor { activated(.leakyReLU(slope)) }
}
