/// Visits of a source without a table of visits: known from the rows that name them, each with the earliest time of its
/// rows. A time with a clock is better than a date: rows of one visit may have either.
struct VisitCollector {
  private var visits = ByteInterner()
  private var patients = ByteInterner()
  private var patientOfVisit: [Int32] = []
  private var orders: [Int?] = []
  private var times: [Int?] = []
  private var hasClock: [Bool] = []
  private var last = Int32(-1)

  var count: Int { patientOfVisit.count }

  /// A row of a visit. The first row decides whose visit it is.
  /// - Parameters:
  ///   - order: what orders the visits; nil when the row has no time.
  ///   - seconds: the same as seconds since 1970, where it is a time.
  mutating func note(patient: Field, visit: Field, order: Int?, seconds: Int?, hasClock clock: Bool) {
    if last < 0 || !visits.equals(last, visit) { last = visits.index(of: visit) }
    let index = Int(last)
    if index == patientOfVisit.count {
      patientOfVisit.append(patients.index(of: patient))
      orders.append(order)
      times.append(seconds)
      hasClock.append(clock)
      return
    }
    guard let order else { return }
    if orders[index].map({ clock == hasClock[index] ? order < $0 : clock }) ?? true {
      orders[index] = order
      times[index] = seconds
      hasClock[index] = clock
    }
  }

  /// Puts the visits into a table; visits without a time stand first, by identifier.
  /// - Returns: visits without a time.
  func fill(_ table: inout VisitTable) -> Int {
    var without = 0
    for index in 0..<count {
      if orders[index] == nil { without += 1 }
      _ = table.add(
        patient: patients[Int(patientOfVisit[index])], visit: visits[index], order: orders[index] ?? Int.min,
        time: times[index])
    }
    return without
  }
}

extension VisitTable {
  /// Is this the patient of the visit?
  func isPatient(_ patient: Field, of visit: Int32) -> Bool { patientIDs.equals(patients[Int(visit)], patient) }
}
