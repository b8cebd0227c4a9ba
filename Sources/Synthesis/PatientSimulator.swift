import Random

/// One visit: positions in the vocabularies, and the true probability of every medication given everything hidden.
package struct SyntheticVisit: Equatable, Sendable {
  package var diagnoses: [Int32]
  package var procedures: [Int32]
  package var symptoms: [Int32]
  package var medications: [Int32]
  /// P(medication | conditions, habits, intolerances, procedures, symptoms), one per class: the ceiling of any model.
  package var probabilities: [Double]
}

/// Makes patients. Patient i is a pure function of (seed, i): nothing is shared between patients but the tables.
package struct PatientSimulator: Sendable {
  let knowledge: Knowledge
  let seed: UInt64

  package init(knowledge: Knowledge, seed: UInt64) {
    self.knowledge = knowledge
    self.seed = seed
  }

  /// All visits of a patient, in time order; at least two.
  package func visits(ofPatient index: Int) -> [SyntheticVisit] {
    var course = PatientCourse(knowledge: knowledge, seed: seed, patient: index)
    return (0..<course.visitCount).map { course.visit(number: $0) }
  }
}
