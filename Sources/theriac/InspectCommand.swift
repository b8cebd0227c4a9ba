import ArgumentParser
import Checkpoints
import Foundation
import HDF5
import Molecules
import Records
import Reports
import Runs
import TextEncoder
import Training

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what a file or folder of Theriac, or a language-model folder, is, and whether it is sound.")

  @Argument(
    help: """
      cohort.h5, embeddings.h5, a checkpoint, features.h5, vectors of molecules; a run, sweep or experiment directory; a \
      Hugging Face folder.
      """)
  var path: String

  func run() throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      return try InspectFolder.show(path)
    }
    if InspectGuard.isInside {
      InspectGuard.limitTime()
    } else if !HDF5File.hasStamp(path) {
      return try InspectGuard.run(path)
    }
    let file = try HDF5File.open(path)
    let kind = try file.attribute("theriac_kind")?.stringValue ?? ""
    let isVectorFile = MoleculeVectorFile.isOne(file)
    try file.close()
    switch kind {
    case "cohort":
      let cohort = try CohortFile.read(path)
      Console.result(
        "cohort \"\(cohort.name)\": \(cohort.patientCount) patients, \(cohort.visitCount) visits, "
          + (cohort.medicationProperties.map { "\($0.width) properties of \($0.count) medications, " } ?? "")
          + "content \(cohort.contentHash)")
    case "embeddings":
      let embeddings = try EmbeddingsFile.open(path, checkingAll: true)
      Console.result(
        "embeddings: \(embeddings.visitCount) visits and \(embeddings.medicationCount) medications of width "
          + "\(embeddings.width) from \(embeddings.encoder.summary), of the cohort \(embeddings.cohortHash), "
          + "content \(embeddings.contentHash)" + (embeddings.caution.map { "\nwarning: \($0)" } ?? ""))
    case "vocabulary_embeddings":
      let embeddings = try VocabularyEmbeddings.open(path)
      let counts = CodeKind.allCases.filter { embeddings.count(of: $0) > 0 }
        .map { "\(NumberText.count(embeddings.count(of: $0))) \($0.plural)" }
      Console.result(
        "embeddings of a vocabulary: \(counts.joined(separator: ", ")), width \(embeddings.width), from "
          + "\(embeddings.encoder.summary), of the cohort \(embeddings.cohortHash), content \(embeddings.contentHash)"
          + (embeddings.encoder.caution.map { "\nwarning: \($0)" } ?? ""))
    case "text_embeddings":
      let embeddings = try TextEmbeddings.open(path)
      Console.result(
        "embeddings of \(NumberText.count(embeddings.count)) texts, width \(embeddings.encoder.width), from "
          + "\(embeddings.encoder.summary), content \(embeddings.contentHash)"
          + (embeddings.encoder.caution.map { "\nwarning: \($0)" } ?? ""))
    case "checkpoint":
      let checkpoint = try CheckpointFile.read(path)
      let count = checkpoint.parameters.reduce(0) { $0 + $1.values.count }
      let model = (try? RunConfig(yaml: checkpoint.configYAML, source: path))?.model ?? .nlaMMR
      Console.result(
        "checkpoint: \(checkpoint.epoch) epochs and \(checkpoint.stepInEpoch) steps, \(NumberText.count(count)) weights"
          + (checkpoint.bestMetric.map {
            ", best validation \(model.selectionTitle) \(NumberText.fixed($0, 4)) in epoch \(checkpoint.bestEpoch ?? 0)"
          } ?? "")
          + "\n\n\(checkpoint.configYAML)")
    case "herb_features": Console.result(try HerbFeatureFile.summary(path))
    case "" where isVectorFile:
      Console.result("vectors of molecules: \(try MoleculeVectorFile.read(path).source)")
    default:
      throw ValidationError("\(path) is an HDF5 file, but not one of Theriac's (no theriac_kind)")
    }
  }
}
