import Random

/// From reasons to medications.
extension PatientCourse {
  /// A habitual slot is part of the patient's regimen or not, for life; the others are decided in each visit.
  func add(_ slot: TherapySlot, isSevere: Bool, isHabitual: Bool, to record: inout VisitRecord) {
    guard !slot.isForSevere || isSevere else { return }
    var rate = PatientDynamics.decisive(slot.rate)
    if isHabitual && !slot.isForSevere {
      let isUsual = traits.uniform(UInt64(2 * slot.id)) < rate
      rate = isUsual ? PatientDynamics.habitKept : PatientDynamics.habitBroken
    }
    spread(slot, rate: rate, to: &record)
  }

  func addSupport(_ slot: TherapySlot, to record: inout VisitRecord) {
    let isUsual = traits.uniform(UInt64(2 * slot.id)) < slot.rate
    spread(slot, rate: isUsual ? PatientDynamics.supportKept : PatientDynamics.supportBroken, to: &record)
  }

  /// Gives the tolerated alternatives their shares: most to the patient's usual one.
  private func spread(_ slot: TherapySlot, rate: Double, to record: inout VisitRecord) {
    let tolerated = slot.medications.indices.filter { isTolerated[slot.medications[$0]] }
    let total = tolerated.reduce(0) { $0 + slot.weights[$1] }
    guard total > 0 else { return }
    var remaining = traits.uniform(UInt64(2 * slot.id + 1)) * total
    var usual: Int?
    for index in tolerated where usual == nil {
      remaining -= slot.weights[index]
      if remaining < 0 || index == tolerated.last { usual = index }
    }
    let loyalty = tolerated.count == 1 ? 0 : PatientDynamics.usualAlternative
    for index in tolerated {
      let share = (1 - loyalty) * slot.weights[index] / total + (index == usual ? loyalty : 0)
      record.absence[slot.medications[index]] *= 1 - rate * share
    }
  }

  /// Draws each class from its probability p = 1 − Π(1 − pₖ) over all reasons k (noisy or).
  mutating func prescribe(_ record: VisitRecord) -> SyntheticVisit {
    var medications: [Int32] = []
    var probabilities = record.absence
    for index in probabilities.indices {
      let p = isTolerated[index] ? 1 - probabilities[index] * (1 - PatientDynamics.unexplained) : 0
      probabilities[index] = p
      if draws.happens(p) { medications.append(Int32(index)) }
    }
    if medications.isEmpty { medications.append(Int32(draws.pick(probabilities))) }
    return SyntheticVisit(
      diagnoses: record.diagnoses.codes, procedures: record.procedures.codes, symptoms: record.symptoms.codes,
      medications: medications, probabilities: probabilities)
  }
}
