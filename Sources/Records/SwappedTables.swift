/// Recognises tables of MIMIC that stand under each other's names.
extension MIMICLayout {
  /// Columns by which a table is known, the most telling table first.
  private var marks: [(tables: [String], columns: [String])] {
    [
      ([prescriptions], ["hadm_id", "drug", "ndc"]),
      ([admissions], ["hadm_id", "admittime"]),
      ([notes.table], ["hadm_id", "text"]),
      (["labevents", "chartevents"], ["itemid", "valuenum"]),
      ([procedures.table], ["hadm_id", "seq_num", code, "chartdate"]),
      ([diagnoses.table, procedures.table], ["hadm_id", "seq_num", code]),
      ([diagnoses.titles, procedures.titles], [code, "long_title"]),
      ([patients], ["subject_id", "gender"]),
    ]
  }

  /// Columns without which a table is of no use.
  private func needed(_ table: String) -> [String] {
    switch table {
    case patients: ["subject_id"]
    case admissions: ["subject_id", "hadm_id", "admittime"]
    case prescriptions: ["hadm_id"]
    case diagnoses.table, procedures.table: ["hadm_id", "seq_num", code]
    default: []
    }
  }

  /// The table that the columns belong to, when it is another one; nil when they fit, or fit nothing that is known.
  func otherTable(than table: String, columns: [String]) -> String? {
    let header = Set(columns.map { $0.lowercased() })
    func has(_ names: [String]) -> Bool { names.allSatisfy { header.contains($0) } }
    // Of the patients' own table a visit's number is not part; prescriptions have a drug or its code.
    let fits =
      has(needed(table)) && !(table == patients && header.contains("hadm_id"))
      && !(table == prescriptions && !header.contains("ndc") && !header.contains("gsn") && !header.contains("drug"))
    if fits { return nil }
    let found = marks.first { !$0.tables.contains(table) && has($0.columns) }
    return found?.tables.map { $0.uppercased() }.joined(separator: " or ")
  }
}

/// The form of ICD codes: procedures under the name of diagnoses, and the reverse, have the same columns.
struct CodeShapes {
  private var rows = 0
  private var noProcedures = 0
  private var icd9 = 0
  private var leadingZeros = 0

  /// An ICD-9 procedure has two to four digits (a diagnosis often five, or begins with V or E), an ICD-10 procedure
  /// exactly seven characters.
  mutating func add(_ code: Field, isICD10: Bool) {
    rows += 1
    if !isICD10 {
      icd9 += 1
      if code.count > 0, code.bytes[0] == 0x30 { leadingZeros += 1 }
    }
    let isLettered = code.count > 0 && !(0x30...0x39).contains(code.bytes[0])
    if isICD10 ? code.count != 7 : code.count > 4 || isLettered { noProcedures += 1 }
  }

  /// The number of ICD-9 codes when not one begins with 0, as 4 to 10 of 100 do; nil otherwise. Small tables are not
  /// judged.
  var withoutZeros: Int? { icd9 >= 50 && leadingZeros == 0 ? icd9 : nil }

  /// Whether hardly any code can be of the kind. Small tables are not judged.
  func contradict(_ kind: CodeKind) -> Bool {
    guard rows >= 50 else { return false }
    return kind == .procedure ? noProcedures * 10 > rows * 3 : kind == .diagnosis && noProcedures == 0
  }
}
