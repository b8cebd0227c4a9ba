import Foundation
import HDF5
import Records
import TestSupport
import Testing
import TextEncoder

/// `theriac embed --vocabulary`, run as a user runs it.
@Suite struct EmbedVocabularyTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace.shared.get() }

  private func output(_ name: String) -> String { workspace.path + "/vocabulary-\(UUID().uuidString)-\(name)" }

  /// A cohort of symptoms and medications alone.
  private func herbs() throws -> String {
    let path = output("herbs.h5")
    let cohort = Cohort(
      name: "herbs",
      vocabularies: [
        .symptom: Vocabulary(codes: ["S1", "S2"], texts: ["pain", "cough"]),
        .medication: Vocabulary(codes: ["H1", "H2", "H3"], texts: ["word1", "word2 word3", "人参"]),
      ],
      patientIDs: ["a", "b"], visitOffsets: [0, 1, 2], visitIDs: ["1", "2"],
      lists: [.symptom: CodeLists([[0], [0, 1]]), .medication: CodeLists([[1], [0, 2]])], smiles: [[], ["CCO"], []],
      splits: [.train, .test])
    try CohortFile.write(cohort, to: path)
    return path
  }

  @Test("a cohort of symptoms and medications alone has its codes encoded, unless its visits are asked for")
  func byCohort() throws {
    let plm = try TinyPLM()
    let (cohort, out) = (try herbs(), output("v.h5"))
    let arguments = ["embed", "--cohort", cohort, "--plm", plm.folder, "--out", out]
    let made = try Program.run(arguments)
    #expect(made.code == 0 && made.errors.contains("encoding its codes, as FMCHS needs them"), "\(made.errors)")
    #expect(made.output.contains("5 texts, 5 distinct"))
    #expect(made.errors.contains("of the texts of 3 medications 1 are mostly unknown tokens"), "\(made.errors)")
    #expect(!made.errors.contains("2 symptoms"))
    let inspected = try Program.run(["inspect", out])
    #expect(inspected.output.hasPrefix("embeddings of a vocabulary: 2 symptoms, 3 medications, width 8, from "))
    let file = try VocabularyEmbeddings.open(out)
    try file.require(try CohortFile.read(cohort))
    #expect(try Program.run(arguments).output.contains("already there"))
    let visits = try Program.run(arguments + ["--no-vocabulary"])
    #expect(visits.code == 0 && !visits.errors.contains("FMCHS"), "\(visits.errors)")
    #expect(try Program.run(["inspect", out]).output.contains("2 visits and 3 medications"))
  }

  @Test("workers write the same file; any cohort can have its vocabulary encoded; training says what it needs")
  func byOption() throws {
    let plm = try TinyPLM()
    var hashes: Set<String> = []
    for workers in ["0", "2"] {
      let out = output("w\(workers).h5")
      let made = try Program.run(
        [
          "embed", "--vocabulary", "--cohort", workspace.cohort, "--plm", plm.folder, "--out", out, "--workers",
          workers,
        ])
      #expect(made.code == 0, "\(made.errors)")
      let file = try VocabularyEmbeddings.open(out)
      #expect(file.count(of: .diagnosis) > 0 && file.count(of: .medication) > 0)
      hashes.insert(file.contentHash)
      let run = workspace.training("wrong-\(UUID().uuidString)", workers: 1, ["embeddings=\(out)", "epochs=1"])
      let trained = try Program.run(run)
      #expect(trained.code != 0 && trained.errors.contains("holds vectors of the vocabulary"), "\(trained.errors)")
    }
    #expect(hashes.count == 1)
    let refused = try Program.run(
      ["embed", "--vocabulary", "--texts", "x.txt", "--plm", plm.folder, "--out", output("x.h5")])
    #expect(refused.code == 64 && refused.errors.contains("--vocabulary and --no-vocabulary go with --cohort"))
  }

  @Test("inspect says what a file of molecule vectors is, or why it is none")
  func molecules() throws {
    let path = output("molecules.h5")
    func write(_ smiles: [String]) throws {
      let file = try HDF5File.create(path)
      try file.writeStrings(smiles, to: "smiles")
      try file.write([Float(1), 2, 3, 4], shape: [2, 2], to: "vectors")
      try file.setAttribute("model", .string("Uni-Mol"))
      try file.close()
    }
    try write(["CCO", "O"])
    let good = try Program.run(["inspect", path])
    #expect(good.code == 0 && good.output.contains("(Uni-Mol), 2 molecules of width 2"), "\(good.errors)")
    try write(["CCO", "CCO"])
    let bad = try Program.run(["inspect", path])
    #expect(bad.code != 0 && bad.errors.contains("SMILES 1 and 2 are both \"CCO\""), "\(bad.errors)")
  }
}
