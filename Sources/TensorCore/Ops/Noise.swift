#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import Random

/// Box–Muller: √(−2 ln u) cos(2πv) with u in (0, 1].
private func normalNumber(_ words: SIMD4<UInt32>) -> Double {
  let u = Double((UInt64(words.x) | (UInt64(words.y) << 32)) >> 11) * 0x1p-53
  let v = Double((UInt64(words.z) | (UInt64(words.w) << 32)) >> 11) * 0x1p-53
  return (-2 * log(1 - u)).squareRoot() * cos(2 * .pi * v)
}

extension Tensor {
  /// Standard normal numbers, each a pure function of (seed, step, layer, global row, column), like dropout's masks; the
  /// two never use the same words. No gradient.
  /// - Shape: `shape` = `[..., C]`; the mask numbers the rows
  /// - Throws: `ShapeError` for row ids that are not one per row
  public static func normalNoise(_ shape: [Int], _ mask: DropoutMask) throws(ShapeError) -> Tensor {
    let target = try Shape.validated(shape, operation: "normalNoise")
    let plan = try DropoutPlan(rate: 0, mask, rowCount: target.rows)
    let (y, width) = (Storage<Element>(target.count), target.last)
    for r in 0..<target.rows {
      let row = plan.globalRow(r)
      for c in 0..<width {
        let words = Philox.block(
          counter: SIMD4(
            UInt32(truncatingIfNeeded: c), UInt32(truncatingIfNeeded: row), UInt32(truncatingIfNeeded: row >> 32), 1),
          key: plan.key)
        y.base[r * width + c] = Element(normalNumber(words))
      }
    }
    return Tensor(y, target)
  }

  /// A sample of N(mean, exp(logVariance)) by reparameterisation: z = μ + exp(v / 2) ⊙ ε.
  /// - Shape: mean, logVariance and noise ε alike → the same
  /// - Gradient: dμ = dz, dv = ½ exp(v / 2) ε dz; the noise gets none
  public static func normalSample(mean: Tensor, logVariance: Tensor, noise: Tensor) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      mean.shape == logVariance.shape && noise.shape == mean.shape, "normalSample",
      expected: "three tensors of one shape", got: "\(mean.shape), \(logVariance.shape) and \(noise.shape)")
    return try mean + logVariance.scaled(by: 0.5).exp() * noise.detached()
  }
}
