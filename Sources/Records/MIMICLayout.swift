/// Names of tables and columns of MIMIC-III and MIMIC-IV: what differs between the two is data, not code.
/// Columns are matched without regard to case (full MIMIC-III writes them in upper case, its demo in lower case).
struct MIMICLayout {
  /// A table of ICD codes per admission and the sources of its titles.
  struct Codes {
    let kind: CodeKind
    let table: String
    let titles: String
    /// Code map of titles → the version its codes belong to ("" where versions are not told apart).
    let titleMaps: [(file: String, version: String)]
  }

  /// The table of notes. Columns: `hadm_id`, `text`, and `category` and `iserror` where there are several kinds.
  struct Notes {
    let table: String
    /// Folders below the root that may hold it, in order.
    let folders: [String]
    let hasCategories: Bool
  }

  let name: String
  /// Folders below the root that may hold the tables, in order.
  let folders: [String]
  let patients, admissions, prescriptions: String
  let notes: Notes
  let diagnoses, procedures: Codes
  let code: String
  /// Column that tells ICD-9 from ICD-10; nil in MIMIC-III, where all codes are ICD-9.
  let version: String?
  let orderStart: String
  /// Molecules file that goes with the data set, tried first in the maps folder.
  let molecules: String

  static var mimic3: MIMICLayout {
    MIMICLayout(
      name: "MIMIC-III", folders: [""], patients: "PATIENTS", admissions: "ADMISSIONS",
      prescriptions: "PRESCRIPTIONS",
      notes: Notes(table: "NOTEEVENTS", folders: [""], hasCategories: true),
      diagnoses: Codes(
        kind: .diagnosis, table: "DIAGNOSES_ICD", titles: "D_ICD_DIAGNOSES",
        titleMaps: [("icd9cm_diagnosis_titles", "")]),
      procedures: Codes(
        kind: .procedure, table: "PROCEDURES_ICD", titles: "D_ICD_PROCEDURES",
        titleMaps: [("icd9cm_procedure_titles", "")]),
      code: "icd9_code", version: nil, orderStart: "startdate", molecules: "atc3_smiles_nlammr_m3.json")
  }

  static var mimic4: MIMICLayout {
    MIMICLayout(
      name: "MIMIC-IV", folders: ["hosp", ""], patients: "patients", admissions: "admissions",
      prescriptions: "prescriptions",
      notes: Notes(table: "discharge", folders: ["note", "", "../note"], hasCategories: false),
      diagnoses: Codes(
        kind: .diagnosis, table: "diagnoses_icd", titles: "d_icd_diagnoses",
        titleMaps: [("icd9cm_diagnosis_titles", "9"), ("icd10cm_titles_2021", "10")]),
      procedures: Codes(
        kind: .procedure, table: "procedures_icd", titles: "d_icd_procedures",
        titleMaps: [("icd9cm_procedure_titles", "9"), ("icd10pcs_titles_2020_composed", "10")]),
      code: "icd_code", version: "icd_version", orderStart: "starttime", molecules: "atc3_smiles_nlammr_m4.json")
  }
}
