import Foundation
import HDF5

/// What a cohort file says before the first patient.
public struct CohortHeader: Sendable {
  public var name: String
  /// Absent kinds get an empty vocabulary.
  public var vocabularies: [CodeKind: Vocabulary]
  /// One list per medication, or none at all when no molecules are known.
  public var smiles: [[String]]
  public var interactions: [Interaction]
  public var medicationProperties: MedicationPropertyTable?

  public init(
    name: String, vocabularies: [CodeKind: Vocabulary], smiles: [[String]] = [], interactions: [Interaction] = [],
    medicationProperties: MedicationPropertyTable? = nil
  ) {
    self.name = name
    self.vocabularies = vocabularies
    self.smiles = smiles
    self.interactions = interactions
    self.medicationProperties = medicationProperties
  }
}

/// One visit: its number and its codes as positions in the vocabularies, each code once.
public struct CohortVisit: Equatable, Sendable {
  public var id: String
  public var diagnoses, procedures, symptoms, medications: [Int32]

  public init(
    id: String, diagnoses: [Int32] = [], procedures: [Int32] = [], symptoms: [Int32] = [], medications: [Int32] = []
  ) {
    self.id = id
    self.diagnoses = diagnoses
    self.procedures = procedures
    self.symptoms = symptoms
    self.medications = medications
  }

  public subscript(kind: CodeKind) -> [Int32] {
    switch kind {
    case .diagnosis: diagnoses
    case .procedure: procedures
    case .symptom: symptoms
    case .medication: medications
    }
  }
}

/// Writes a cohort file patient by patient. Memory does not grow with the cohort, but for one byte per patient when the
/// splits are made.
///
/// The file is written as `PATH.tmp-PID-NUMBER`; `finish` flushes it, opens it again, compares its content hash and
/// renames it, so nobody ever sees half a cohort. Without `finish` the temporary file is removed.
public final class CohortWriter {
  public let path: String
  public private(set) var patientCount = 0
  public private(set) var visitCount = 0

  /// What `path` leads to, where it is a symbolic link.
  private let target: String
  private let temporary: String
  private let file: HDF5File
  private var isOpen = true
  private let patientIDs: HDF5StringAppender
  private let visitIDs: HDF5StringAppender
  private let visitOffsets: HDF5Appender<Int64>
  private var codes: [CodeColumn] = []
  private var waitingPatients: [String] = []
  private var waitingVisits: [String] = []
  private var waitingOffsets: [Int64] = [0]

  /// Visits that are collected before they go to the file.
  private static let block = 4_096

  /// - Throws: `invalidCohort` for a header that contradicts itself, `storage` when the file cannot be made.
  public init(path: String, header: CohortHeader) throws(RecordsError) {
    let header = try header.checked()
    self.path = path
    let file: HDF5File
    do {
      target = try OutputFile.resolved(path)
      temporary = AtomicPath.temporary(target)
      file = try HDF5File.create(temporary)
    } catch {
      throw RecordsError(error)
    }
    self.file = file
    do {
      try CohortSchema.write(header, to: file)
      patientIDs = try file.appendableStrings(CohortSchema.patientIDs)
      visitIDs = try file.appendableStrings(CohortSchema.visitIDs)
      visitOffsets = try file.appendable(
        CohortSchema.visitOffsets, rowShape: [], chunkRows: Self.block, as: Int64.self)
      for kind in CodeKind.allCases {
        codes.append(try CodeColumn(kind, vocabulary: header.vocabularies[kind]?.count ?? 0, file: file))
      }
    } catch {
      try? file.close()
      unlink(temporary)
      throw RecordsError(error)
    }
  }

  deinit { abandon() }

  /// Adds the next patient with at least one visit, visits in time order.
  /// - Throws: `invalidCohort` for a code outside its vocabulary or listed twice in a visit; `storage`.
  public func append(patientID: String, visits: [CohortVisit]) throws(RecordsError) {
    guard isOpen else { throw .invalidCohort(reason: "the writer of \(path) is closed") }
    if visits.isEmpty { throw .invalidCohort(reason: "patient \(patientID) has no visit") }
    for visit in visits {
      for index in codes.indices {
        if let fault = codes[index].add(visit, number: Int32(truncatingIfNeeded: visitCount)) {
          throw .invalidCohort(reason: fault)
        }
      }
      waitingVisits.append(visit.id)
      visitCount += 1
    }
    waitingPatients.append(patientID)
    patientCount += 1
    waitingOffsets.append(Int64(visitCount))
    if waitingVisits.count >= Self.block { try flush() }
  }

  /// Ends the file with splits by a rule.
  /// - Returns: the content hash.
  @discardableResult
  public func finish(split: SplitRule, report: ImportReport) throws(RecordsError) -> String {
    if split == .byTime {
      throw .badOption("split", value: "by-time", expected: "official or shuffled: these visits have no times")
    }
    return try finish(splits: split.assign(patients: patientCount), rule: split.description, report: report)
  }

  /// Ends the file with the given splits, one per patient.
  /// - Returns: the content hash.
  @discardableResult
  public func finish(splits: [Split], rule: String, report: ImportReport) throws(RecordsError) -> String {
    guard isOpen else { throw .invalidCohort(reason: "the writer of \(path) is closed") }
    guard splits.count == patientCount else {
      throw .invalidCohort(reason: "there are \(splits.count) splits for \(patientCount) patients")
    }
    try flush()
    defer { abandon() }
    do {
      try file.write(splits.map(\.rawValue), shape: [splits.count], to: CohortSchema.split, layout: .checksummed())
      try file.setAttribute(CohortSchema.splitRule, .string(rule))
      try CohortSchema.write(report, to: file)
      let hash = try KindedFile.seal(
        file, kind: CohortSchema.kind, schemaVersion: CohortSchema.version, hashing: CohortSchema.hashed,
        leavingOut: CohortSchema.unhashed)
      try file.close()
      try AtomicPath.sync(temporary)
      let written = try HDF5File.open(temporary)
      try KindedFile.verify(written)
      try written.close()
      try AtomicPath.rename(temporary, to: target)
      isOpen = false
      return hash
    } catch {
      throw RecordsError(error)
    }
  }

  /// Removes the temporary file; the writer is of no use afterwards. Does nothing after `finish`.
  public func abandon() {
    guard isOpen else { return }
    isOpen = false
    try? file.close()
    unlink(temporary)
  }

  private func flush() throws(RecordsError) {
    do {
      try patientIDs.append(waitingPatients)
      try visitIDs.append(waitingVisits)
      try visitOffsets.append(waitingOffsets)
      for index in codes.indices { try codes[index].flush() }
    } catch {
      throw RecordsError(error)
    }
    waitingPatients.removeAll(keepingCapacity: true)
    waitingVisits.removeAll(keepingCapacity: true)
    waitingOffsets.removeAll(keepingCapacity: true)
  }
}

/// The code lists of one kind on their way into the file.
private struct CodeColumn {
  let kind: CodeKind
  private let offsets: HDF5Appender<Int64>
  private let indices: HDF5Appender<Int32>
  private var waitingOffsets: [Int64] = [0]
  private var waitingIndices: [Int32] = []
  private var total = 0
  /// Last visit that had each code, to find a code listed twice.
  private var lastVisit: [Int32]

  init(_ kind: CodeKind, vocabulary: Int, file: HDF5File) throws(HDF5Error) {
    self.kind = kind
    offsets = try file.appendable(CohortSchema.offsets(kind), rowShape: [], chunkRows: 4_096, as: Int64.self)
    indices = try file.appendable(CohortSchema.indices(kind), rowShape: [], chunkRows: 16_384, as: Int32.self)
    lastVisit = Array(repeating: -1, count: vocabulary)
  }

  /// Nil, or what is wrong with the visit.
  mutating func add(_ visit: CohortVisit, number: Int32) -> String? {
    let list = visit[kind]
    for code in list {
      guard lastVisit.indices.contains(Int(code)) else {
        return "visit \(visit.id) has \(kind.rawValue) \(code), but that vocabulary has \(lastVisit.count) codes"
      }
      guard lastVisit[Int(code)] != number else { return "visit \(visit.id) lists \(kind.rawValue) \(code) twice" }
      lastVisit[Int(code)] = number
    }
    waitingIndices.append(contentsOf: list)
    total += list.count
    waitingOffsets.append(Int64(total))
    return nil
  }

  mutating func flush() throws(HDF5Error) {
    try offsets.append(waitingOffsets)
    try indices.append(waitingIndices)
    waitingOffsets.removeAll(keepingCapacity: true)
    waitingIndices.removeAll(keepingCapacity: true)
  }
}
