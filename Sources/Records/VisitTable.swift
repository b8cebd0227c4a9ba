/// The visits of a data set before any filter, found by their identifiers. A visit costs about 60 bytes.
struct VisitTable {
  /// How patients stand in the cohort (and so how the official split deals them).
  enum PatientOrder {
    /// Shorter identifiers first, then alphabetically: numbers come in the order of their values.
    case byIdentifier
    /// As they first came.
    case asRead
  }

  var patientOrder = PatientOrder.byIdentifier
  private(set) var patientIDs = ByteInterner()
  private(set) var visitIDs = ByteInterner()
  /// Per visit: its patient, as a number in `patientIDs`.
  private(set) var patients: [Int32] = []
  /// Per visit: what orders the visits of one patient. Ties go by identifier, as patients do.
  private(set) var orders: [Int] = []
  /// Per visit: seconds since 1970, or `noTime`.
  private(set) var times: [Int] = []
  private var last = Int32(-1)

  static let noTime = Int.min

  var count: Int { patients.count }
  var patientCount: Int { patientIDs.count }

  /// Adds a visit.
  /// - Parameters:
  ///   - order: orders the visits of one patient; a time will do.
  ///   - time: when the visit began, seconds since 1970; nil when the source does not say.
  /// - Returns: the visit's number, or nil when the identifier is taken.
  mutating func add(patient: Field, visit: Field, order: Int, time: Int? = nil) -> Int32? {
    guard visitIDs.find(visit) == nil else { return nil }
    return append(patientIDs.index(of: patient), visitIDs.index(of: visit), order, time)
  }

  /// The same for identifiers that are no fields of a row.
  mutating func add(patient: String, visit: String, order: Int, time: Int? = nil) -> Int32? {
    let index = visitIDs.index(of: visit)
    guard Int(index) == count else { return nil }
    return append(patientIDs.index(of: patient), index, order, time)
  }

  private mutating func append(_ patient: Int32, _ visit: Int32, _ order: Int, _ time: Int?) -> Int32 {
    patients.append(patient)
    orders.append(order)
    times.append(time ?? Self.noTime)
    return visit
  }

  /// The number of a visit; quick for consecutive rows of one visit.
  mutating func find(_ visit: Field) -> Int32? {
    if last >= 0, visitIDs.equals(last, visit) { return last }
    guard let found = visitIDs.find(visit) else { return nil }
    last = found
    return found
  }

  /// The kept visits by patient, then order, then identifier: the cohort does not depend on the order of rows.
  func ordered(_ kept: [Bool]) -> [Int32] {
    var rank = [Int32](repeating: 0, count: patientCount)
    var inOrder = (0..<Int32(patientCount)).map { $0 }
    if patientOrder == .byIdentifier { inOrder.sort { patientIDs.precedes($0, $1) } }
    for (place, patient) in inOrder.enumerated() { rank[Int(patient)] = Int32(place) }
    let visits = (0..<Int32(count)).filter { kept[Int($0)] }
    return visits.sorted { left, right in
      let a = rank[Int(patients[Int(left)])]
      let b = rank[Int(patients[Int(right)])]
      if a != b { return a < b }
      if orders[Int(left)] != orders[Int(right)] { return orders[Int(left)] < orders[Int(right)] }
      return visitIDs.precedes(left, right)
    }
  }
}
