import ArgumentParser
import HDF5
import Records
import TextEncoder

struct ImportOfficial: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "official", abstract: ImportFormat.official.summary + ".",
    discussion: """
      Patients, visits, vocabularies and interactions stay as the files have them, in their order. The repositories' \
      files are pickles; tools/official_to_json converts them without running anything in them. --embeddings writes \
      the language model's output that came with them, so that no model is needed.

        tools/official_to_json --raw data/MIMIC-III_data/raw --embeddings data/MIMIC-III_data/bio_pt --out converted/
        theriac import official --root converted/ --out cohort.h5 --embeddings embeddings.h5
      """)
  @OptionGroup var place: ImportPlace
  @Option(help: "Folder of code maps: titles of ICD codes, names of ATC classes.")
  var maps: String?
  @Option(help: "Embeddings file to write, if the conversion has embeddings.")
  var embeddings: String?
  @Option(help: "JSON file of SMILES per class; default: those of the files.")
  var molecules: String?
  @Option(help: "CSV of interacting classes (atc3_a,atc3_b); default: those of the files.")
  var ddi: String?
  @Option(help: "Tab-separated file: class, description; default: texts from ATC names in --maps.")
  var medicationTexts: String?
  @Option(help: "Split of patients: official (in the order of the files), or shuffled:SEED.")
  var split = "official"

  private var paths: ImportPaths {
    ImportPaths(root: place.root, maps: maps, molecules: molecules, interactions: ddi, medicationTexts: medicationTexts)
  }

  func validate() throws {
    _ = try SplitRule(argument: split)
    try OutputPlace.check(place.out, inputs: paths.inputs)
    if let embeddings {
      try OutputPlace.check(embeddings, option: "--embeddings", inputs: paths.inputs)
      if OutputFile.isSame(embeddings, place.out) {
        throw ValidationError("--embeddings and --out are the same file; give two")
      }
    }
  }

  func run() throws {
    let started = ContinuousClock.now
    var source: OfficialEmbeddings?
    if embeddings != nil {
      source = try OfficialEmbeddings(root: place.root)
      guard source != nil else {
        throw ValidationError(
          "\(place.root) holds no embeddings; convert the files again with tools/official_to_json --embeddings FOLDER, "
            + "or leave --embeddings out and run theriac embed")
      }
    }
    var options = ImportOptions()
    options.name = place.name
    options.split = try SplitRule(argument: split)
    var cohort = try CohortImport.run(
      .official, paths: paths, options: options)
    cohort.contentHash = try CohortFile.write(cohort, to: place.out)
    ImportResult.show(cohort, place.out, started)
    guard let embeddings, let source else { return }
    let hash = try EmbeddingsFile.write(
      to: embeddings, cohort: cohort, origin: .init(plm: source.plm, plmHash: source.sourceHash), width: source.width,
      medications: try source.readMedications(), visits: source.readVisits)
    Console.result(
      "\(embeddings): \(source.visits) visits × 5 texts and \(source.medications) medications of width \(source.width), "
        + "content \(hash)")
  }
}
