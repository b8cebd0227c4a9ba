/// The kinds of sources that can be imported.
public enum ImportFormat: String, CaseIterable, Codable, Sendable {
  /// MIMIC-III 1.4.
  case mimic3
  /// MIMIC-IV 2.x and 3.x.
  case mimic4
  /// eICU Collaborative Research Database 2.0.
  case eicu
  /// Synthea's CSV files.
  case synthea
  /// Tables of one's own, described by a column mapping.
  case table
  /// Processed files of the NLA-MMR and SafeDrug repositories, converted by `tools/official_to_json`.
  case official
  /// Prescriptions of Chinese medicine as sets of symptom and herb ids.
  case tcmPD = "tcm-pd"

  /// What it reads, in a few words.
  public var summary: String {
    switch self {
    case .mimic3: "MIMIC-III 1.4: ADMISSIONS, PATIENTS, DIAGNOSES_ICD, PROCEDURES_ICD, PRESCRIPTIONS"
    case .mimic4: "MIMIC-IV 2.x and 3.x: the same in hosp/, ICD-9 and ICD-10"
    case .eicu: "eICU 2.0: patient, diagnosis, medication"
    case .synthea: "Synthea's CSV files: conditions, medications, and procedures, encounters, patients if there"
    case .table: "CSV or TSV tables of your own, described by --mapping FILE.yaml"
    case .official: "files of the NLA-MMR and SafeDrug repositories, converted by tools/official_to_json"
    case .tcmPD: "TCM-PD's symptom sets and herb sets: prescript_1195.csv, symptoms, herbs, herb_805_27_oneHot.npy"
    }
  }
}
