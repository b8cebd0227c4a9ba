import Records

/// What a drug slot says: with probability `rate` one of the alternatives is prescribed.
package struct TherapySlot: Sendable {
  /// Position among all slots, the key of a patient's habits.
  package var id: Int
  /// Positions of medication classes.
  package var medications: [Int]
  /// Relative weights of the alternatives, summing to 1.
  package var weights: [Double]
  package var rate: Double
  /// The slot applies only in visits in which the condition is severe.
  package var isForSevere: Bool
}

/// Codes with Zipf-like weights.
struct WeightedCodes: Sendable {
  private(set) var codes: [Int32] = []
  private var cumulative: [Double] = []

  var isEmpty: Bool { codes.isEmpty }

  mutating func append(_ code: Int32, weight: Double) {
    codes.append(code)
    cumulative.append((cumulative.last ?? 0) + weight)
  }

  /// The code at quantile u of [0, 1); nil without codes.
  func code(at u: Double) -> Int32? {
    guard let total = cumulative.last else { return nil }
    let target = u * total
    var low = 0
    var high = cumulative.count - 1
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > target { high = middle } else { low = middle + 1 }
    }
    return codes[low]
  }
}

/// A reference to another table row with a probability or a factor.
struct Link: Sendable {
  var target: Int
  var value: Double
}

/// How often a condition, family or group appears, what words it is written in and what is prescribed for it.
struct Condition: Sendable {
  enum Sex: Sendable { case any, female, male }
  var name: String
  var isChronic: Bool
  var prevalence: Double
  /// Factors for the four age groups (below 40, 40–59, 60–74, 75 and over).
  var ageFactors: SIMD4<Double>
  var sex: Sex
  /// Factors on the prevalence when another condition is present.
  var risks: [Link] = []
  var signs: [Link] = []
  var procedures: [Link] = []
  var plain = WeightedCodes()
  var severe = WeightedCodes()
  var slots: [TherapySlot] = []
}

/// A family of procedures or a group of symptoms.
struct CodeFamily: Sendable {
  var name: String
  /// Probability per visit without any cause among the conditions.
  var baseRate: Double
  var plain = WeightedCodes()
  var severe = WeightedCodes()
  var slots: [TherapySlot] = []
}

/// A chemical family that some patients do not tolerate.
struct Intolerance: Sendable {
  var name: String
  var rate: Double
  var medications: [Int]
  /// The diagnosis that notes it.
  var note: Int32?
}

/// The clinical world of the synthetic cohort: vocabularies and the causes behind them. It depends on no setting.
package struct Knowledge: Sendable {
  /// Codes and texts of all four kinds. The codes look like ICD-9 but are invented; only the medication codes are ATC.
  package internal(set) var vocabularies: [CodeKind: Vocabulary] = [:]
  package internal(set) var smiles: [[String]] = []
  package internal(set) var interactions: [Interaction] = []
  package internal(set) var slotCount = 0
  var conditions: [Condition] = []
  /// Positions of `conditions` such that every risk comes before what it raises.
  var causalOrder: [Int] = []
  var families: [CodeFamily] = []
  var symptoms: [CodeFamily] = []
  var incidental: [Link] = []
  var intolerances: [Intolerance] = []
  var supportive: [TherapySlot] = []
  /// Every diagnosis of the conditions, weighted by prevalence: miscoding draws from it.
  var anyDiagnosis = WeightedCodes()

  package var conditionCount: Int { conditions.count }
  package var medicationCount: Int { smiles.count }
}

extension Knowledge {
  /// Reads the built-in tables, about 20 ms.
  package static func builtIn() throws(SynthesisError) -> Knowledge { try KnowledgeParser.parse() }
}
