import ArgumentParser
import Records

extension SourceOptions.VisitUnit: ExpressibleByArgument {}
extension SourceOptions.DiagnosisCode: ExpressibleByArgument {}

private let noMaps =
  "give --maps FOLDER with at least one way from prescription to class (docs/importing.md names the files)"

struct ImportMIMIC3: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mimic3", abstract: ImportFormat.mimic3.summary + ".",
    discussion: """
      A visit is an admission. Medications become ATC third-level classes (four characters) through the code maps in \
      --maps. The defaults are the paper's rules.

        theriac import mimic3 --root mimic-iii/ --maps codemaps/ --out mimic3.h5
      """)
  @OptionGroup var tables: ImportTables
  @OptionGroup(title: "Rules") var rules: CohortRules

  func validate() throws { if tables.maps == nil { throw ValidationError(noMaps) } }
  func run() throws { try tables.run(.mimic3, rules) }
}

struct ImportMIMIC4: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mimic4", abstract: ImportFormat.mimic4.summary + ".",
    discussion: """
      The same as mimic3, of the tables in hosp/ (or in the root). A code carries its ICD version: 9:0389, 10:A419.

        theriac import mimic4 --root mimic-iv/ --maps codemaps/ --out mimic4.h5
      """)
  @OptionGroup var tables: ImportTables
  @OptionGroup(title: "Rules") var rules: CohortRules

  func validate() throws { if tables.maps == nil { throw ValidationError(noMaps) } }
  func run() throws { try tables.run(.mimic4, rules) }
}

struct ImportEICU: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eicu", abstract: ImportFormat.eicu.summary + ".",
    discussion: """
      eICU has neither a table of procedures nor notes: a visit needs a diagnosis and a medication. Labels are generic \
      therapeutic classes (GTC), as in the paper; with --medication-map they become ATC classes, which is what molecules \
      and interactions are known of.

        theriac import eicu --root eicu-2.0/ --maps codemaps/ --out eicu.h5
      """)
  @OptionGroup var tables: ImportTables
  @Option(help: "What is a visit: unit-stay or hospital-stay.")
  var visitUnit = SourceOptions.VisitUnit.unitStay
  @Option(help: "Codes of a diagnosis row: icd9 or icd10 (of the cell \"401.9, I10\"), or path (diagnosisstring).")
  var diagnosisCode = SourceOptions.DiagnosisCode.icd9
  @Option(help: "Label of a medication row: gtc or hicl (drughiclseqno).")
  var medicationCode = EICUMedicationCode.gtc
  @Option(help: "CSV with the columns code and atc: gtc or hicl → ATC class.")
  var medicationMap: String?
  @Flag(help: "Keep orders that were cancelled.")
  var keepCancelled = false
  @OptionGroup(title: "Rules") var rules: CohortRules

  func run() throws {
    var source = SourceOptions()
    source.visitUnit = visitUnit
    source.diagnosisCode = diagnosisCode
    source.medicationCode = medicationCode == .gtc ? .gtc : .hicl
    source.medicationMap = medicationMap
    source.keepCancelled = keepCancelled
    try tables.run(.eicu, rules, source)
  }
}

enum EICUMedicationCode: String, CaseIterable, ExpressibleByArgument { case gtc, hicl }
enum SyntheaMedicationCode: String, CaseIterable, ExpressibleByArgument { case atc, rxnorm }

struct ImportSynthea: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthea", abstract: ImportFormat.synthea.summary + ".",
    discussion: """
      A visit is an encounter. Codes are SNOMED CT (conditions, procedures) and RxNorm (medications), with DESCRIPTION \
      as text. Medications become ATC classes when --maps has a map from RxNorm (rxcui2atc_fda2020.csv, RXCUI2atc4.csv) \
      or --medication-map is given; else they are RxNorm codes. Columns of older and newer versions are known.

        theriac import synthea --root output/csv/ --maps codemaps/ --out synthea.h5
      """)
  @OptionGroup var tables: ImportTables
  @Option(help: "Label of a medication row: atc or rxnorm. Default: atc if a map is there.")
  var medicationCode: SyntheaMedicationCode?
  @Option(help: "CSV with the columns code and atc: RxNorm code → ATC class.")
  var medicationMap: String?
  @OptionGroup(title: "Rules") var rules: CohortRules

  func run() throws {
    var source = SourceOptions()
    source.medicationCode = medicationCode.map { $0 == .atc ? .atc : .rxnorm }
    source.medicationMap = medicationMap
    try tables.run(.synthea, rules, source)
  }
}

struct ImportTable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: ImportFormat.table.summary + ".",
    discussion: """
      The mapping file says which column holds the patient, the visit, its time, the kind of code, the code and its \
      text; configs/tables/example.yaml explains every key.

        theriac import table --root export/ --mapping configs/tables/example.yaml --out hospital.h5
      """)
  @OptionGroup var tables: ImportTables
  @Option(help: "YAML file that says what the columns hold.")
  var mapping: String
  @Option(help: "CSV with the columns code and atc, for `medication: map`.")
  var medicationMap: String?
  @OptionGroup(title: "Rules") var rules: CohortRules

  func run() throws {
    var source = SourceOptions()
    source.mapping = mapping
    source.medicationMap = medicationMap
    try tables.run(.table, rules, source)
  }
}
