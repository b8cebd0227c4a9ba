/// Visits of a source without a table of visits: known from the rows that name them, each with the earliest time of its
/// rows. A time with a clock is better than a date: rows of one visit may have either.
struct VisitCollector {
  private var visits = ByteInterner()
  private var patients = ByteInterner()
  private var patientOfVisit: [Int32] = []
  private var times: [Int?] = []
  private var hasClock: [Bool] = []
  private var last = Int32(-1)

  var count: Int { patientOfVisit.count }

  /// A row of a visit. The first row decides whose visit it is.
  mutating func note(patient: Field, visit: Field, time: Int?, hasClock clock: Bool) {
    if last < 0 || !visits.equals(last, visit) { last = visits.index(of: visit) }
    let index = Int(last)
    if index == patientOfVisit.count {
      patientOfVisit.append(patients.index(of: patient))
      times.append(time)
      hasClock.append(clock)
      return
    }
    guard let time else { return }
    if times[index].map({ clock == hasClock[index] ? time < $0 : clock }) ?? true {
      times[index] = time
      hasClock[index] = clock
    }
  }

  /// Puts the visits into a table; visits without a time stand first, by identifier.
  /// - Returns: visits without a time.
  func fill(_ table: inout VisitTable) -> Int {
    var without = 0
    for index in 0..<count {
      if times[index] == nil { without += 1 }
      _ = table.add(
        patient: patients[Int(patientOfVisit[index])], visit: visits[index], order: times[index] ?? Int.min,
        time: times[index])
    }
    return without
  }
}

extension VisitTable {
  /// Is this the patient of the visit?
  func isPatient(_ patient: Field, of visit: Int32) -> Bool { patientIDs.equals(patients[Int(visit)], patient) }
}
