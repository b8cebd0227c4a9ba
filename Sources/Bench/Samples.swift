/// Order statistics of repeated measurements.
public struct Samples: Equatable, Sendable {
  private let sorted: [Double]

  public init(_ values: some Sequence<Double>) { sorted = values.sorted() }

  public var count: Int { sorted.count }
  public var median: Double { quantile(0.5) }

  /// The value below which a fraction `q` lies, linear between neighbours; NaN without values.
  public func quantile(_ q: Double) -> Double {
    guard let last = sorted.indices.last else { return .nan }
    let place = min(max(q, 0), 1) * Double(last)
    let low = Int(place)
    let high = min(low + 1, last)
    return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
  }
}

extension Duration {
  /// Milliseconds, with all digits.
  var milliseconds: Double { self / .milliseconds(1) }
}
