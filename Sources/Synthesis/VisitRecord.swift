import Random

/// Codes in the order of their appearance, each once.
struct CodeSet {
  private(set) var codes: [Int32] = []

  mutating func insert(_ code: Int32?) {
    guard let code, !codes.contains(code) else { return }
    codes.append(code)
  }
}

/// What is collected while a visit is described.
struct VisitRecord {
  enum Cause { case symptom, procedure }

  var diagnoses = CodeSet()
  var procedures = CodeSet()
  var symptoms = CodeSet()
  /// Procedure families that a condition asks for.
  private(set) var procedureCauses: Set<Int> = []
  /// Symptom groups that a condition causes; true when one of the causes is severe.
  private(set) var symptomCauses: [Int: Bool] = [:]
  /// Π(1 − pₖ) per medication over the reasons so far.
  var absence: [Double]

  init(medicationCount: Int) {
    absence = Array(repeating: 1, count: medicationCount)
  }

  mutating func addCause(_ cause: Cause, _ index: Int, isSevere: Bool) {
    switch cause {
    case .procedure: procedureCauses.insert(index)
    case .symptom: symptomCauses[index] = (symptomCauses[index] ?? false) || isSevere
    }
  }
}

/// Sequential draws of one patient. Only comparisons and sums of uniform numbers: the same on every machine.
struct Draws {
  private var source: SequentialRandom

  init(_ source: SequentialRandom) {
    self.source = source
  }

  /// Uniform in [0, 1) with 53 bits.
  mutating func uniform() -> Double { Double(source.next() >> 11) * 0x1p-53 }

  mutating func happens(_ probability: Double) -> Bool { uniform() < probability }

  /// An index with probability proportional to its weight; 0 when all weights are 0.
  mutating func pick(_ weights: [Double]) -> Int {
    var remaining = uniform() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      remaining -= weight
      if remaining < 0 { return index }
    }
    return max(weights.lastIndex { $0 > 0 } ?? 0, 0)
  }

  mutating func code(of codes: WeightedCodes) -> Int32? { codes.code(at: uniform()) }
}
