/// The molecules of herbs out of a table with `herb_id` (or `herb_name`) and `smiles`; other columns are not read.
struct HerbMolecules {
  /// Per herb, in the order of the file, each text once.
  private(set) var smiles: [[String]]
  /// What the file lists, for the report.
  private(set) var sentence = ""

  /// - Throws: what reading throws; `missingColumn`, `noRows`, `nothingMatches`, `notUTF8`; `badMolecule` when unparsable ones are to be refused;
  ///   `malformedRow` when strict.
  init(
    _ path: String, herbs: NumberedCodes, options: TCMPDOptions, identity: MoleculeIdentity?,
    report: inout ImportReport
  ) throws(RecordsError) {
    let shown = path.split(separator: "/").last.map(String.init) ?? path
    let reader = try CSVReader(path, shownAs: shown, strict: options.strict)
    var key = try HerbKey(reader, herbs: herbs)
    if key.isByName { try reader.requireUTF8() }
    let column = try reader.column("smiles")
    smiles = Array(repeating: [], count: herbs.count)
    var known: [Set<String>] = Array(repeating: [], count: herbs.count)
    var isMolecule: [String: Bool] = [:]
    while try reader.next() {
      guard let herb = try key.herb(reader) else { continue }
      let field = reader.field(column)
      if field.isEmpty {
        reader.skip("no SMILES")
        continue
      }
      let text = field.string
      let isSound = isMolecule[text] ?? identity.map { $0.key(text) != nil } ?? true
      isMolecule[text] = isSound
      guard isSound else {
        if options.unparsableSMILES == .refuse {
          throw .badMolecule(file: shown, line: reader.line, smiles: field.shown)
        }
        try reader.malformed("the SMILES cannot be read as a molecule", detail: field.shown)
        continue
      }
      if known[herb].insert(text).inserted {
        smiles[herb].append(text)
      } else {
        reader.skip("molecule listed before for its herb")
      }
    }
    try reader.requireRows()
    try key.requireMatch(reader)
    report.tables.append(try reader.summary(shown))
    let distinct = Set(smiles.joined()).count
    sentence =
      "\(smiles.count { !$0.isEmpty }) of \(herbs.count) herbs have molecules: \(smiles.reduce(0) { $0 + $1.count }) in "
      + "all, \(distinct) distinct" + (identity == nil ? ", not checked." : ".")
  }
}
