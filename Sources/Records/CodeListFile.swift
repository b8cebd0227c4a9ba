/// A text file with one entry a line, such as a list of classes or of symptoms. Blank lines are no entries.
struct CodeListFile {
  let entries: [String]
  let shown: String

  /// - Parameter reason: why an entry is left out, or nil to take it.
  /// - Throws: what reading throws; `emptyTable` for a file without an entry.
  init(
    _ path: String, report: inout ImportReport, refusing reason: (String) -> String? = { _ in nil }
  ) throws(RecordsError) {
    shown = path.split(separator: "/").last.map(String.init) ?? path
    let (bytes, sha256) = try ByteSource.contents(path)
    var table = ImportReport.Table(name: shown, file: shown, sha256: sha256)
    var seen: Set<String> = []
    var entries: [String] = []
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    for line in text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      let blanks: Set<UInt8> = [0x20, 0x09]
      guard let first = line.firstIndex(where: { !blanks.contains($0) }),
        let last = line.lastIndex(where: { !blanks.contains($0) })
      else { continue }
      let entry = String(decoding: line[first...last], as: UTF8.self)
      table.rowsRead += 1
      if let reason = reason(entry) {
        table.skipped[reason, default: 0] += 1
      } else if seen.insert(entry).inserted {
        entries.append(entry)
      } else {
        table.skipped["listed before", default: 0] += 1
      }
    }
    guard !entries.isEmpty else { throw .badMap(path, reason: "it has no entry; expected one a line") }
    table.rowsKept = entries.count
    report.tables.append(table)
    self.entries = entries
  }
}
