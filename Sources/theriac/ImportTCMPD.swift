import ArgumentParser
import Foundation
import Molecules
import Records

extension TCMPDOptions.UnparsableSMILES: ExpressibleByArgument {}
extension TCMPDOptions.TextLanguage: ExpressibleByArgument {}

struct ImportTCMPD: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tcm-pd", abstract: ImportFormat.tcmPD.summary + ".",
    discussion: """
      A row of prescript_1195.csv (header s,h or 症状,草药) is a patient with one visit: a set of symptoms and a set of \
      herbs, the herbs as medications. Beside it in --root, each plain or gzip, and each optional: symptoms.csv and \
      herbs.csv (id,name) give ids and names, herb_805_27_oneHot.npy (or a CSV) gives the properties of the herbs. An id \
      that is out of range is an error. The split is 7:1:2: rows in the order of the file (the one by which papers report), or \
      shuffled, in which case one test row of five is also a training row.

        theriac import tcm-pd --root tcm-pd/ --molecules herb_smiles.csv --out tcm.h5
      """)

  enum Order: String, CaseIterable, ExpressibleByArgument { case ordered, shuffled }

  @OptionGroup var place: ImportPlace
  @Option(help: "CSV with herb_id (or herb_name) and smiles: the molecules of the herbs.")
  var molecules: String?
  @Option(
    help: """
      A molecule that cannot be read: skip (left out and counted; the first are named with file and line), or refuse \
      (the first ends the import).
      """)
  var unparsableSmiles = TCMPDOptions.UnparsableSMILES.skip
  @Option(
    help: """
      CSV with herb_id (or herb_name) and any of name_en, name_latin, property, meridian, function, indication, text \
      (each also with _en or _cn): put behind the herb's name, for theriac embed.
      """)
  var herbTexts: String?
  @Option(help: "Of a text in two languages the one that is taken: en or cn; the other where it is empty.")
  var herbTextLanguage = TCMPDOptions.TextLanguage.en
  @Option(
    help: """
      Properties of the herbs, .npy or CSV, a row per herb in the order of the ids (a CSV may have herb_id). Default: \
      herb_*oneHot* in --root.
      """)
  var properties: String?
  @Option(help: "Split of the rows, 7:1:2: ordered or shuffled.")
  var split = Order.ordered
  @Option(help: "Seed of --split shuffled. Default: 2021.")
  var splitSeed: UInt64?
  @Flag(help: "Stop at the first malformed row instead of counting it.")
  var strict = false

  private var paths: TCMPDPaths {
    var paths = TCMPDPaths(root: place.root, molecules: molecules, herbTexts: herbTexts, properties: properties)
    paths.moleculeIdentity = MoleculeIdentity(name: "the SMILES") { smiles in
      (try? SMILESParser.graph(smiles)) == nil ? nil : smiles
    }
    return paths
  }

  func validate() throws {
    if split == .ordered, let splitSeed {
      throw ValidationError("--split-seed \(splitSeed): an ordered split has no seed; give --split shuffled beside it")
    }
    if molecules == nil, unparsableSmiles != .skip {
      throw ValidationError("--unparsable-smiles \(unparsableSmiles.rawValue): give --molecules FILE beside it")
    }
    if herbTexts == nil, herbTextLanguage != .en {
      throw ValidationError("--herb-text-language \(herbTextLanguage.rawValue): give --herb-texts FILE beside it")
    }
    try OutputPlace.check(place.out, inputs: paths.inputs)
  }

  func run() throws {
    var options = TCMPDOptions()
    options.name = place.name
    options.split = split == .ordered ? .ordered : .shuffled(seed: splitSeed ?? 2_021)
    options.unparsableSMILES = unparsableSmiles
    options.textLanguage = herbTextLanguage
    options.strict = strict
    let started = ContinuousClock.now
    let progress = ProgressDisplay()
    let cohort = try TCMPDImporter.run(paths: paths, options: options) { progress.show($0) }
    progress.end()
    try CohortFile.write(cohort, to: place.out)
    ImportResult.show(cohort, place.out, started)
  }
}
