extension MIMICImporter {
  /// The table of notes: the one given, else the data set's own; nil when there is none.
  private func notesTable() throws(RecordsError) -> (path: String, shown: String)? {
    if let path = paths.notes { return (path, path.split(separator: "/").last.map(String.init) ?? path) }
    return try TableFolder(paths.root, searched: layout.notes.folders).optionalTable(layout.notes.table)
  }

  /// Notes → the symptoms of each admission. Says in the report why there are none.
  mutating func readNotes() throws(RecordsError) {
    let scanner = try assembler.startNotes()
    let name = layout.notes.table.uppercased()
    guard let table = try notesTable() else {
      assembler.absent[.symptom] =
        layout.notes.hasCategories ? "\(name) is absent" : "note/\(layout.notes.table) is absent"
      return
    }
    guard let scanner else {
      assembler.absent[.symptom] =
        options.symptoms == nil
        ? "they were not wanted" : "\(name) is there, but no list of symptoms was given (--symptoms FILE)"
      return
    }
    let reader = try CSVReader(table.path, shownAs: table.shown, strict: options.strict, progress: progress)
    let visitColumn = try reader.column("hadm_id")
    let patientColumn = reader.optionalColumn("subject_id")
    let textColumn = try reader.column("text")
    let categoryColumn = layout.notes.hasCategories ? try reader.column("category") : nil
    let errorColumn = layout.notes.hasCategories ? reader.optionalColumn("iserror") : nil
    let categories = Set((options.symptoms?.categories ?? []).map { $0.lowercased() })
    var others = ByteInterner()
    var otherCounts: [Int] = []
    var found: Set<String> = []
    var otherCategory = 0
    var noVisit = 0
    while try reader.next() {
      if let categoryColumn {
        let category = reader.field(categoryColumn)
        let name = category.string.lowercased()
        guard categories.contains(name) else {
          otherCategory += 1
          if others.count < 1_000 {
            let index = Int(others.index(of: category))
            if index == otherCounts.count { otherCounts.append(0) }
            otherCounts[index] += 1
          }
          continue
        }
        found.insert(name)
      }
      if let errorColumn, reader.field(errorColumn).int == 1 {
        reader.skip("marked as an error")
        continue
      }
      if reader.field(visitColumn).isEmpty {
        noVisit += 1
        continue
      }
      guard let visit = try visit(reader, visitColumn, patient: patientColumn) else { continue }
      if !assembler.addSymptoms(of: reader.field(textColumn), visit: visit, scanner) {
        reader.skip("no section that counts")
      }
    }
    reader.skip("another category", rows: otherCategory)
    reader.skip("no hadm_id", rows: noVisit)
    let missed = (options.symptoms?.categories ?? []).filter { !found.contains($0.lowercased()) }
    if categoryColumn != nil, !missed.isEmpty {
      let seen = otherCounts.indices.map { (name: others[$0], count: otherCounts[$0]) }
        .sorted { $0.count != $1.count ? $0.count > $1.count : $0.name < $1.name }
      assembler.report.notes.append(
        "No note is of the category \(missed.joined(separator: ", nor "))"
          + (seen.isEmpty ? "." : "; the other categories are \(CohortAssembler.counted(seen)).")
          + " Name categories with --note-category.")
    }
    assembler.report.tables.append(try reader.summary(name))
  }
}
