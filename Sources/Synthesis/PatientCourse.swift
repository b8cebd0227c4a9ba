import Random

/// The hidden state of one patient and the draws that move it from visit to visit.
struct PatientCourse {
  let knowledge: Knowledge
  var draws: Draws
  /// What stays the same in a patient, by position: habits, usual words.
  let traits: CounterRandom
  let visitCount: Int
  let intolerances: [Int]
  let isTolerated: [Bool]
  /// Prevalence of each condition in this patient before risks.
  private let baseline: [Double]
  private var isActive: [Bool]
  private var isSevere: [Bool]

  init(knowledge: Knowledge, seed: UInt64, patient: Int) {
    self.knowledge = knowledge
    let stream = UInt64(patient) &* 2
    var draws = Draws(SequentialRandom(seed: seed, stream: RandomDomain.synthesis.stream(stream)))
    traits = CounterRandom(seed: seed, stream: RandomDomain.synthesis.stream(stream &+ 1))

    let age = draws.pick([0, 1, 2, 3].map { PatientDynamics.ageShares[$0] })
    let isFemale = draws.happens(0.5)
    let frailty = PatientDynamics.frailty[draws.pick(PatientDynamics.frailty.map(\.share))].factor
    // Fields by index: a copy of a condition would count references that all threads share.
    let conditions = knowledge.conditions
    baseline = conditions.indices.map { index in
      let sexFactor: Double =
        switch conditions[index].sex {
        case .any: 1
        case .female: isFemale ? 1.7 : 0.3
        case .male: isFemale ? 0.3 : 1.7
        }
      let kindFactor = conditions[index].isChronic ? frailty : PatientDynamics.acuteFactor
      return PatientDynamics.skewed(conditions[index].prevalence) * kindFactor * conditions[index].ageFactors[age]
        * sexFactor
    }
    let again = PatientDynamics.returnRates[draws.pick(PatientDynamics.returnRates.map(\.share))].again
    var visits = 2
    while visits < PatientDynamics.maximalVisits, draws.happens(again) { visits += 1 }
    visitCount = visits

    var isTolerated = [Bool](repeating: true, count: knowledge.medicationCount)
    var intolerances: [Int] = []
    for (index, family) in knowledge.intolerances.enumerated() where draws.happens(family.rate) {
      intolerances.append(index)
      for medication in family.medications { isTolerated[medication] = false }
    }
    self.isTolerated = isTolerated
    self.intolerances = intolerances
    isActive = Array(repeating: false, count: knowledge.conditions.count)
    isSevere = isActive
    self.draws = draws
  }

  /// Moves the patient on and describes the visit.
  mutating func visit(number: Int) -> SyntheticVisit {
    evolve(isFirst: number == 0)
    var record = VisitRecord(medicationCount: knowledge.medicationCount)
    describeConditions(in: &record)
    describeCare(in: &record)
    return prescribe(record)
  }

  // MARK: Conditions

  /// P(condition) with the risks that are present, at most 0.9.
  private func probability(of index: Int) -> Double {
    var value = baseline[index]
    for risk in knowledge.conditions[index].risks where isActive[risk.target] { value *= risk.value }
    return min(value, 0.9)
  }

  private mutating func evolve(isFirst: Bool) {
    for index in knowledge.causalOrder {
      let chance = probability(of: index)
      let isChronic = knowledge.conditions[index].isChronic
      if isChronic && isActive[index] {
        isActive[index] = !draws.happens(PatientDynamics.resolution)
      } else if isChronic {
        isActive[index] = draws.happens(isFirst ? chance : chance * PatientDynamics.newOnset)
      } else {
        let relapse = isActive[index] ? PatientDynamics.relapseOfAcute : 0
        isActive[index] = draws.happens(max(chance, relapse))
      }
      let severe = isChronic ? PatientDynamics.severeChronic : PatientDynamics.severeAcute
      isSevere[index] = isActive[index] && draws.happens(severe)
    }
    addReason()
  }

  /// Every visit has a reason: a chronic condition that worsens, or one more acute condition.
  private mutating func addReason() {
    let isChronic = draws.happens(PatientDynamics.chronicReason)
    let candidates = knowledge.conditions.indices.filter {
      knowledge.conditions[$0].isChronic == isChronic && (!isChronic || isActive[$0])
    }
    if isChronic && candidates.isEmpty { return addReasonAcute() }
    let choice = candidates[draws.pick(candidates.map { isChronic ? 1 : probability(of: $0) })]
    isActive[choice] = true
    if isChronic { isSevere[choice] = true }
  }

  private mutating func addReasonAcute() {
    let candidates = knowledge.conditions.indices.filter { !knowledge.conditions[$0].isChronic }
    isActive[candidates[draws.pick(candidates.map { probability(of: $0) })]] = true
  }

  // MARK: Codes

  private mutating func describeConditions(in record: inout VisitRecord) {
    typealias Rates = PatientDynamics
    for index in knowledge.conditions.indices where isActive[index] {
      let condition = knowledge.conditions[index]
      if draws.happens(condition.isChronic ? Rates.codedChronic : Rates.codedAcute) {
        record.diagnoses.insert(firstCode(of: index))
        for rate in [Rates.secondCode, Rates.thirdCode] where draws.happens(rate) {
          record.diagnoses.insert(draws.code(of: condition.plain))
        }
      }
      for sign in condition.signs where draws.happens(sign.value * Rates.signFactor) {
        record.addCause(.symptom, sign.target, isSevere: isSevere[index])
      }
      for link in condition.procedures where draws.happens(link.value * Rates.procedureFactor) {
        record.addCause(.procedure, link.target, isSevere: false)
      }
      for slot in condition.slots {
        add(slot, isSevere: isSevere[index], isHabitual: condition.isChronic, to: &record)
      }
    }
    for incidental in knowledge.incidental where draws.happens(incidental.value) {
      record.diagnoses.insert(Int32(incidental.target))
    }
    for index in intolerances where draws.happens(Rates.noteOfIntolerance) {
      record.diagnoses.insert(knowledge.intolerances[index].note)
    }
    if draws.happens(Rates.miscoding) || record.diagnoses.codes.isEmpty {
      record.diagnoses.insert(draws.code(of: knowledge.anyDiagnosis))
    }
  }

  /// The first diagnosis of a condition, in severe wording when it is severe: often the leading code of the condition,
  /// else in the patient's usual words.
  private mutating func firstCode(of index: Int) -> Int32? {
    let condition = knowledge.conditions[index]
    let isWordedSevere = isSevere[index] && !condition.severe.isEmpty && draws.happens(PatientDynamics.severeWording)
    let codes = isWordedSevere ? condition.severe : condition.plain
    if draws.happens(PatientDynamics.leadingWording) { return codes.codes.first }
    return codes.code(at: traits.uniform(UInt64(2 * knowledge.slotCount + index)))
  }

  /// Procedures and symptoms, with causes or without, and what is given for them.
  private mutating func describeCare(in record: inout VisitRecord) {
    for index in knowledge.families.indices {
      let rate = knowledge.families[index].baseRate * PatientDynamics.procedureFactor
      guard record.procedureCauses.contains(index) || draws.happens(rate) else { continue }
      perform(knowledge.families[index], in: &record)
    }
    if record.procedures.codes.isEmpty {
      let rates = knowledge.families.map(\.baseRate)
      perform(knowledge.families[draws.pick(rates)], in: &record)
    }
    for index in knowledge.symptoms.indices {
      let severity = record.symptomCauses[index]
      let rate = knowledge.symptoms[index].baseRate * PatientDynamics.signFactor
      guard severity != nil || draws.happens(rate) else { continue }
      let group = knowledge.symptoms[index]
      let isSevere = severity == true && !group.severe.isEmpty && draws.happens(PatientDynamics.severeWording)
      record.symptoms.insert(draws.code(of: isSevere ? group.severe : group.plain))
      if draws.happens(PatientDynamics.secondPhrase) { record.symptoms.insert(draws.code(of: group.plain)) }
      for slot in group.slots { add(slot, isSevere: isSevere, isHabitual: false, to: &record) }
    }
    for slot in knowledge.supportive { addSupport(slot, to: &record) }
  }

  private mutating func perform(_ family: CodeFamily, in record: inout VisitRecord) {
    record.procedures.insert(draws.code(of: family.plain))
    if draws.happens(PatientDynamics.secondProcedure) { record.procedures.insert(draws.code(of: family.plain)) }
    for slot in family.slots { add(slot, isSevere: false, isHabitual: false, to: &record) }
  }
}
