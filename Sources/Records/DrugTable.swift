/// A table of drugs with ATC codes: descriptions and molecules of single drugs, joined per class.
struct DrugTable {
  struct Drug {
    let name, description, smiles: String
    let isApproved: Bool
  }

  private(set) var drugs: [Drug] = []
  /// Class → the drugs that have a code of it, approved ones first, else in the order of the table.
  private(set) var members: [String: [Int]] = [:]
  let file: String
  private let hasDescriptions, hasMolecules: Bool

  /// - Parameter path: CSV, or a .tsv with tabs, with a header: `atc_codes` (several codes with | between), and any of `name`, `description`,
  ///   `smiles`, `groups` (drugs with the word "approved" there go first).
  /// - Throws: what reading throws; `badMap` for a table that has neither descriptions nor molecules.
  init(_ path: String, report: inout ImportReport) throws(RecordsError) {
    file = path.split(separator: "/").last.map(String.init) ?? path
    let reader = try CSVReader(
      path, shownAs: file, delimiter: file.lowercased().contains(".tsv") ? .tab : .comma)
    let codes = try reader.column("atc_codes")
    let name = reader.optionalColumn("name")
    let description = reader.optionalColumn("description")
    let smiles = reader.optionalColumn("smiles")
    let groups = reader.optionalColumn("groups")
    hasDescriptions = description != nil
    hasMolecules = smiles != nil
    guard hasDescriptions || hasMolecules else {
      throw .badMap(path, reason: "it has neither a column description nor a column smiles")
    }
    func text(_ column: Int?) -> String { column.map { reader.field($0).string } ?? "" }
    while try reader.next() {
      var classes: [String] = []
      for code in reader.field(codes).string.split(whereSeparator: { "|;, ".contains($0) }) {
        if let found = ATCClass(String(code))?.code, !classes.contains(found) { classes.append(found) }
      }
      if classes.isEmpty {
        reader.skip("no ATC code of the third level or below")
        continue
      }
      for found in classes { members[found, default: []].append(drugs.count) }
      // Words with | between: "approved|withdrawn". "unapproved" is none of ours.
      let isApproved = text(groups).lowercased().split(whereSeparator: { !$0.isLetter }).contains("approved")
      drugs.append(
        Drug(name: text(name), description: text(description), smiles: text(smiles), isApproved: isApproved))
    }
    for found in members.keys {
      let approved = members[found]?.filter { drugs[$0].isApproved } ?? []
      let others = members[found]?.filter { !drugs[$0].isApproved } ?? []
      members[found] = approved + others
    }
    report.tables.append(try reader.summary(file))
  }

  /// Class → SMILES of its drugs, each once, at most `limit` (0: all).
  /// - Throws: `badMap` when the table has no column of SMILES.
  func molecules(limit: Int) throws(RecordsError) -> [String: [String]] {
    guard hasMolecules else {
      throw .badMap(file, reason: "it has no column smiles, which --molecule-rule by-atc needs")
    }
    var molecules: [String: [String]] = [:]
    for (found, indices) in members {
      var listed: [String] = []
      for index in indices where limit == 0 || listed.count < limit {
        let smiles = drugs[index].smiles
        if !smiles.isEmpty, !listed.contains(smiles) { listed.append(smiles) }
      }
      if !listed.isEmpty { molecules[found] = listed }
    }
    return molecules
  }

  /// The class's name and the first sentence on each of its drugs, at most `limit` of them. Nil when no drug of the
  /// class has a description.
  func text(_ code: String, className: String?, limit: Int) -> String? {
    let described = (members[code] ?? []).filter { !drugs[$0].description.isEmpty }
    guard !described.isEmpty, limit > 0 else { return nil }
    let head = code + (className.map { " " + $0 } ?? "")
    let sentences = described.prefix(limit).map { index in
      let sentence = Self.firstSentence(drugs[index].description)
      let name = drugs[index].name
      return name.isEmpty || sentence.lowercased().hasPrefix(name.lowercased()) ? sentence : "\(name): \(sentence)"
    }
    return head + ". " + sentences.joined(separator: " ")
  }

  /// Up to a full stop that a blank follows, behind at least 40 characters; cut at a blank after 300.
  static func firstSentence(_ text: String) -> String {
    var sentence = ""
    var length = 0
    var previous: Character = " "
    for character in text {
      if character.isWhitespace {
        if previous == ".", length >= 40 { break }
        if length >= 300 { return sentence + " …" }
        if previous.isWhitespace { continue }
        sentence.append(" ")
      } else {
        sentence.append(character)
      }
      length += 1
      previous = character.isWhitespace ? " " : character
    }
    return sentence.hasSuffix(" ") ? String(sentence.dropLast()) : sentence
  }
}
