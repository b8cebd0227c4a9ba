import Random

/// How a parameter starts. Numbers are drawn by (seed, parameter name, element), so that neither the order of
/// construction nor another layer changes them.
public enum Initializer: Equatable, Sendable {
  case zeros
  case ones
  case constant(Double)
  /// U(−bound, bound).
  case uniform(Double)
  /// U(±1/√fanIn): what torch's Linear does for weight and bias.
  case uniformFanIn(Int)
  /// U(±√(6 / (rows + columns))) for a [rows, columns] table (Glorot and Bengio, 2010).
  case xavierUniform
  /// N(0, deviation²).
  case normal(Double)
  /// N(0, deviation²) with one row of zeros: an embedding's padding row.
  case normalTable(Double, zeroRow: Int)
  /// These numbers, row by row, one for every element.
  case values([Double])

  func fill<Element: TensorElement>(
    _ values: UnsafeMutableBufferPointer<Element>, shape: Shape, name: String, seed: UInt64
  ) {
    let random = CounterRandom(seed: seed, stream: RandomDomain.initialisation.stream(named: name))
    func uniform(_ bound: Double) {
      for index in values.indices {
        values[index] = Element((2 * random.uniform(UInt64(index)) - 1) * bound)
      }
    }
    switch self {
    case .zeros: values.update(repeating: 0)
    case .ones: values.update(repeating: 1)
    case .constant(let value): values.update(repeating: Element(value))
    case .uniform(let bound): uniform(bound)
    case .uniformFanIn(let fanIn): uniform(1 / Double(max(fanIn, 1)).squareRoot())
    case .xavierUniform: uniform((6 / Double(max(shape.rows + shape.last, 1))).squareRoot())
    case .normal(let deviation):
      for index in values.indices { values[index] = Element(random.normal(UInt64(index)) * deviation) }
    case .normalTable(let deviation, let zeroRow):
      for index in values.indices {
        values[index] = index / shape.last == zeroRow ? 0 : Element(random.normal(UInt64(index)) * deviation)
      }
    case .values(let given):
      for (index, value) in zip(values.indices, given) { values[index] = Element(value) }
    }
  }
}
