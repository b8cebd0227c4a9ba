/// The numbers that shape the course of a synthetic patient. All are probabilities unless said; chosen so that the
/// cohort has MIMIC-III's shape and that guessing by frequency, repeating the last visit, a trained model and the true
/// probabilities are clearly apart.
enum PatientDynamics {
  /// Longest course, as in MIMIC-III.
  static let maximalVisits = 29
  /// Age groups: below 40, 40–59, 60–74, 75 and over.
  static let ageShares = SIMD4(0.12, 0.24, 0.34, 0.30)
  /// Groups of patients by number of chronic illnesses: share and factor on every prevalence.
  static let frailty: [(share: Double, factor: Double)] = [(0.35, 0.4), (0.40, 0.75), (0.25, 1.15)]
  /// Extra visits beyond two are geometric: share of patients and probability of one visit more.
  static let returnRates: [(share: Double, again: Double)] = [(0.93, 0.30), (0.06, 0.667), (0.01, 0.889)]

  static let newOnset = 0.05
  static let resolution = 0.02
  static let relapseOfAcute = 0.2
  /// The visit is for a worsening chronic condition, if there is one, rather than for an acute one.
  static let chronicReason = 0.55
  static let severeChronic = 0.05
  static let severeAcute = 0.25
  /// On the table's prevalence of acute conditions: every visit has a reason besides.
  static let acuteFactor = 0.45

  static let codedChronic = 0.97
  static let codedAcute = 0.97
  static let secondCode = 0.45
  static let thirdCode = 0.15
  /// A condition's first code is its most common one, else one of the patient's usual words.
  static let leadingWording = 0.8
  static let severeWording = 0.85
  static let miscoding = 0.2
  static let noteOfIntolerance = 0.6

  /// On the tables' rates of symptoms and procedures.
  static let signFactor = 0.8
  static let secondPhrase = 0.2
  static let procedureFactor = 0.9
  static let secondProcedure = 0.25

  /// A patient whose habit includes a slot gets it in most visits, another one rarely.
  static let habitKept = 0.90
  static let habitBroken = 0.04
  static let supportKept = 0.80
  static let supportBroken = 0.08
  /// Of several alternatives a patient has a usual one, chosen with this probability.
  static let usualAlternative = 0.93
  /// Every class may be prescribed for a reason that no code shows.
  static let unexplained = 0.004

  /// The table's prevalence, with common conditions made more common and rare ones rarer: p · ⁴√(p / 0.08).
  static func skewed(_ prevalence: Double) -> Double {
    prevalence * (prevalence / 0.08).squareRoot().squareRoot()
  }

  /// The table's rate, moved towards 0 or 1: s(s(r)) with s(r) = r² (3 − 2r). What is usual becomes nearly certain.
  static func decisive(_ rate: Double) -> Double {
    let once = rate * rate * (3 - 2 * rate)
    return once * once * (3 - 2 * once)
  }
}
