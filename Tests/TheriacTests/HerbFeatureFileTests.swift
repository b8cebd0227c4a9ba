import Foundation
import Testing

/// `features.h5` of a run: made once, used where it is sound, never trusted otherwise.
@Suite(.serialized) struct HerbFeatureFileTests {
  let workspace: HerbWorkspace

  init() throws {
    workspace = try HerbWorkspace.shared.get()
    if !FileManager.default.fileExists(atPath: workspace.run("kept") + "/summary.json") { try workspace.train("kept") }
  }

  private func file(_ run: String) -> String { workspace.run(run) + "/features.h5" }
  private func bytes(_ run: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(run))) }
  private func remove(_ run: String) throws { try FileManager.default.removeItem(atPath: file(run)) }

  private func copy(_ name: String) throws -> String {
    try FileManager.default.copyItem(atPath: workspace.run("kept"), toPath: workspace.run(name))
    return workspace.run(name)
  }

  /// All that a run answers, every digit; and what was said on stderr about features.
  private func answers(_ run: String) throws -> (texts: [String], remarks: [String]) {
    let vectors = workspace.run(run) + "-vectors.csv"
    let results = try [
      ["evaluate", workspace.run(run), "--json"],
      ["recommend", workspace.run(run), "--symptoms", "头痛,失眠", "--top", "20", "--json"],
      ["export", "vectors", workspace.run(run), "--out", vectors],
    ].map { try Program.run($0) }
    for result in results { try #require(result.code == 0, "\(result.errors)") }
    let remarks = results.map { result in
      result.errors.split(separator: "\n").filter { $0.contains("features") }.joined(separator: "\n")
    }
    return (results.prefix(2).map(\.output) + [try String(contentsOfFile: vectors, encoding: .utf8)], remarks)
  }

  @Test("training leaves the file; with it, without it, and made by the first use, the answers are the same bits")
  func same() throws {
    let written = try bytes("kept")
    let kept = try answers("kept")
    #expect(kept.remarks == ["", "", ""])
    #expect(try bytes("kept") == written)
    let run = try copy("kept-older")
    try remove("kept-older")
    let made = try answers("kept-older")
    #expect(made.texts == kept.texts)
    #expect(made.remarks == ["the features of symptoms and herbs were made, and kept in \(run)/features.h5", "", ""])
    #expect(try bytes("kept-older") == written)
    let described = try Program.run(["inspect", file("kept")])
    #expect(described.code == 0, "\(described.errors)")
    #expect(
      described.output.hasPrefix(
        "features of 12 symptoms of width 16 and 20 herbs of width 43, made of recipe 1, cohort "))
  }

  @Test("a damaged file, one of other settings or of another cohort, and one of h5py's are made anew, with a line")
  func unusable() throws {
    let kept = try answers("kept").texts
    let written = try bytes("kept")
    let run = try copy("kept-unusable")
    func check(_ reason: String, _ content: Data, _ sourceLine: Int = #line) throws {
      try content.write(to: URL(fileURLWithPath: file("kept-unusable")))
      let found = try answers("kept-unusable")
      #expect(found.texts == kept, "line \(sourceLine)")
      #expect(found.remarks[0].hasPrefix("\(run)/features.h5 is not used: "), "\(found.remarks)")
      #expect(found.remarks[0].contains(reason) && found.remarks[0].hasSuffix("; its features were made anew"))
      #expect(Array(found.remarks[1...]) == ["", ""], "\(found.remarks)")
      #expect(try bytes("kept-unusable") == written, "line \(sourceLine)")
    }
    for place in [1, written.count / 3, written.count / 2, written.count - 40] {
      var damaged = written
      damaged[damaged.startIndex + place] ^= 0x10
      try check("it is damaged", damaged)
    }
    try check("does not end in Theriac's checksum", written.prefix(written.count / 2))
    try check("does not end in Theriac's checksum", Data("not a file of features".utf8))
    // Without its checksum the file is what h5py leaves of it.
    try check("does not end in Theriac's checksum", written.dropLast(32))
    try workspace.train("kept-other", ["feature_seed=5", "epochs=1"])
    try check("with other settings", bytes("kept-other"))
    let cohort = try workspace.changed(from: 290)
    try workspace.train("kept-elsewhere", ["cohort=\(cohort)", "epochs=1"])
    try check("of another cohort", bytes("kept-elsewhere"))
    let best = try Data(contentsOf: URL(fileURLWithPath: workspace.run("kept") + "/best.h5"))
    try check("of another kind", best)
  }

  @Test("where it cannot be written, nothing is said; other settings do not replace it")
  func unwritable() throws {
    let kept = try answers("kept").texts
    let run = try copy("kept-unwritable")
    try remove("kept-unwritable")
    try FileManager.default.createDirectory(atPath: file("kept-unwritable"), withIntermediateDirectories: true)
    let found = try answers("kept-unwritable")
    #expect(found.texts == kept)
    #expect(found.remarks.allSatisfy { $0.contains("is not used") }, "\(found.remarks)")
    try remove("kept-unwritable")
    let written = try bytes("kept")
    try written.write(to: URL(fileURLWithPath: file("kept-unwritable")))
    let other = try Program.run(["evaluate", run, "--set", "unparsable_smiles=skip"])
    #expect(other.code == 0 && other.errors.contains("with other settings"), "\(other.errors)")
    #expect(try bytes("kept-unwritable") == written)
    // Another cohort is refused before anything is replaced.
    let cohort = try workspace.changed(from: 280)
    let refused = try Program.run(["evaluate", run, "--set", "cohort=\(cohort)"])
    #expect(refused.code == 1 && refused.sentence.contains("is not the one this run was made with"))
    #expect(try bytes("kept-unwritable") == written)
  }

  @Test("a resumed run uses the file, or makes it anew, and ends in the same weights")
  func resume() throws {
    try workspace.train("kept-long", ["epochs=5"])
    let run = try copy("kept-resumed")
    let sound = try Program.run(["resume", run, "--set", "epochs=4"])
    #expect(sound.code == 0 && !sound.errors.contains("features.h5"), "\(sound.errors)")
    var damaged = try bytes("kept-resumed")
    damaged[damaged.startIndex + damaged.count / 2] ^= 1
    try damaged.write(to: URL(fileURLWithPath: file("kept-resumed")))
    let mended = try Program.run(["resume", run, "--set", "epochs=5"])
    #expect(mended.code == 0 && mended.errors.contains("its features were made anew"), "\(mended.errors)")
    #expect(try workspace.state("kept-resumed", epoch: 5) == workspace.state("kept-long", epoch: 5))
    #expect(try bytes("kept-resumed") == bytes("kept"))
  }

  @Test("molecule vectors of a file are part of what the features are made of")
  func vectorFile() throws {
    let vectors = workspace.run("kept-vectors")
    func write(_ factor: Int) throws {
      let values = (0..<(16 * 4)).map { Float(($0 * factor) % 11 + 1) }
      try HerbWorkspace.npy("<f4", [16, 4], values).write(to: URL(fileURLWithPath: vectors + ".npy"))
      try HerbWorkspace.smiles.joined(separator: "\n").write(
        toFile: vectors + ".smi", atomically: true, encoding: .utf8)
    }
    try write(7)
    try workspace.train("kept-vector-run", ["molecule_vectors=\(vectors).npy", "epochs=1"])
    let first = try Program.run(["evaluate", workspace.run("kept-vector-run"), "--json"])
    #expect(first.code == 0 && !first.errors.contains("features.h5"), "\(first.errors)")
    // Other numbers under the same name: the kept features are not taken for theirs.
    try write(5)
    let changed = try Program.run(["evaluate", workspace.run("kept-vector-run")])
    #expect(changed.code == 1 && changed.sentence.contains("molecule_vectors"), "\(changed.errors)")
    try write(7)
    let again = try Program.run(["evaluate", workspace.run("kept-vector-run"), "--json"])
    #expect(again.output == first.output && !again.errors.contains("features.h5"), "\(again.errors)")
  }

  @Test("a cohort that has moved: where it was, and how to say where it is")
  func moved() throws {
    let old = workspace.run("kept-moved-from.h5")
    let new = workspace.run("kept-moved-to.h5")
    try FileManager.default.copyItem(atPath: workspace.cohort, toPath: old)
    try workspace.train("kept-moved", ["cohort=\(old)", "epochs=1"])
    let run = workspace.run("kept-moved")
    let before = try Program.run(["evaluate", run])
    try FileManager.default.moveItem(atPath: old, toPath: new)
    let commands = [
      ["evaluate", run], ["recommend", run, "--symptoms", "头痛"], ["resume", run, "--set", "epochs=2"],
      ["export", "vectors", run, "--out", workspace.run("kept-moved.csv")],
    ]
    for command in commands {
      let lost = try Program.run(command)
      #expect(lost.code == 1, "\(command): \(lost.errors)")
      #expect(
        lost.sentence.hasSuffix(
          "the cohort of \(run) should be at \(old), but there is none; give its place with --set cohort=FILE"),
        "\(lost.sentence)")
    }
    let after = try Program.run(["evaluate", run, "--set", "cohort=\(new)"])
    #expect(
      after.code == 0 && after.output == before.output && !after.errors.contains("features.h5"), "\(after.errors)")
    for command in commands.dropFirst() {
      let found = try Program.run(command + ["--set", "cohort=\(new)"])
      #expect(found.code == 0 && !found.errors.contains("features.h5"), "\(command): \(found.errors)")
    }
    // The resumed run has noted the new place.
    #expect(try Program.run(["evaluate", run]).code == 0)
  }
}
