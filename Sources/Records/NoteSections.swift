/// Headings of clinical notes: a line that begins with words and a colon, where the words are known as a heading or all
/// in capitals. "Denies: fever" is none, "PAST MEDICAL HISTORY: none" is one.
struct NoteSections {
  /// Sections by the name an option gives, with the headings that open them.
  static let families: [(name: String, headings: [String])] = [
    (
      "chief complaint",
      [
        "chief complaint", "chief complaints", "cc", "presenting complaint", "reason for admission",
        "reason for hospitalization", "reason for visit", "presenting symptoms",
      ]
    ),
    (
      "history of present illness",
      [
        "history of present illness", "history of the present illness", "history of presenting illness", "hpi",
        "present illness", "brief history", "history", "interval history",
      ]
    ),
    ("review of systems", ["review of systems", "review of symptoms", "ros"]),
    (
      "past medical history",
      ["past medical history", "medical history", "past history", "pmh", "pmhx", "past surgical history", "psh"]
    ),
    ("family history", ["family history", "fh", "fhx", "family medical history"]),
    ("social history", ["social history", "sh", "shx"]),
    ("physical exam", ["physical exam", "physical examination", "exam", "pe", "vital signs", "vitals", "vs"]),
    (
      "hospital course",
      ["hospital course", "brief hospital course", "course", "icu course", "summary of hospital course"]
    ),
    (
      "discharge",
      [
        "discharge diagnosis", "discharge diagnoses", "discharge condition", "discharge instructions",
        "discharge disposition", "discharge medications", "followup instructions", "follow up", "followup",
      ]
    ),
    (
      "other",
      [
        "allergies", "medications", "medications on admission", "admission medications", "home medications", "meds",
        "pertinent results", "labs", "laboratory data", "admission labs", "discharge labs", "imaging", "studies",
        "impression", "assessment", "assessment and plan", "plan", "service", "attending", "admission date",
        "discharge date", "date of birth", "sex", "addendum", "procedures", "major surgical or invasive procedure",
      ]
    ),
  ]

  private static let longest = 60
  private static let blank = UInt8(ascii: " ")
  private static let colon = UInt8(ascii: ":")
  private static let lineFeed = UInt8(ascii: "\n")

  /// Nil: whole notes.
  private let wanted: ByteInterner?
  private let known: ByteInterner
  /// Per wanted heading: the number of its section; per section: its name, and whether a note had it.
  private var sectionOfHeading: [Int] = []
  private var sectionNames: [String] = []
  private var isFound: [Bool] = []
  private var unfound = 0
  /// Headings counted as long as a section was not found.
  private var seen = ByteInterner()
  private var seenCounts: [Int] = []
  private static let seenLimit = 10_000
  private var name: [UInt8] = []

  /// - Parameter sections: as `SymptomOptions.sections`.
  init(_ sections: [String]) {
    var known = ByteInterner()
    for family in Self.families { for heading in family.headings { _ = known.index(of: heading) } }
    if sections == ["all"] {
      wanted = nil
    } else {
      var wanted = ByteInterner()
      for (number, section) in sections.enumerated() {
        let section = section.lowercased()
        sectionNames.append(section)
        isFound.append(false)
        unfound += 1
        let headings = Self.families.first { $0.name == section }?.headings ?? [section]
        let before = wanted.count
        for heading in headings {
          if Int(wanted.index(of: heading)) == sectionOfHeading.count { sectionOfHeading.append(number) }
          _ = known.index(of: heading)
        }
        // Another name of a section that is wanted already is not missed on its own.
        if wanted.count == before {
          isFound[number] = true
          unfound -= 1
        }
      }
      self.wanted = wanted
    }
    self.known = known
    name.reserveCapacity(Self.longest)
  }

  /// Text before the first heading counts only where all does.
  var beginsWanted: Bool { wanted == nil }

  /// Counts the heading just read, and the section that it opens.
  private mutating func note(_ heading: Int32?) {
    if let heading {
      let section = sectionOfHeading[Int(heading)]
      if !isFound[section] {
        isFound[section] = true
        unfound -= 1
      }
    }
    if seen.count == Self.seenLimit { return }
    let index = Int(name.withUnsafeBufferPointer { seen.index(of: $0) })
    if index == seenCounts.count { seenCounts.append(0) }
    seenCounts[index] += 1
  }

  /// Wanted sections that no note had, with the headings that were seen most; nil when every section was found.
  var missed: (sections: [String], seen: [(name: String, count: Int)])? {
    if unfound == 0 { return nil }
    let ranked = seenCounts.indices.map { (name: seen[$0], count: seenCounts[$0]) }
      .sorted { $0.count != $1.count ? $0.count > $1.count : $0.name < $1.name }
    return (sectionNames.indices.filter { !isFound[$0] }.map { sectionNames[$0] }, ranked)
  }

  struct Heading {
    /// Bytes of the line up to and with the colon.
    let length: Int
    let isWanted: Bool
  }

  /// The heading that a line begins with; nil for other lines.
  mutating func heading(_ line: UnsafeBufferPointer<UInt8>) -> Heading? {
    name.removeAll(keepingCapacity: true)
    var capitals = 0
    var smalls = 0
    var words = 1
    for position in 0..<min(line.count, Self.longest + 20) {
      let byte = line[position]
      switch byte {
      case Self.colon:
        while name.last == Self.blank { name.removeLast() }
        if name.isEmpty { return nil }
        let isKnown = name.withUnsafeBufferPointer { known.find($0) != nil }
        guard isKnown || (smalls == 0 && capitals >= 2 && words <= 6) else { return nil }
        let section = name.withUnsafeBufferPointer { name in wanted.map { $0.find(name) } }
        let isWanted = section.map { $0 != nil } ?? true
        if unfound > 0 { note(section ?? nil) }
        return Heading(length: position + 1, isWanted: isWanted)
      case 0x41...0x5A:
        capitals += 1
        name.append(byte | 0x20)
      case 0x61...0x7A:
        smalls += 1
        name.append(byte)
      case Self.blank, 0x09:
        if let last = name.last, last != Self.blank {
          name.append(Self.blank)
          words += 1
        }
      case UInt8(ascii: "/"), UInt8(ascii: "&"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "-"):
        if name.isEmpty { return nil }
        name.append(byte)
      default: return nil
      }
      if name.count > Self.longest { return nil }
    }
    return nil
  }
}
