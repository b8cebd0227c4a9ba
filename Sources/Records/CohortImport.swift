/// Imports a data set into a cohort.
public enum CohortImport {
  /// - Parameters:
  ///   - source: settings of the one kind of source.
  ///   - progress: called about once per MiB read.
  /// - Throws: a missing folder, table, column or map, a damaged file, a bad option; `nothingKept` if nothing is left.
  public static func run(
    _ format: ImportFormat, paths: ImportPaths, options: ImportOptions = ImportOptions(),
    source: SourceOptions = SourceOptions(), progress: ((ImportProgress) -> Void)? = nil
  ) throws(RecordsError) -> Cohort {
    try options.validate()
    try source.validate(for: format)
    switch format {
    case .mimic3:
      var importer = try MIMICImporter(format, .mimic3, paths: paths, options: options, progress: progress)
      return try importer.run()
    case .mimic4:
      var importer = try MIMICImporter(format, .mimic4, paths: paths, options: options, progress: progress)
      return try importer.run()
    case .eicu:
      var importer = try EICUImporter(paths: paths, options: options, source: source, progress: progress)
      return try importer.run()
    case .synthea:
      var importer = try SyntheaImporter(paths: paths, options: options, source: source, progress: progress)
      return try importer.run()
    case .table:
      var importer = try TableImporter(paths: paths, options: options, source: source, progress: progress)
      return try importer.run()
    case .official: return try OfficialImporter.run(paths: paths, options: options)
    case .tcmPD:
      return try TCMPDImporter.run(
        paths: try TCMPDPaths(paths), options: try TCMPDOptions(options), progress: progress)
    }
  }
}
