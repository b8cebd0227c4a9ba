/// Loss of one step or the sum over several: means over the global batch as the model defines them.
public struct LossSums: Equatable, Sendable {
  public var total = 0.0
  /// The model's parts of it (`ModelFamily.lossTerms`), before their weights; zero behind the last.
  public var terms = SIMD4<Double>()
  public var steps = 0

  public init() {}

  /// One step.
  public init(total: Double, terms: SIMD4<Double>) {
    self.total = total
    self.terms = terms
    steps = 1
  }

  public static func += (sums: inout LossSums, other: LossSums) {
    sums.total += other.total
    sums.terms += other.terms
    sums.steps += other.steps
  }

  /// The total and the terms of a family, as a checkpoint stores them.
  public func stored(_ family: ModelFamily) -> [Double] { [total] + family.lossTerms.indices.map { terms[$0] } }

  /// Reads what `stored` wrote; nil when it is of another family.
  public init?(stored: [Double], _ family: ModelFamily, steps: Int) {
    guard stored.count == 1 + family.lossTerms.count else { return nil }
    total = stored[0]
    for index in family.lossTerms.indices { terms[index] = stored[1 + index] }
    self.steps = steps
  }
}
