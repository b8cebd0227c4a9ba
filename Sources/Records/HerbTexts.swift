/// Texts on herbs out of a table with `herb_id` (or `herb_name`) and any of these columns: `name_en`, `name_latin`,
/// `property`, `meridian`, `function`, `indication`, `text`, each also as `…_en` and `…_cn`; other columns are not read.
struct HerbTexts {
  /// Per herb; nil where the table says nothing.
  private(set) var texts: [String?]

  /// Columns, and what stands before their content.
  private static let parts: [(stem: String, label: String)] = [
    ("property", "Property"), ("meridian", "Meridians"), ("function", "Functions"), ("indication", "Indications"),
    ("text", ""),
  ]

  /// - Throws: what reading throws; `missingColumn`, `noRows`, `nothingMatches`, `notUTF8`; `malformedRow` when strict.
  init(
    _ path: String, herbs: NumberedCodes, options: TCMPDOptions, report: inout ImportReport
  ) throws(RecordsError) {
    let shown = path.split(separator: "/").last.map(String.init) ?? path
    let reader = try CSVReader(path, shownAs: shown, strict: options.strict)
    try reader.requireUTF8()
    var key = try HerbKey(reader, herbs: herbs)
    let others = TCMPDOptions.TextLanguage.allCases.filter { $0 != options.textLanguage }
    let suffixes = ["_" + options.textLanguage.rawValue, ""] + others.map { "_" + $0.rawValue }
    let names = ["name_en", "name_latin"].compactMap { reader.optionalColumn($0) }
    let columns = Self.parts.map { part in suffixes.compactMap { reader.optionalColumn(part.stem + $0) } }
    guard !names.isEmpty || columns.contains(where: { !$0.isEmpty }) else {
      throw .missingColumn(
        "name_en, name_latin, property, meridian, function, indication or text (each also with _en or _cn)",
        file: shown, found: reader.header)
    }
    texts = Array(repeating: nil, count: herbs.count)
    while try reader.next() {
      guard let herb = try key.herb(reader) else { continue }
      var sentences = [names.map { Self.plain(reader.field($0)) }.filter { !$0.isEmpty }.joined(separator: ", ")]
      for (part, places) in zip(Self.parts, columns) {
        guard let place = places.first(where: { !reader.field($0).isEmpty }) else { continue }
        let content = Self.plain(reader.field(place))
        if !content.isEmpty { sentences.append(part.label.isEmpty ? content : part.label + " " + content) }
      }
      sentences.removeAll(where: \.isEmpty)
      if sentences.isEmpty {
        reader.skip("no text")
      } else if texts[herb] != nil {
        reader.skip("the herb has a text before")
      } else {
        texts[herb] = sentences.joined(separator: ". ") + "."
      }
    }
    try reader.requireRows()
    try key.requireMatch(reader)
    report.tables.append(try reader.summary(shown))
  }

  /// Without line breaks, and without a full stop at the end.
  private static func plain(_ field: Field) -> String {
    var text = field.string.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    while let last = text.last, ".。;；,，".contains(last) { text.removeLast() }
    return text
  }
}
