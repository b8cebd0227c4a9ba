import HDF5

/// Whole cohorts in and out of `cohort.h5` (layout: `CohortSchema`). For cohorts larger than memory: `CohortWriter`.
public enum CohortFile {
  /// Writes a cohort; the file appears whole or not at all.
  /// - Returns: the content hash.
  /// - Throws: `invalidCohort` when the cohort contradicts itself, `storage` when the file cannot be written.
  @discardableResult
  public static func write(_ cohort: Cohort, to path: String) throws(RecordsError) -> String {
    if let fault = cohort.fault { throw .invalidCohort(reason: fault) }
    let writer = try CohortWriter(
      path: path,
      header: CohortHeader(
        name: cohort.name, vocabularies: cohort.vocabularies, smiles: cohort.smiles, interactions: cohort.interactions,
        medicationProperties: cohort.medicationProperties))
    for patient in 0..<cohort.patientCount {
      try writer.append(
        patientID: cohort.patientIDs[patient],
        visits: cohort.visits(ofPatient: patient).map { visit in
          CohortVisit(
            id: cohort.visitIDs[visit], diagnoses: Array(cohort.codes(.diagnosis, visit: visit)),
            procedures: Array(cohort.codes(.procedure, visit: visit)),
            symptoms: Array(cohort.codes(.symptom, visit: visit)),
            medications: Array(cohort.codes(.medication, visit: visit)))
        })
    }
    return try writer.finish(splits: cohort.splits, rule: cohort.splitRule, report: cohort.report)
  }

  /// Reads a cohort and checks it: offsets rise, codes are in their vocabularies, splits are known, sizes agree.
  /// - Parameter verifyHash: also compare the content with the stored hash (reads the file once more).
  /// - Throws: `missingFile`, `notACohort`, `unsupportedSchema`, `damagedCohort` with what is wrong, `storage`.
  public static func read(_ path: String, verifyHash: Bool = true) throws(RecordsError) -> Cohort {
    do {
      let file = try KindedFile.open(
        path, kind: CohortSchema.kind, schemaVersions: CohortSchema.version...CohortSchema.version)
      defer { try? file.close() }
      let hash = verifyHash ? try KindedFile.verify(file) : try KindedFile.contentHash(of: file)
      return try read(file, hash: hash)
    } catch {
      throw RecordsError(error)
    }
  }

  private static func read(_ file: HDF5File, hash: String) throws -> Cohort {
    var vocabularies: [CodeKind: Vocabulary] = [:]
    var lists: [CodeKind: CodeLists] = [:]
    for kind in CodeKind.allCases {
      vocabularies[kind] = Vocabulary(
        codes: try file.readStrings(CohortSchema.codes(kind)), texts: try file.readStrings(CohortSchema.texts(kind)))
      lists[kind] = CodeLists(
        offsets: try offsets(file, CohortSchema.offsets(kind)), indices: try file.read(CohortSchema.indices(kind)))
    }
    let splits = try file.read(CohortSchema.split, as: UInt8.self).enumerated().map { patient, value in
      guard let split = Split(rawValue: value) else {
        throw RecordsError.damagedCohort(
          file.path, reason: "patient \(patient) has the split \(value); 0, 1 and 2 are known")
      }
      return split
    }
    let moleculeOffsets = try offsets(file, CohortSchema.moleculeOffsets)
    let smiles = try file.readStrings(CohortSchema.smiles)
    if let fault = Cohort.fault(offsets: moleculeOffsets, total: smiles.count, name: CohortSchema.moleculeOffsets) {
      throw RecordsError.damagedCohort(file.path, reason: fault)
    }
    let cohort = Cohort(
      name: try file.attribute(CohortSchema.name)?.stringValue ?? "", vocabularies: vocabularies,
      patientIDs: try file.readStrings(CohortSchema.patientIDs),
      visitOffsets: try offsets(file, CohortSchema.visitOffsets),
      visitIDs: try file.readStrings(CohortSchema.visitIDs), lists: lists,
      smiles: (0..<(moleculeOffsets.count - 1)).map { Array(smiles[moleculeOffsets[$0]..<moleculeOffsets[$0 + 1]]) },
      interactions: try interactions(file), medicationProperties: try properties(file), splits: splits,
      splitRule: try file.attribute(CohortSchema.splitRule)?.stringValue ?? "",
      report: try CohortSchema.readReport(file), contentHash: hash)
    if let fault = cohort.fault { throw RecordsError.damagedCohort(file.path, reason: fault) }
    return cohort
  }

  private static func offsets(_ file: HDF5File, _ dataset: String) throws(HDF5Error) -> [Int] {
    try file.read(dataset, as: Int64.self).map { Int($0) }
  }

  /// Nil in files without properties, such as all that were written before there were any.
  private static func properties(_ file: HDF5File) throws -> MedicationPropertyTable? {
    guard file.exists(CohortSchema.properties) else { return nil }
    let names = try file.readStrings(CohortSchema.propertyNames)
    let shape = try file.shape(of: CohortSchema.propertyValues)
    guard shape.count == 2, shape[1] == names.count else {
      throw RecordsError.damagedCohort(
        file.path,
        reason: "\(CohortSchema.propertyValues) has the shape \(shape); expected [medications, \(names.count)]")
    }
    return MedicationPropertyTable(names: names, values: try file.read(CohortSchema.propertyValues))
  }

  private static func interactions(_ file: HDF5File) throws -> [Interaction] {
    let shape = try file.shape(of: CohortSchema.interactions)
    guard shape.count == 2, shape[1] == 2 else {
      throw RecordsError.damagedCohort(file.path, reason: "/interactions has the shape \(shape); expected [n, 2]")
    }
    let values = try file.read(CohortSchema.interactions, as: Int32.self)
    return try stride(from: 0, to: values.count, by: 2).map { index in
      guard values[index] < values[index + 1], let pair = Interaction(values[index], values[index + 1]) else {
        throw RecordsError.damagedCohort(
          file.path, reason: "/interactions has the pair \(values[index]), \(values[index + 1]); the first must be less"
        )
      }
      return pair
    }
  }
}
