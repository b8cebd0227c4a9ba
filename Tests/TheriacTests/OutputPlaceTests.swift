import Foundation
import Testing

/// Where results may be written: not over folders, devices, or what they are made from.
@Suite(.serialized) struct OutputPlaceTests {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "theriac-output-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/a", withIntermediateDirectories: true)
  }

  private func refusal(_ arguments: [String], _ part: String) throws {
    let result = try Program.run(arguments, in: folder)
    #expect(result.code == 64, "\(arguments): \(result.code) \(result.errors)")
    #expect(result.errors.contains(part), "\(arguments): \(result.errors)")
  }

  @Test("no name, folders and devices, for every command that writes") func noFiles() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (out, part) in [
      ("", "--out is empty"), (".", "is a folder"), ("./", "is a folder"), ("a/.", "is a folder"),
      ("a/", "is a folder"),
      ("..", "is a folder"), ("/", "is a folder"), ("b/", "names a folder"), ("b/.", "does not exist"),
      ("/dev/null", "is a device"),
    ] {
      try refusal(["synth", "--patients", "5", "--out", out], part)
      try refusal(["import", "synthea", "--root", "a", "--out", out], part)
      try refusal(["embed", "--texts", "t", "--encoder", "hashing", "--out", out], part)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
  }

  @Test("a text of its two special tokens alone is no text") func tokens() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try refusal(["embed", "--texts", "t", "--plm", "a", "--max-tokens", "2", "--out", "o.h5"], "give 3 or more")
  }

  @Test("an input is never the output, by any of its names") func inputs() throws {
    let files = FileManager.default
    defer { try? files.removeItem(atPath: folder) }
    let table = Data("Id\n1\n".utf8)
    for name in ["a/conditions.csv", "a/medications.csv", "map.csv", "t"] {
      try table.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    try files.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "a/conditions.csv")
    try files.linkItem(atPath: folder + "/a/medications.csv", toPath: folder + "/hard")
    let synthea = ["import", "synthea", "--root", "a", "--medication-map", "map.csv", "--out"]
    try refusal(synthea + ["a/conditions.csv"], "is the file conditions.csv of a, from which it would be made")
    try refusal(synthea + ["link"], "is the file conditions.csv of a")
    try refusal(synthea + ["hard"], "is the file medications.csv of a")
    try refusal(synthea + ["./a/../map.csv"], "is the input map.csv")
    try refusal(["embed", "--texts", "t", "--encoder", "hashing", "--out", "./t"], "is the input t")
    #expect(try Program.run(["synth", "--patients", "9", "--out", "a/c.h5"], in: folder).code == 0)
    try refusal(["embed", "--cohort", "a/c.h5", "--encoder", "hashing", "--out", "a/../a/c.h5"], "is the input a/c.h5")
    // A cohort beside its tables may be made again: this ends at the tables, not at the place.
    let again = try Program.run(synthea + ["a/c.h5"], in: folder)
    #expect(again.code == 1 && !again.errors.contains("--out"), "\(again.errors)")
    for name in ["a/conditions.csv", "a/medications.csv", "map.csv", "t"] {
      #expect(files.contents(atPath: "\(folder)/\(name)") == table)
    }
  }

  @Test("a link is followed: it stays a link and its target is the cohort") func links() throws {
    let files = FileManager.default
    defer { try? files.removeItem(atPath: folder) }
    try files.createSymbolicLink(atPath: folder + "/c.h5", withDestinationPath: "a/real.h5")
    #expect(try Program.run(["synth", "--patients", "9", "--out", "c.h5"], in: folder).code == 0)
    #expect(try files.destinationOfSymbolicLink(atPath: folder + "/c.h5") == "a/real.h5")
    #expect(try files.contentsOfDirectory(atPath: folder + "/a") == ["real.h5"])
  }
}
