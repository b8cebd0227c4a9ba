import Foundation
import HDF5
import Molecules
import Records
import Training

/// The features of FMCHS that take long to make and depend on the cohort and few settings alone.
struct MadeHerbFeatures: Equatable {
  struct Note: Equatable {
    let isWarning: Bool
    let text: String
  }

  /// Random symptom vectors `[S, semanticWidth]`; empty where embeddings stand for them.
  var semantics: [Float]
  /// Properties and molecule vectors of herbs, `[M, width]`.
  var herbs: [Float]
  var width: Int
  /// Where the molecule vectors come from: `none`, `morgan`, or the hash of those of a file.
  var moleculeHash: String
  /// What was said when they were made.
  var notes: [Note]
}

/// `features.h5` of a run directory, kind "herb_features": features as a run was trained with them, so that its next use
/// need not make them anew.
///
/// Layout:
/// ```
/// /semantics   float32 [S, semantic_width]; absent with embeddings
/// /herbs       float32 [M, width]; absent without properties and molecule vectors
/// /notes       strings, each with "warning: " or "info: " before it
/// root attributes, which count in content_hash:
///   made_of      text: all that the numbers depend on, a line each
///   molecules    text
/// ```
/// A file that does not say exactly what is wanted, or whose checksum or content hash does not match, counts for nothing.
public enum HerbFeatureFile {
  static let kind = "herb_features"
  static let schemaVersion = 1
  /// The number of the code that makes the features: raise it when the same inputs give other numbers.
  static let recipe = 1

  enum Found {
    case sound(MadeHerbFeatures)
    case none
    /// There is a file, but not the one wanted.
    case unusable(reason: String)
  }

  /// All that the features depend on, a line each. Two runs with the same text have the same features.
  static func recipe(_ config: RunConfig, _ cohort: Cohort) -> String {
    let settings = RunSetting.vectors.map { "\($0.key) \($0.value(in: config))" }
    let vectors = config.fmchs.moleculeVectors
    let molecules =
      vectors.isEmpty
      ? "projected fingerprints of RDKit \(SMILESParser.rdkitVersion)"
      : "a file, \(files(vectors).joined(separator: " "))"
    return
      ([
        "recipe \(recipe)", "cohort \(cohort.contentHash)",
        "symptom vectors \(config.embeddings.isEmpty ? "random" : "embeddings")", "molecule vectors \(molecules)",
        "unparsable_smiles \(config.unparsableSMILES.rawValue)",
      ] + settings).joined(separator: "\n")
  }

  /// Hashes of the file of molecule vectors, and of the list of SMILES beside one of NumPy.
  private static func files(_ path: String) -> [String] {
    let names = path.hasSuffix(".npy") ? [path, path.dropLast(4) + ".smi"] : [path]
    return names.map { name in
      guard InputFile.state(name) == .readable else { return "missing" }
      return (try? Data(contentsOf: URL(fileURLWithPath: name), options: .mappedIfSafe))
        .map { $0.withUnsafeBytes(Checksum.xxh3Hex) } ?? "missing"
    }
  }

  /// - Parameters:
  ///   - recipe: what the features must be made of
  ///   - semantics: the shape that the symptom vectors must have; `[0, 0]` with embeddings
  ///   - herbs: M
  static func read(_ path: String, recipe: String, semantics expected: [Int], herbs: Int) -> Found {
    switch InputFile.state(path) {
    case .absent: return .none
    case .unusable(let reason): return .unusable(reason: reason)
    case .readable: break
    }
    // Only Theriac writes this file; HDF5 is not let loose on anything without its checksum.
    guard HDF5File.hasStamp(path) else { return .unusable(reason: "it does not end in Theriac's checksum") }
    do {
      let file = try KindedFile.open(path, kind: kind, schemaVersions: schemaVersion...schemaVersion)
      defer { try? file.close() }
      try KindedFile.verify(file)
      guard try file.attribute("made_of")?.stringValue == recipe else {
        return .unusable(reason: "it was made of another cohort, with other settings, or by another version")
      }
      let (semantics, semanticWidth) = try table(file, "semantics")
      let (values, width) = try table(file, "herbs")
      guard semanticWidth == expected[1], semantics.count == expected[0] * expected[1], width * herbs == values.count,
        semantics.allSatisfy(\.isFinite), values.allSatisfy(\.isFinite)
      else { return .unusable(reason: "its tables do not fit the cohort") }
      let notes = try file.readStrings("notes").map { line in
        let isWarning = line.hasPrefix("warning: ")
        return MadeHerbFeatures.Note(
          isWarning: isWarning, text: String(line.dropFirst(isWarning ? "warning: ".count : "info: ".count)))
      }
      return .sound(
        MadeHerbFeatures(
          semantics: semantics, herbs: values, width: width,
          moleculeHash: try file.attribute("molecules")?.stringValue ?? "", notes: notes))
    } catch HDF5Error.wrongKind {
      return .unusable(reason: "it is a file of another kind")
    } catch HDF5Error.wrongSchema {
      return .unusable(reason: "it was made by another version")
    } catch {
      return .unusable(reason: "it is damaged")
    }
  }

  private static func table(_ file: HDF5File, _ name: String) throws -> (values: [Float], width: Int) {
    guard file.exists(name) else { return ([], 0) }
    let shape = try file.shape(of: name)
    return (try file.read(name), shape.count == 2 ? shape[1] : 0)
  }

  /// What a file holds, for people.
  /// - Throws: when it is damaged or none of these
  public static func summary(_ path: String) throws -> String {
    let file = try KindedFile.open(path, kind: kind, schemaVersions: schemaVersion...schemaVersion)
    defer { try? file.close() }
    let hash = try KindedFile.verify(file)
    let tables = try [("semantics", "symptoms"), ("herbs", "herbs")].compactMap { name, noun -> String? in
      guard file.exists(name), case let shape = try file.shape(of: name), shape.count == 2 else { return nil }
      return "\(shape[0]) \(noun) of width \(shape[1])"
    }
    let origin = try file.attribute("made_of")?.stringValue?.replacing("\n", with: ", ") ?? "nothing"
    return "features of \(tables.joined(separator: " and ")), made of \(origin); content \(hash)"
  }

  /// What is wrong with a file; nil when it is sound, or not there.
  public static func fault(_ path: String) -> String? {
    switch InputFile.state(path) {
    case .absent: return nil
    case .unusable(let reason): return reason
    case .readable:
      guard HDF5File.hasStamp(path) else { return "it does not end in Theriac's checksum" }
      return (try? summary(path)) == nil ? "it is damaged, or a file of another kind or version" : nil
    }
  }

  /// Atomic; the file is read back and compared before it takes its name. A link is not written through: what it leads to
  /// is somebody else's.
  /// - Throws: also where the name is a link's
  static func write(_ features: MadeHerbFeatures, recipe: String, semanticWidth: Int, to path: String) throws {
    guard !OutputFile.isLink(path) else { throw HDF5Error.cannotCreate(path, reason: "it is a link") }
    try KindedFile.write(at: path, kind: kind, schemaVersion: schemaVersion, hashing: ["made_of", "molecules"]) {
      file in
      for (name, values, width) in [
        ("semantics", features.semantics, semanticWidth), ("herbs", features.herbs, features.width),
      ] where !values.isEmpty {
        try file.write(values, shape: [values.count / width, width], to: name)
      }
      try file.writeStrings(features.notes.map { ($0.isWarning ? "warning: " : "info: ") + $0.text }, to: "notes")
      try file.setAttribute("made_of", .string(recipe))
      try file.setAttribute("molecules", .string(features.moleculeHash))
    }
  }
}
