/// Settings that belong to one kind of source. A setting that the source does not have is an error, not ignored.
public struct SourceOptions: Equatable, Sendable {
  /// What is a visit in eICU.
  public enum VisitUnit: String, CaseIterable, Sendable {
    /// A stay in one unit (patientunitstayid).
    case unitStay = "unit-stay"
    /// A stay in the hospital with all its unit stays (patienthealthsystemstayid).
    case hospitalStay = "hospital-stay"
  }

  /// Which codes a diagnosis row of eICU gives.
  public enum DiagnosisCode: String, CaseIterable, Sendable {
    /// The ICD-9 codes of the cell ("401.9, I10" → 401.9).
    case icd9
    /// The ICD-10 codes of the cell (I10).
    case icd10
    /// The path of diagnosisstring ("cardiovascular|ventricular disorders|hypertension").
    case path
  }

  /// What a medication row is labelled with.
  public enum MedicationCode: String, CaseIterable, Sendable {
    /// eICU: the generic therapeutic class (the paper's labels).
    case gtc
    /// eICU: drughiclseqno, a number per substance or combination.
    case hicl
    /// Synthea: the RxNorm code as it stands.
    case rxnorm
    /// Synthea: the ATC third-level class of the RxNorm code, by the maps.
    case atc
  }

  /// eICU; unit stays when nil.
  public var visitUnit: VisitUnit?
  /// eICU; icd9 when nil.
  public var diagnosisCode: DiagnosisCode?
  /// eICU: gtc when nil. Synthea: atc with a maps folder that has the map, rxnorm without, when nil.
  public var medicationCode: MedicationCode?
  /// eICU: keep orders that were cancelled.
  public var keepCancelled = false
  /// CSV `code,atc`: the source's medication codes → ATC classes. eICU, Synthea, table.
  public var medicationMap: String?
  /// The column mapping of `table`, a YAML file.
  public var mapping: String?

  public init() {}

  /// - Throws: `badOption` for a setting that the format does not have or a value that it does not know.
  func validate(for format: ImportFormat) throws(RecordsError) {
    func only(_ formats: [ImportFormat], _ name: String, _ value: String?) throws(RecordsError) {
      guard let value, !formats.contains(format) else { return }
      let known = formats.map(\.rawValue).joined(separator: ", ")
      throw .badOption(name, value: value, expected: "it for \(known) only; leave it out for \(format.rawValue)")
    }
    try only([.eicu], "visit-unit", visitUnit?.rawValue)
    try only([.eicu], "diagnosis-code", diagnosisCode?.rawValue)
    try only([.eicu], "keep-cancelled", keepCancelled ? "given" : nil)
    try only([.eicu, .synthea], "medication-code", medicationCode?.rawValue)
    try only([.eicu, .synthea, .table], "medication-map", medicationMap)
    try only([.table], "mapping", mapping)
    if let code = medicationCode {
      let known: [MedicationCode] = format == .eicu ? [.gtc, .hicl] : [.rxnorm, .atc]
      guard known.contains(code) else {
        throw .badOption(
          "medication-code", value: code.rawValue,
          expected: known.map(\.rawValue).joined(separator: " or ") + " for \(format.rawValue)")
      }
      if format == .synthea, medicationMap != nil {
        throw .badOption(
          "medication-code", value: code.rawValue,
          expected: "nothing beside --medication-map, which decides the classes")
      }
    }
  }

  /// For the report: name → value, of what was set or decided.
  var described: [String: String] {
    var texts: [String: String] = [:]
    texts["visitUnit"] = visitUnit?.rawValue
    texts["diagnosisCode"] = diagnosisCode?.rawValue
    texts["medicationCode"] = medicationCode?.rawValue
    texts["keepCancelled"] = keepCancelled ? "true" : nil
    texts["medicationMap"] = medicationMap
    texts["mapping"] = mapping
    return texts
  }
}
