extension CohortAssembler {
  /// A filter of visits: what it is called, and what is said of patients who lose their last visit to it.
  private struct Lost {
    let kind: CodeKind?
    let sentence: String
  }

  /// One flag per visit; writes the report's flow.
  mutating func filter(_ codes: [CodeKind: VisitCodes]) throws(RecordsError) -> [Bool] {
    let required = try required()
    var kept = [Bool](repeating: true, count: visits.count)
    /// Per patient: the filter that took the last visit.
    var taken = [Int8](repeating: -1, count: visits.patientCount)
    var filters: [Lost] = []
    var alive = [Bool](repeating: true, count: visits.patientCount)

    for kind in required where kind != .medication {
      keep(&kept) { codes[kind]?.has($0) ?? false }
      step("with a \(kind.rawValue)", kept)
      filters.append(Lost(kind: kind, sentence: "lack \(kind.plural)"))
      lose(&taken, &alive, kept, Int8(filters.count - 1))
    }
    var complete: [Bool] = []
    if medications.isMapped {
      keep(&kept) { medications.rows($0).all > 0 }
      step("with a \(medicationRow)", kept)
      filters.append(Lost(kind: nil, sentence: "have no \(medicationRow)"))
      lose(&taken, &alive, kept, Int8(filters.count - 1))
      complete = ofPatientsWithEnoughVisits(kept)
      step("of patients with \(options.minimumVisits) or more such visits" + ImportReport.asideSuffix, complete)
    }
    let before = kept
    keep(&kept) { codes[.medication]?.has($0) ?? false }
    let lost = kept.indices.filter { before[$0] && !kept[$0] }
    step(
      medications.isMapped ? "with a medication that maps to a class" : "with a medication", kept,
      note: medications.isMapped ? explain(lost) : "")
    filters.append(
      Lost(
        kind: .medication,
        sentence: medications.isMapped ? "have no \(medicationRow) that maps to a wanted class" : "lack medications"))
    lose(&taken, &alive, kept, Int8(filters.count - 1))

    let visitsOfPatients = count(kept)
    kept = ofPatientsWithEnoughVisits(kept)
    var note = ""
    let fewer = complete.indices.filter { complete[$0] && !kept[$0] }
    if !fewer.isEmpty {
      let unmapped = Set(lost)
      let direct = fewer.filter { unmapped.contains($0) }
      note =
        "compared with the count before medications are mapped, \(fewer.count) visits fewer: \(direct.count) have no "
        + "mapped medication, \(fewer.count - direct.count) are of patients that this left with fewer than "
        + "\(options.minimumVisits) visits"
    }
    step("of patients with \(options.minimumVisits) or more such visits", kept, note: note)
    if !kept.contains(true) {
      throw .nothingKept(
        reason: whyNothing(visitsOfPatients, filters: filters, taken: taken, required: required))
    }
    return kept
  }

  private func keep(_ kept: inout [Bool], _ isRight: (Int) -> Bool) {
    for visit in kept.indices where kept[visit] && !isRight(visit) { kept[visit] = false }
  }

  private func count(_ kept: [Bool]) -> [Int32] {
    var counts = [Int32](repeating: 0, count: visits.patientCount)
    for visit in kept.indices where kept[visit] { counts[Int(visits.patients[visit])] += 1 }
    return counts
  }

  private func ofPatientsWithEnoughVisits(_ kept: [Bool]) -> [Bool] {
    let counts = count(kept)
    return kept.indices.map { kept[$0] && Int(counts[Int(visits.patients[$0])]) >= options.minimumVisits }
  }

  private func lose(_ taken: inout [Int8], _ alive: inout [Bool], _ kept: [Bool], _ filter: Int8) {
    let counts = count(kept)
    for patient in alive.indices where alive[patient] && counts[patient] == 0 {
      alive[patient] = false
      taken[patient] = filter
    }
  }

  private mutating func step(_ name: String, _ kept: [Bool], note: String = "") {
    let counts = count(kept)
    report.flow.append(
      ImportReport.FlowStep(
        step: name, patients: counts.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }, visits: counts.reduce(0) { $0 + Int($1) },
        note: note))
  }

  /// How many visits lost all rows in the mapping, and why: "12 visits: 9 without a drug code, 3 with codes that give
  /// no medication".
  private func explain(_ lost: [Int]) -> String {
    if lost.isEmpty { return "" }
    let bare = lost.reduce(0) { sum, visit in
      let rows = medications.rows(visit)
      return sum + (rows.all == rows.withoutCode ? 1 : 0)
    }
    let parts = [(bare, "without a drug code"), (lost.count - bare, "with codes that give no medication")]
    return "\(lost.count) visit\(lost.count == 1 ? "" : "s"): "
      + parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }

  /// Why no patient is left, and what to try: "no patient has two complete visits (…): 82 have one, 18 lack
  /// procedures; try --min-visits 1".
  private func whyNothing(
    _ visitsOfPatients: [Int32], filters: [Lost], taken: [Int8], required: [CodeKind]
  ) -> String {
    let unread = unreadTables()
    if visits.count == 0 {
      return (unread.map { $0 + "; so " } ?? "") + "no visit could be read" + emptyTables()
    }
    var parts: [String] = []
    let most = Int(visitsOfPatients.max() ?? 0)
    for number in stride(from: most, to: 0, by: -1) {
      let patients = visitsOfPatients.reduce(0) { $0 + (Int($1) == number ? 1 : 0) }
      if patients > 0 { parts.append("\(patients) \(patients == 1 ? "has" : "have") \(Self.word(number))") }
    }
    var largest: (filter: Lost, patients: Int)?
    for (index, filter) in filters.enumerated() {
      let patients = taken.reduce(0) { $0 + ($1 == Int8(index) ? 1 : 0) }
      if patients > (largest?.patients ?? 0) { largest = (filter, patients) }
      if patients > 0 { parts.append("\(patients) \(filter.sentence)") }
    }
    let wanted =
      options.minimumVisits == 1 ? "a complete visit" : "\(Self.word(options.minimumVisits)) complete visits"
    let kinds = required.map { "a \($0.rawValue)" }
    let needs =
      kinds.count > 1 ? kinds.dropLast().joined(separator: ", ") + " and " + (kinds.last ?? "") : kinds.joined()
    let cause = "no patient has \(wanted) (each with \(needs)): " + parts.joined(separator: ", ")
    if let unread { return "\(unread); so \(cause)\(emptyTables())" }
    return cause + "; " + advice(most, largest?.filter, required) + emptyTables()
  }

  /// Tables of which every row is malformed, each with an example and what to change: the cause of all that follows.
  private func unreadTables() -> String? {
    let unread = report.tables.compactMap { table -> String? in
      guard table.rowsRead > 0, table.malformedRows == table.rowsRead, let example = table.examples.first else {
        return nil
      }
      let rows = table.rowsRead == 1 ? "the only row" : "all \(table.rowsRead) rows"
      return "\(rows) of \(table.name) cannot be read, the first is \(example)" + remedy(example)
    }
    return unread.isEmpty ? nil : unread.joined(separator: "; ")
  }

  /// What to do against the fault of an example.
  private func remedy(_ example: String) -> String {
    if example.contains("not a time of the format") {
      return "; set time_format of the mapping to the form of that column"
    }
    if example.contains("is not a time") { return "; write that column as 2150-01-31 12:30:00" }
    if example.contains("too few fields") || example.contains("too many fields") {
      return "; check the delimiter of the file and its quotes"
    }
    return ""
  }

  private func advice(_ most: Int, _ filter: Lost?, _ required: [CodeKind]) -> String {
    if most > 0 { return "try --min-visits \(most)" }
    switch filter?.kind {
    case .medication:
      return medications.isMapped
        ? "check the code maps in --maps, and --route, --classes and --require-molecules if given"
        : "check the medication table"
    case .some(let kind):
      let others = required.filter { $0 != kind }.map(\.rawValue).joined(separator: ",")
      return "try --require \(others)"
    case .none: return "check that the \(medicationRow) table belongs to these visits"
    }
  }

  /// Source tables that gave nothing, each with its commonest reason.
  private func emptyTables() -> String {
    let empty = report.tables.filter {
      $0.rowsKept == 0 && ($0.rowsRead == 0 || $0.malformedRows < $0.rowsRead || $0.examples.isEmpty)
    }.map { table in
      let reason = table.skipped.max { ($0.value, $1.key) < ($1.value, $0.key) }
      return table.rowsRead == 0
        ? "\(table.name) has no rows"
        : "none of the \(table.rowsRead) rows of \(table.name) was kept (\(reason?.key ?? ""))"
    }
    return empty.isEmpty ? "" : "; " + empty.joined(separator: "; ")
  }

  private static func word(_ number: Int) -> String {
    let words = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    return number < words.count ? words[number] : "\(number)"
  }
}
