import Foundation

/// A folder of tables: finds `NAME.csv` or `NAME.csv.gz` in either case, and names files relative to itself.
struct TableFolder {
  let path: String
  /// Folders searched, relative to `path`, in order ("" is the folder itself).
  let searched: [String]
  private let names: [String: [String]]

  /// - Throws: `missingFolder`.
  init(_ path: String, searched: [String] = [""]) throws(RecordsError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw .missingFolder(path)
    }
    var names: [String: [String]] = [:]
    for folder in searched {
      let listed = (try? FileManager.default.contentsOfDirectory(atPath: Self.join(path, folder))) ?? []
      names[folder] = listed.sorted()
    }
    self.path = path
    self.searched = searched
    self.names = names
  }

  /// The first of the file names that is there, whatever its case: its path and its name relative to the folder.
  func file(_ wanted: [String]) -> (path: String, shown: String)? {
    for folder in searched {
      for name in wanted {
        let lower = name.lowercased()
        guard let found = names[folder]?.first(where: { $0 == name || $0.lowercased() == lower }) else { continue }
        let shown = Self.join(folder, found)
        return (Self.join(path, shown), shown)
      }
    }
    return nil
  }

  /// `NAME.csv`, else `NAME.csv.gz`, in upper or lower case.
  func optionalTable(_ name: String) -> (path: String, shown: String)? { file([name + ".csv", name + ".csv.gz"]) }

  /// - Throws: `missingTable` with every name that was looked for.
  func table(_ name: String) throws(RecordsError) -> (path: String, shown: String) {
    if let found = optionalTable(name) { return found }
    let lookedFor = searched.flatMap { folder in
      [name.uppercased(), name.lowercased()].flatMap { stem in
        [Self.join(folder, stem + ".csv"), Self.join(folder, stem + ".csv.gz")]
      }
    }
    throw .missingTable(name, folder: path, lookedFor: lookedFor)
  }

  /// All file names of the folder itself, sorted.
  var files: [String] { names[""] ?? [] }

  private static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty { return name }
    if name.isEmpty { return folder }
    return folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}
