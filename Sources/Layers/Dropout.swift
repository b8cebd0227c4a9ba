import TensorCore

/// The dropout state of one training step: nil stands for evaluation.
public struct DropoutStep: Equatable, Sendable {
  public var seed: UInt64
  public var step: UInt64

  public init(seed: UInt64, step: UInt64) {
    self.seed = seed
    self.step = step
  }
}

/// Sets elements to zero with probability `rate` and scales the rest by 1 / (1 − rate), in training only.
public struct Dropout: Equatable, Sendable {
  public let rate: Double
  /// The number that tells this layer's masks from other layers' in the same step.
  public let layer: UInt32

  /// A rate outside 0 ..< 1 is refused by the first call.
  public init(rate: Double, layer: UInt32) {
    self.rate = rate
    self.layer = layer
  }

  /// The key of this layer's masks in a step.
  public func key(_ step: DropoutStep) -> DropoutKey {
    DropoutKey(seed: step.seed, step: step.step, layer: layer)
  }

  /// - Parameters:
  ///   - step: nil in evaluation: returns x
  ///   - rowOffset: the global number of the first row of x
  ///   - rows: the global number of every row of x, where they are not consecutive
  public func callAsFunction<Element>(
    _ x: Tensor<Element>, _ step: DropoutStep?, rowOffset: Int = 0, rows: [Int32]? = nil
  ) throws(ShapeError) -> Tensor<Element> {
    guard let step else { return x }
    return try x.dropout(rate, mask(step, rowOffset: rowOffset, rows: rows))
  }

  /// The mask for an operation that applies dropout itself.
  public func mask(_ step: DropoutStep, rowOffset: Int = 0, rows: [Int32]? = nil) -> DropoutMask {
    if let rows { return DropoutMask(key(step), rows: rows) }
    return DropoutMask(key(step), rowOffset: rowOffset)
  }

  /// Rate and mask for an operation that applies dropout itself; nil in evaluation.
  public func acting(
    in step: DropoutStep?, rowOffset: Int = 0, rows: [Int32]? = nil
  ) -> (rate: Double, mask: DropoutMask)? {
    step.map { (rate, mask($0, rowOffset: rowOffset, rows: rows)) }
  }
}
