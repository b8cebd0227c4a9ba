/// The admissions of a data set, in the order of the table, found by their number.
struct Admissions {
  private(set) var patients: [Int] = []
  private(set) var numbers: [Int] = []
  /// Seconds since 1970.
  private(set) var times: [Int] = []
  private var indices: [Int: Int32] = [:]

  var count: Int { numbers.count }

  /// False when the number is taken.
  mutating func add(patient: Int, number: Int, time: Int) -> Bool {
    guard indices[number] == nil else { return false }
    indices[number] = Int32(count)
    patients.append(patient)
    numbers.append(number)
    times.append(time)
    return true
  }

  func index(_ number: Int) -> Int32? { indices[number] }

  /// By patient number, then time, then admission number: the cohort does not depend on the order of rows.
  func ordered(_ kept: [Bool]) -> [Int] {
    kept.indices.filter { kept[$0] }.sorted {
      (patients[$0], times[$0], numbers[$0]) < (patients[$1], times[$1], numbers[$1])
    }
  }

  /// Finds admissions of consecutive rows, which mostly belong to the same one.
  struct Finder {
    private var last = (number: Int.min, index: Int32?.none)

    mutating func index(_ number: Int, in admissions: Admissions) -> Int32? {
      if number != last.number { last = (number, admissions.index(number)) }
      return last.index
    }
  }
}

/// Codes of visits as they come from a table, before visits are filtered.
struct CodeEntries {
  struct Entry {
    let visit: Int32
    /// Sequence number inside the visit; ties keep the order of rows.
    let order: Int32
    let code: Int32
  }

  var interner = ByteInterner()
  var entries: [Entry] = []

  /// Visits that have at least one entry.
  func present(visits: Int) -> [Bool] {
    var present = [Bool](repeating: false, count: visits)
    for entry in entries { present[Int(entry.visit)] = true }
    return present
  }

  /// Keeps the `limit` codes that most visits have; ties go to the code that is first alphabetically.
  /// Returns the number of codes left out.
  mutating func keepMostFrequent(_ limit: Int) -> Int {
    guard interner.count > limit else { return 0 }
    var visits = [Int](repeating: 0, count: interner.count)
    for pair in Set(entries.map { UInt64(UInt32($0.visit)) << 32 | UInt64(UInt32($0.code)) }) {
      visits[Int(pair & 0xFFFF_FFFF)] += 1
    }
    let ranked = visits.indices.sorted {
      visits[$0] != visits[$1] ? visits[$0] > visits[$1] : interner[$0] < interner[$1]
    }
    let kept = Set(ranked.prefix(limit).map { Int32($0) })
    entries.removeAll { !kept.contains($0.code) }
    return interner.count - limit
  }

  /// The codes used by the kept visits, sorted, and the list of each kept visit (each code once, by sequence number).
  /// - Parameter position: of every admission, its place among the kept visits, −1 for the others.
  func lists(position: [Int32], visits: Int) -> (codes: [String], lists: CodeLists) {
    let kept = entries.indices.filter { position[Int(entries[$0].visit)] >= 0 }
    let ordered = kept.sorted { left, right in
      let a = entries[left]
      let b = entries[right]
      return (position[Int(a.visit)], a.order, left) < (position[Int(b.visit)], b.order, right)
    }
    var used = [Bool](repeating: false, count: interner.count)
    for index in kept { used[Int(entries[index].code)] = true }
    let codes = used.indices.filter { used[$0] }.map { (text: interner[$0], entry: $0) }.sorted { $0.text < $1.text }
    var rank = [Int32](repeating: -1, count: interner.count)
    for (index, code) in codes.enumerated() { rank[code.entry] = Int32(index) }

    var lists = CodeLists()
    lists.indices.reserveCapacity(kept.count)
    var lastVisit = [Int32](repeating: -1, count: interner.count)
    var cursor = 0
    for visit in 0..<Int32(visits) {
      while cursor < ordered.count, position[Int(entries[ordered[cursor]].visit)] == visit {
        let code = Int(entries[ordered[cursor]].code)
        if lastVisit[code] != visit {
          lastVisit[code] = visit
          lists.indices.append(rank[code])
        }
        cursor += 1
      }
      lists.offsets.append(lists.indices.count)
    }
    return (codes.map(\.text), lists)
  }
}
