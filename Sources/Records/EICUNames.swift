/// Texts of eICU's codes: titles of diagnoses, names of the drugs that carry a medication label.
struct EICUNames: CodeNamer {
  /// Title by code without its dot.
  var titles: [String: String] = [:]
  /// The most frequent diagnosisstring of each code.
  var paths: [String: String] = [:]
  /// Drug names in a label's text, at most.
  var limit = 12
  /// The text of a label without a name begins with this: "GTC 38".
  var labelWord = "GTC"

  private var labels = ByteInterner()
  private var written = ByteInterner()
  /// (label, name) → rows.
  private var counts: [UInt64: Int] = [:]

  /// A row's label and its drug name.
  mutating func note(label: Field, name: Field) { note(labels.index(of: label), name) }

  /// The same for a class that a map gave.
  mutating func note(label: ATCClass, name: Field) { note(labels.index(of: label.code), name) }

  private mutating func note(_ label: Int32, _ name: Field) {
    if name.isEmpty { return }
    counts[UInt64(UInt32(label)) << 32 | UInt64(UInt32(written.index(of: name))), default: 0] += 1
  }

  mutating func texts(
    _ kind: CodeKind, codes: [String], lists: CodeLists, report: inout ImportReport
  ) throws(RecordsError) -> [String]? {
    switch kind {
    case .diagnosis: diagnoses(codes, &report)
    case .medication: medications(codes)
    case .procedure, .symptom: nil
    }
  }

  /// The title of the code; else the path beside it in the table, its parts with commas between.
  private func diagnoses(_ codes: [String], _ report: inout ImportReport) -> [String] {
    var byPath: [String] = []
    let named = codes.map { code in
      if let title = titles[code.filter { $0 != "." }] { return title }
      byPath.append(code)
      return (paths[code] ?? code).split(separator: "|").map { $0.trimmingBlanks }.joined(separator: ", ")
    }
    if !titles.isEmpty, !byPath.isEmpty {
      report.notes.append(
        "\(byPath.count) of \(codes.count) diagnosis codes have no title and are named by diagnosisstring: "
          + byPath.prefix(8).joined(separator: ", ") + (byPath.count > 8 ? ", …" : "") + ".")
    }
    return named
  }

  /// The most frequent drug names of each label.
  private func medications(_ codes: [String]) -> [String] {
    var byLabel: [String: [String: Int]] = [:]
    for (key, rows) in counts {
      let name = Self.plainName(written[Int(key & 0xFFFF_FFFF)])
      if !name.isEmpty { byLabel[labels[Int(key >> 32)], default: [:]][name, default: 0] += rows }
    }
    return codes.map { code in
      let ranked = (byLabel[code] ?? [:]).sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
      if ranked.isEmpty || limit == 0 { return ATCClass(code) == nil ? "\(labelWord) \(code)" : "" }
      return ranked.prefix(limit).map(\.key).joined(separator: ", ") + (ranked.count > limit ? ", …" : "")
    }
  }

  /// The drug in an order's wording, in lower case and without strength, form and way of giving:
  /// "5 ML VIAL : DILTIAZEM HCL 25 MG/5ML IV SOLN" → "diltiazem hcl".
  static func plainName(_ written: String) -> String {
    var text = Substring(written.lowercased())
    for mark in [": ", "  -  ", " - "] {
      if let first = text.first, first.isNumber || first == ".", let range = text.ranges(of: mark).last {
        text = text[range.upperBound...]
      }
    }
    var words: [Substring] = []
    for word in text.split(separator: " ") {
      if let first = word.first, first.isNumber || first == "." || first == "*" || first == "(" || forms.contains(word)
      {
        if words.isEmpty { continue }
        break
      }
      words.append(word)
    }
    return words.joined(separator: " ").trimming(",;:-.")
  }

  private static let forms: Set<Substring> = [
    "po", "iv", "ivpb", "im", "sc", "sq", "inj", "tab", "tabs", "tablet", "cap", "caps", "capsule", "oral", "soln",
    "solr", "susp", "premix", "in",
  ]
}

extension StringProtocol {
  fileprivate var trimmingBlanks: String { trimming(" \t") }

  fileprivate func trimming(_ characters: String) -> String {
    var text = Substring(self)
    while let first = text.first, characters.contains(first) { text.removeFirst() }
    while let last = text.last, characters.contains(last) { text.removeLast() }
    return String(text)
  }
}
