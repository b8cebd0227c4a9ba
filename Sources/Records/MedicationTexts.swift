/// The text of each ATC class: given in a file; else the first sentences on its drugs, where there is a table of drugs;
/// else made from ATC names: "N02B other analgesics and antipyretics: paracetamol, acetylsalicylic acid, …".
struct MedicationTexts {
  private var given: [String: String] = [:]
  private var classNames: [String: String] = [:]
  private var substances: [String: [String]] = [:]
  var drugs: DrugTable?

  /// - Parameter path: tab-separated label and description, no header. A label is an ATC code, of which the third level
  ///   counts, or a code of the source (GTC, RxNorm, …).
  mutating func load(given path: String, report: inout ImportReport) throws(RecordsError) {
    let shown = path.split(separator: "/").last.map(String.init) ?? path
    let reader = try CSVReader(path, shownAs: shown, delimiter: .tab, columns: ["class", "description"])
    while try reader.next() {
      guard !reader.field(0).isEmpty else {
        reader.skip("no label")
        continue
      }
      let label = ATCClass(reader.field(0))?.code ?? reader.field(0).string
      if given[label] == nil { given[label] = reader.field(1).string }
    }
    report.tables.append(try reader.summary(shown))
  }

  /// `atc_code,atc_name` of all levels; of repeated codes the first spelling counts.
  mutating func load(names file: (path: String, shown: String), report: inout ImportReport) throws(RecordsError) {
    let reader = try CSVReader(file.path, shownAs: file.shown)
    let code = try reader.column("atc_code")
    let name = try reader.column("atc_name")
    var seen: Set<String> = []
    while try reader.next() {
      let key = reader.field(code).string
      guard seen.insert(key).inserted else {
        reader.skip("code was named before")
        continue
      }
      if key.utf8.count == 4 { classNames[key] = reader.field(name).string }
      if key.utf8.count == 7 { substances[String(key.prefix(4)), default: []].append(reader.field(name).string) }
    }
    report.tables.append(try reader.summary(file.shown))
  }

  /// Nil when nothing is known about the class.
  func text(_ code: String, substances limit: Int) -> String? {
    if let text = given[code] { return text }
    if let text = drugs?.text(code, className: classNames[code], limit: limit) { return text }
    guard let name = classNames[code] else { return nil }
    var named: Set<String> = []
    let members = (substances[code] ?? []).filter { named.insert($0).inserted }
    if members.isEmpty || limit == 0 { return code + " " + name }
    return code + " " + name + ": " + members.prefix(limit).joined(separator: ", ")
      + (members.count > limit ? ", …" : "")
  }
}
