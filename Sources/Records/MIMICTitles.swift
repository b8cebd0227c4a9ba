/// Titles of MIMIC's diagnoses and procedures, from its own tables and from code maps.
struct MIMICTitles: CodeNamer {
  let layout: MIMICLayout
  let folder: TableFolder
  let maps: TableFolder
  let options: ImportOptions
  let progress: ((ImportProgress) -> Void)?
  /// Kinds whose codes seem to have lost leading zeros: no title of another code is taken for them.
  let withoutZeros: Set<CodeKind>

  func texts(
    _ kind: CodeKind, codes: [String], lists: CodeLists, report: inout ImportReport
  ) throws(RecordsError) -> [String]? {
    switch kind {
    case .diagnosis: try titles(layout.diagnoses, codes: codes, lists: lists, report: &report)
    case .procedure: try titles(layout.procedures, codes: codes, lists: lists, report: &report)
    case .symptom, .medication: nil
    }
  }

  /// Titles of the codes of a kind; notes how codes without a title of their own are named.
  private func titles(
    _ codes: MIMICLayout.Codes, codes vocabulary: [String], lists: CodeLists, report: inout ImportReport
  ) throws(RecordsError) -> [String] {
    var titles = CodeTitles()
    if let file = folder.optionalTable(codes.titles) {
      try titles.load(
        file, name: codes.titles.uppercased(), codeColumns: [layout.code], versionColumn: layout.version,
        isCodeMap: false, strict: options.strict, report: &report, progress: progress)
    } else {
      report.notes.append("\(codes.titles.uppercased()) is absent; \(codes.kind.plural) are named from code maps.")
    }
    for map in codes.titleMaps {
      guard let file = maps.optionalTable(map.file) else { continue }
      try titles.load(
        file, name: file.shown, codeColumns: ["code"], fixedVersion: map.version.isEmpty ? nil : map.version,
        isCodeMap: true, report: &report)
    }
    titles.seal()

    var visits = [Int](repeating: 0, count: vocabulary.count)
    for index in lists.indices { visits[Int(index)] += 1 }
    var texts: [String] = []
    var named: [CodeTitles.Origin: [Int]] = [:]
    for (index, code) in vocabulary.enumerated() {
      var (text, origin) = titles.title(code)
      if withoutZeros.contains(codes.kind), origin == .prefix || origin == .extended {
        text = code.split(separator: ":").last.map(String.init) ?? code
        origin = .doubtful
      }
      texts.append(text)
      named[origin, default: []].append(index)
    }
    for origin in [CodeTitles.Origin.codeMap, .prefix, .extended, .doubtful, .none] {
      guard let found = named[origin] else { continue }
      let examples = found.prefix(8).map { vocabulary[$0] }.joined(separator: ", ")
      report.notes.append(
        "\(found.count) of \(vocabulary.count) \(codes.kind.rawValue) codes are named by \(origin.rawValue): "
          + examples + (found.count > 8 ? ", …" : "") + ".")
    }
    let unnamed = ((named[.none] ?? []) + (named[.doubtful] ?? [])).map {
      ImportReport.UnmappedCode(kind: codes.kind, code: vocabulary[$0], text: texts[$0], rows: visits[$0])
    }
    report.unmapped += unnamed.sorted { $0.rows != $1.rows ? $0.rows > $1.rows : $0.code < $1.code }
      .prefix(ImportReport.unmappedLimit)
    return texts
  }
}
