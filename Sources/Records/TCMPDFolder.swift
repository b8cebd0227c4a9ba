/// The files of TCM-PD in a folder, plain or gzip.
struct TCMPDFolder {
  private let folder: TableFolder

  /// - Throws: `missingFolder`.
  init(_ root: String) throws(RecordsError) { folder = try TableFolder(root) }

  var symptoms: (path: String, shown: String)? { folder.optionalTable("symptoms") }
  var herbs: (path: String, shown: String)? { folder.optionalTable("herbs") }

  /// - Throws: `missingTable`; `badOption` when there are several.
  func prescriptions() throws(RecordsError) -> (path: String, shown: String) {
    if let known = folder.optionalTable("prescript_1195") { return known }
    guard let found = try only("prescriptions", [".csv"], where: { $0.hasPrefix("prescript") }) else {
      throw .missingTable(
        "prescript_1195", folder: folder.path,
        lookedFor: ["prescript_1195.csv", "prescript_1195.csv.gz", "prescript*.csv", "prescript*.csv.gz"])
    }
    return found
  }

  /// The array or table of properties, if there is one.
  /// - Throws: `badOption` when there are several.
  func properties() throws(RecordsError) -> (path: String, shown: String)? {
    try only("properties", [".npy", ".csv"]) { $0.hasPrefix("herb_") && $0.contains("onehot") }
  }

  /// Graphs that are published beside the prescriptions.
  var graphs: [String] {
    ["ss_graph", "hh_graph", "sh_graph"].compactMap { folder.file([$0 + ".npy", $0 + ".npy.gz"])?.shown }
  }

  /// The one file of that kind; plain goes before gzip of the same name.
  private func only(
    _ kind: String, _ endings: [String], where matches: (String) -> Bool
  ) throws(RecordsError) -> (path: String, shown: String)? {
    let names = folder.files.filter { name in
      let lower = name.lowercased()
      return matches(lower) && endings.contains { lower.hasSuffix($0) || lower.hasSuffix($0 + ".gz") }
    }
    let distinct = names.filter { name in
      !(name.lowercased().hasSuffix(".gz") && names.contains(String(name.dropLast(3))))
    }
    guard distinct.count < 2 else {
      throw .badOption(
        kind, value: "not given",
        expected: "one file in \(folder.path), which has \(distinct.joined(separator: ", "))"
          + (kind == "properties" ? " (--properties FILE)" : ""))
    }
    return distinct.first.flatMap { folder.file([$0]) }
  }
}
