extension CohortAssembler {
  /// Call once in an importer that can have notes.
  /// - Returns: the scanner for the list that was given or lies in the maps folder; nil when there is no list or no
  ///   symptoms are wanted.
  mutating func startNotes() throws(RecordsError) -> NoteScanner? {
    readsNotes = true
    guard let wanted = options.symptoms else {
      if let path = paths.symptoms {
        throw .badOption("symptoms", value: path, expected: "nothing, since no symptoms are wanted (--no-symptoms)")
      }
      return nil
    }
    guard let path = paths.symptoms ?? maps?.file(["symptoms_list.txt"])?.path else { return nil }
    let list = try CodeListFile(path, report: &report) {
      SymptomLexicon.words(of: $0).isEmpty ? "no letter or digit" : nil
    }
    noteScanner = NoteScanner(SymptomLexicon(list.entries), sections: wanted.sections)
    return noteScanner
  }

  /// Adds what a note says of its visit. False when no section of it counts.
  mutating func addSymptoms(of note: Field, visit: Int32, _ scanner: NoteScanner) -> Bool {
    guard let found = scanner.symptoms(in: UnsafeBufferPointer(start: note.base, count: note.count)) else {
      return false
    }
    for symptom in found {
      symptoms.add(visit: visit, code: symptoms.interner.index(of: scanner.lexicon.symptoms[Int(symptom)]))
    }
    return true
  }

  /// "discharge summary (52), nursing (31), …".
  static func counted(_ names: [(name: String, count: Int)]) -> String {
    names.prefix(10).map { "\($0.name) (\($0.count))" }.joined(separator: ", ") + (names.count > 10 ? ", …" : "")
  }

  mutating func noteSymptoms() {
    if let reason = absent[.symptom] {
      report.notes.append("No symptoms: \(reason); the symptom vocabulary is empty.")
    } else if let scanner = noteScanner {
      let counts = scanner.counts
      report.notes.append(
        "Symptoms in notes: \(counts.found) counted, each once a note; mentions that do not count: \(counts.negated) denied, "
          + "\(counts.others) of relatives or others, \(counts.possible) only possible.")
      if let missed = scanner.missed {
        report.notes.append(
          "No note has the section \(missed.sections.joined(separator: ", nor ")); "
            + (missed.seen.isEmpty
              ? "no heading was seen at all (a line that begins with it and a colon)."
              : "the headings seen most are \(Self.counted(missed.seen)); name sections with --symptom-sections."))
      }
    }
  }
}
