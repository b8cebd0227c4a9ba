/// Titles of diagnosis or procedure codes, from the data set's own table and, for what that lacks, from code maps.
///
/// A code is named by, in this order: its title in the data set; its title in a code map; the title of its longest
/// known prefix of at least three characters; the title of the first known code that it is a prefix of (it is
/// truncated); itself.
struct CodeTitles {
  enum Origin: String {
    case dataSet = "the data set's titles"
    case codeMap = "the code map's titles"
    case prefix = "the title of a shorter code"
    case extended = "the title of a longer code (the code is truncated)"
    case doubtful = "the code itself (they are doubtful: leading zeros seem to be lost)"
    case none = "the code itself (no title is known)"
  }

  /// Keys are code keys: "0389", or "9:0389" where versions are told apart.
  private var dataSet: [String: String] = [:]
  private var codeMap: [String: String] = [:]
  private var sortedKeys: [String] = []

  /// Reads one table of titles. Long titles count; the short title stands in for an empty or absent long one.
  /// - Parameters:
  ///   - codeColumns: names the code may have, first match wins.
  ///   - version: name of the version column, or a fixed version; nil for none.
  mutating func load(
    _ file: (path: String, shown: String), name: String, codeColumns: [String], versionColumn: String? = nil,
    fixedVersion: String? = nil, isCodeMap: Bool, strict: Bool = false, report: inout ImportReport,
    progress: ((ImportProgress) -> Void)? = nil
  ) throws(RecordsError) {
    let reader = try CSVReader(file.path, shownAs: file.shown, strict: strict, progress: progress)
    let code: Int
    if let found = codeColumns.lazy.compactMap({ reader.optionalColumn($0) }).first {
      code = found
    } else {
      code = try reader.column(codeColumns[0])
    }
    let version = try versionColumn.map { name throws(RecordsError) in try reader.column(name) }
    let titles = ["long_title", "title", "short_title"].compactMap { reader.optionalColumn($0) }
    if titles.isEmpty { _ = try reader.column("long_title") }
    while try reader.next() {
      let field = reader.field(code)
      guard !field.isEmpty else {
        reader.skip("no code")
        continue
      }
      guard let title = titles.lazy.map({ reader.field($0) }).first(where: { !$0.isEmpty }) else {
        reader.skip("no title")
        continue
      }
      var key = field.string
      if let version { key = reader.field(version).string + ":" + key }
      if let fixedVersion { key = fixedVersion + ":" + key }
      if isCodeMap {
        if codeMap[key] == nil { codeMap[key] = title.string }
      } else if dataSet[key] == nil {
        dataSet[key] = title.string
      }
    }
    report.tables.append(try reader.summary(name))
  }

  /// Call after the last `load`.
  mutating func seal() { sortedKeys = Set(dataSet.keys).union(codeMap.keys).sorted() }

  func title(_ key: String) -> (text: String, origin: Origin) {
    if let title = dataSet[key] { return (title, .dataSet) }
    if let title = codeMap[key] { return (title, .codeMap) }
    let code = key.split(separator: ":").last.map(String.init) ?? key
    let version = String(key.dropLast(code.count))
    var shorter = code.dropLast()
    while shorter.count >= 3 {
      if let title = known(version + shorter) { return (title, .prefix) }
      shorter = shorter.dropLast()
    }
    let next = sortedKeys.partitioningIndex { $0 >= key }
    if next < sortedKeys.count, sortedKeys[next].hasPrefix(key), code.count >= 3, let title = known(sortedKeys[next]) {
      return (title, .extended)
    }
    return (code, .none)
  }

  private func known(_ key: String) -> String? { dataSet[key] ?? codeMap[key] }
}

extension Array {
  /// First index whose element fulfils the condition, in an array where all that do come last.
  fileprivate func partitioningIndex(_ belongsBehind: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if belongsBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
