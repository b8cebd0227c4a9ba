import Foundation

/// The numbers of the paper's Table 1 and what else tells one cohort from another. Encodes to JSON with these keys.
public struct CohortProfile: Codable, Equatable, Sendable {
  public struct Part: Codable, Equatable, Sendable {
    public var patients: Int
    public var visits: Int

    public init(patients: Int, visits: Int) {
      self.patients = patients
      self.visits = visits
    }
  }

  public var name: String
  public var patients: Int
  public var visits: Int
  /// Sizes of the vocabularies.
  public var diagnoses, procedures, symptoms, medications: Int
  /// Codes in all visits together.
  public var diagnosesTotal, proceduresTotal, symptomsTotal, medicationsTotal: Int
  /// Means over visits; 0 for a cohort without visits.
  public var diagnosesPerVisit, proceduresPerVisit, symptomsPerVisit, medicationsPerVisit: Double
  public var diagnosesPerVisitMax, proceduresPerVisitMax, symptomsPerVisitMax, medicationsPerVisitMax: Int
  public var visitsPerPatient: Double
  public var visitsPerPatientMax: Int
  /// Known interactions between medications of the vocabulary.
  public var interactions: Int
  public var molecules: Int
  public var medicationsWithoutMolecule: Int
  /// Columns of the table of properties; nil in a cohort without one.
  public var medicationProperties: Int?
  /// Medications whose properties are all zero; nil without such a table.
  public var medicationsWithoutProperty: Int?
  /// Interacting pairs ÷ all pairs of medications of the same visit, pooled; nil when no interactions are known.
  public var labelDDI, labelDDITrain, labelDDITest, labelDDIValidation: Double?
  /// What stands in more than one split.
  public var leakage: CohortLeakage
  /// What rows repeat of one another; nil in a cohort that is not of sets.
  public var sets: SetProfile?
  /// By the split's name.
  public var splits: [String: Part]
  public var splitRule: String
  public var source: String
  public var contentHash: String
  /// SHA-256 of every source file by its name.
  public var sources: [String: String]

  private enum CodingKeys: String, CodingKey {
    case name, patients, visits, diagnoses, procedures, symptoms, medications
    case diagnosesTotal = "diagnoses_total"
    case proceduresTotal = "procedures_total"
    case symptomsTotal = "symptoms_total"
    case medicationsTotal = "medications_total"
    case diagnosesPerVisit = "diagnoses_per_visit"
    case proceduresPerVisit = "procedures_per_visit"
    case symptomsPerVisit = "symptoms_per_visit"
    case medicationsPerVisit = "medications_per_visit"
    case diagnosesPerVisitMax = "diagnoses_per_visit_max"
    case proceduresPerVisitMax = "procedures_per_visit_max"
    case symptomsPerVisitMax = "symptoms_per_visit_max"
    case medicationsPerVisitMax = "medications_per_visit_max"
    case visitsPerPatient = "visits_per_patient"
    case visitsPerPatientMax = "visits_per_patient_max"
    case interactions, molecules
    case medicationsWithoutMolecule = "medications_without_molecule"
    case medicationProperties = "medication_properties"
    case medicationsWithoutProperty = "medications_without_property"
    case labelDDI = "label_ddi"
    case labelDDITrain = "label_ddi_train"
    case labelDDITest = "label_ddi_test"
    case labelDDIValidation = "label_ddi_validation"
    case leakage, sets, splits
    case splitRule = "split_rule"
    case source
    case contentHash = "content_hash"
    case sources
  }

  public init(_ cohort: Cohort) {
    name = cohort.name
    patients = cohort.patientCount
    visits = cohort.visitCount
    let counts = CodeKind.allCases.map { Count(cohort, $0) }
    (diagnoses, procedures, symptoms, medications) = (counts[0].size, counts[1].size, counts[2].size, counts[3].size)
    (diagnosesTotal, proceduresTotal) = (counts[0].total, counts[1].total)
    (symptomsTotal, medicationsTotal) = (counts[2].total, counts[3].total)
    (diagnosesPerVisit, proceduresPerVisit) = (counts[0].mean, counts[1].mean)
    (symptomsPerVisit, medicationsPerVisit) = (counts[2].mean, counts[3].mean)
    (diagnosesPerVisitMax, proceduresPerVisitMax) = (counts[0].largest, counts[1].largest)
    (symptomsPerVisitMax, medicationsPerVisitMax) = (counts[2].largest, counts[3].largest)
    let perPatient = (0..<cohort.patientCount).map { cohort.visits(ofPatient: $0).count }
    visitsPerPatient = patients == 0 ? 0 : Double(visits) / Double(patients)
    visitsPerPatientMax = perPatient.max() ?? 0
    interactions = cohort.interactions.count
    molecules = cohort.smiles.reduce(0) { $0 + $1.count }
    medicationsWithoutMolecule = medications - cohort.smiles.filter { !$0.isEmpty }.count
    medicationProperties = cohort.medicationProperties?.width
    medicationsWithoutProperty = cohort.medicationProperties?.emptyRows.count
    let pairs = InteractingPairs(cohort)
    labelDDI = pairs.rate(Split.allCases)
    labelDDITrain = pairs.rate([.train])
    labelDDITest = pairs.rate([.test])
    labelDDIValidation = pairs.rate([.validation])
    leakage = CohortLeakage(cohort)
    sets = SetProfile(cohort)
    splits = [:]
    for split in Split.allCases {
      let members = cohort.splits.indices.filter { cohort.splits[$0] == split }
      splits[split.name] = Part(patients: members.count, visits: members.reduce(0) { $0 + perPatient[$1] })
    }
    splitRule = cohort.splitRule
    source = cohort.report.source
    contentHash = cohort.contentHash
    sources = Dictionary(cohort.report.tables.map { ($0.file, $0.sha256) }, uniquingKeysWith: { first, _ in first })
  }

  private struct Count {
    let size, total, largest: Int
    let mean: Double

    init(_ cohort: Cohort, _ kind: CodeKind) {
      let lists = cohort.lists[kind] ?? CodeLists()
      size = cohort.vocabulary(kind).count
      total = lists.indices.count
      largest = (0..<lists.count).map { lists.offsets[$0 + 1] - lists.offsets[$0] }.max() ?? 0
      mean = lists.count == 0 ? 0 : Double(total) / Double(lists.count)
    }
  }
}

/// Interacting and all pairs of medications of the same visit, summed over the visits of each split.
private struct InteractingPairs {
  private var interacting = [Int](repeating: 0, count: Split.allCases.count)
  private var all = [Int](repeating: 0, count: Split.allCases.count)
  private let isKnown: Bool

  init(_ cohort: Cohort) {
    isKnown = !cohort.interactions.isEmpty
    let width = cohort.medicationCount
    var table = [Bool](repeating: false, count: isKnown ? width * width : 0)
    for pair in cohort.interactions {
      table[Int(pair.a) * width + Int(pair.b)] = true
      table[Int(pair.b) * width + Int(pair.a)] = true
    }
    guard isKnown, let lists = cohort.lists[.medication] else { return }
    for patient in 0..<cohort.patientCount {
      let split = Int(cohort.splits[patient].rawValue)
      for visit in cohort.visits(ofPatient: patient) {
        let codes = lists[visit]
        all[split] += codes.count * (codes.count - 1) / 2
        for (position, code) in codes.enumerated() {
          for other in codes.dropFirst(position + 1) where table[Int(code) * width + Int(other)] {
            interacting[split] += 1
          }
        }
      }
    }
  }

  /// 0 when there is no pair at all.
  func rate(_ splits: [Split]) -> Double? {
    guard isKnown else { return nil }
    let total = splits.reduce(0) { $0 + all[Int($1.rawValue)] }
    return total == 0 ? 0 : Double(splits.reduce(0) { $0 + interacting[Int($1.rawValue)] }) / Double(total)
  }
}
