import Foundation
import HDF5
import Records
import Testing

/// The content hash is that of the cohort, not of the way it was read.
@Suite struct CohortHashTests {
  /// Imports the fixture after a change of its files.
  private func hash(
    _ change: (MIMIC3Fixture) throws -> Void = { _ in }, options: (inout ImportOptions) -> Void = { _ in }
  ) throws -> String {
    let fixture = try MIMIC3Fixture()
    try change(fixture)
    let path = fixture.folder.path + "/out.h5"
    let hash = try CohortFile.write(fixture.run(options), to: path)
    let read = try CohortFile.read(path)
    #expect(read.contentHash == hash)
    #expect(!read.report.tables.isEmpty)
    return hash
  }

  private static let tables = ["PATIENTS", "DIAGNOSES_ICD", "PROCEDURES_ICD", "PRESCRIPTIONS", "D_ICD_DIAGNOSES"]

  private func rewrite(_ fixture: MIMIC3Fixture, _ body: (String) -> String) throws {
    for table in Self.tables {
      let path = "\(fixture.folder.path)/\(table).csv"
      try fixture.folder.write("\(table).csv", body(String(contentsOfFile: path, encoding: .utf8)))
    }
  }

  @Test("the same tables as gzip, with shuffled rows, with CRLF or under other names give the same hash")
  func sameCohort() throws {
    let plain = try hash()
    let packed = try hash { fixture in
      for table in Self.tables {
        let path = "\(fixture.folder.path)/\(table).csv"
        try fixture.folder.write("\(table.lowercased()).csv.gz", gzip(String(contentsOfFile: path, encoding: .utf8)))
        try fixture.folder.remove("\(table).csv")
      }
    }
    #expect(packed == plain)
    let shuffled = try hash { fixture in
      try rewrite(fixture) { text in
        let lines = text.split(separator: "\n")
        return (lines.prefix(1) + lines.dropFirst().reversed()).joined(separator: "\n") + "\n"
      }
    }
    #expect(shuffled == plain)
    #expect(try hash { try rewrite($0) { $0.replacing("\n", with: "\r\n") } } == plain)
    #expect(try hash(options: { $0.minimumVisits = 1 }) != plain)
    #expect(
      try hash { fixture in
        try rewrite(fixture) { $0.replacing("5,2,22,1,5672", with: "5,2,22,1,0389") }
      } != plain)
  }

  @Test("a cohort whose hash still covers its report verifies as before") func olderFiles() throws {
    let fixture = try MIMIC3Fixture()
    let path = fixture.folder.path + "/out.h5"
    try CohortFile.write(fixture.run(), to: path)
    let old = fixture.folder.path + "/old.h5"
    let hash = try OlderCohort.copy(path, to: old)
    #expect(try CohortFile.read(old).contentHash == hash)
    #expect(try CohortFile.read(path).contentHash != hash)
  }
}

/// A cohort file as it was sealed before reports were left out of the hash.
private enum OlderCohort {
  /// - Returns: the content hash of the copy.
  static func copy(_ path: String, to copy: String) throws -> String {
    let file = try HDF5File.open(path)
    defer { try? file.close() }
    return try KindedFile.write(
      at: copy, kind: "cohort", schemaVersion: 1, hashing: ["name", "split_rule", "source"]
    ) { written in
      for name in ["name", "split_rule", "source"] {
        if let value = try file.attribute(name) { try written.setAttribute(name, value) }
      }
      for dataset in try file.datasetPaths() {
        let shape = try file.shape(of: dataset)
        if let texts = try? file.readStrings(dataset) {
          try written.writeStrings(texts, to: dataset)
        } else if dataset == "/patients/split" {
          try written.write(file.read(dataset, as: UInt8.self), shape: shape, to: dataset)
        } else if dataset == "/interactions" || dataset.hasSuffix("/indices") {
          try written.write(file.read(dataset, as: Int32.self), shape: shape, to: dataset)
        } else {
          try written.write(file.read(dataset, as: Int64.self), shape: shape, to: dataset)
        }
      }
    }
  }
}
