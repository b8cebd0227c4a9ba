#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A learning rate as a function of time; whether time counts steps or epochs is the caller's choice.
public enum LearningRate: Equatable, Sendable {
  case constant
  /// base · factor^⌊t / every⌋
  case step(every: Int, factor: Double)
  /// base · factor^t
  case exponential(factor: Double)
  /// floor + (base − floor)(1 + cos(π t / total)) / 2 until `total`, then `floor`.
  case cosine(total: Int, floor: Double)
  /// base · (t + 1) / steps for the first `steps` times, then the other schedule, whose time starts at 0.
  indirect case warmup(steps: Int, then: LearningRate)

  /// The rate at time t, counted from 0; negative times count as 0.
  public func rate(base: Double, at time: Int) -> Double {
    let t = max(time, 0)
    switch self {
    case .constant:
      return base
    case .step(let every, let factor):
      return base * pow(factor, Double(t / max(every, 1)))
    case .exponential(let factor):
      return base * pow(factor, Double(t))
    case .cosine(let total, let floor):
      guard t < total else { return floor }
      return floor + (base - floor) * (1 + cos(.pi * Double(t) / Double(total))) / 2
    case .warmup(let steps, let next):
      return t < steps ? base * Double(t + 1) / Double(steps) : next.rate(base: base, at: t - steps)
    }
  }
}
