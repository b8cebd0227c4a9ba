import Models
import Random
import Records
import TextEncoder
import Training

/// What FMCHS needs besides the cohort: the graph of the training prescriptions, vectors of symptoms, features of herbs.
public struct HerbFeatures {
  public let inputs: FMCHSInputs
  /// What the vectors come from; the settings and the cohort decide the rest.
  public let contentHash: String
  /// What whoever starts a run should know.
  public let notes: [(isWarning: Bool, text: String)]
  /// What takes long to make, with all that it depends on.
  private let made: MadeHerbFeatures
  private let recipe: String
  /// Whether that came from a file, and why not.
  let origin: Origin

  enum Origin: Equatable {
    /// Out of the file.
    case kept
    /// Made: there is no such file.
    case made
    /// Made, because what is there cannot be used.
    case unusable(reason: String)
  }

  /// - Parameters:
  ///   - file: where a run keeps its features (`HerbFeatureFile`); nil: they are made
  ///   - betweenSteps: called while they are made; what it throws ends that
  init(
    _ config: RunConfig, _ cohort: Cohort, _ splits: [Split], file: String? = nil, betweenSteps: () throws -> Void = {}
  ) throws {
    let settings = config.fmchs
    let (symptoms, herbs) = (cohort.vocabulary(.symptom).count, cohort.medicationCount)
    guard symptoms > 0, herbs > 0 else { throw TrainingError.noSymptoms(symptoms: symptoms, medications: herbs) }
    var notes: [(isWarning: Bool, text: String)] = []

    let rows = splits.indices.filter { splits[$0] == .train || settings.graph == .all }
      .flatMap { cohort.visits(ofPatient: $0) }
    let graph = try HerbGraph(
      symptomSets: Self.sets(.symptom, cohort, rows), herbSets: Self.sets(.medication, cohort, rows),
      thresholds: settings.thresholds)
    if let leak = Self.leak(config) { notes.append((true, leak)) }
    let training = splits.indices.filter { splits[$0] == .train }.flatMap { cohort.visits(ofPatient: $0) }
    let prior = try HerbGraph.prior(
      Self.sets(.medication, cohort, training), recallWeight: settings.recallWeight)

    let texts = config.embeddings.isEmpty ? nil : try VocabularyEmbeddings.open(config.embeddings)
    try texts?.require(cohort)
    recipe = HerbFeatureFile.recipe(config, cohort)
    (made, origin) = try Self.made(config, cohort, recipe, symptoms: symptoms, file: file, betweenSteps)
    let semantics: [Float]
    if let texts {
      semantics = Self.unitRows(texts.vectors(of: .symptom), width: texts.width)
    } else {
      semantics = made.semantics
      notes.append(
        (false, "no embeddings: the symptoms' vectors are random (theriac embed makes vectors of their names)"))
    }
    notes += made.notes.map { ($0.isWarning, $0.text) }

    var herb = HerbColumns(herbs: herbs, width: made.width, values: made.herbs)
    if settings.herbTexts {
      guard let texts else {
        throw ConfigError.missing(
          key: "embeddings", hint: "herb_texts needs vectors of the herbs' texts (theriac embed)")
      }
      herb.append(Self.unitRows(texts.vectors(of: .medication), width: texts.width), width: texts.width)
    }
    guard herb.width > 0 else { throw TrainingError.noHerbFeatures }

    inputs = FMCHSInputs(
      symptomCount: symptoms, longestSet: try Self.sets(.symptom, cohort, training).longest, graph: graph, prior: prior,
      semantics: semantics,
      semanticWidth: texts?.width ?? settings.semanticWidth, features: herb.values, featureWidth: herb.width)
    // The settings that the vectors are made by, not their numbers: those may differ in last bits between processors.
    let values = RunSetting.vectors.map { "\($0.key) \($0.value(in: config))" }.joined(separator: ", ")
    contentHash = "texts \(texts?.contentHash ?? "random"), molecules \(made.moleculeHash), \(values)"
    let edges = graph.counts
    notes.append(
      (
        false,
        "graph of \(rows.count) prescriptions: \(edges.herbHerb) herb–herb, \(edges.symptomSymptom) symptom–symptom, "
          + "\(edges.symptomHerb) symptom–herb edges"
      ))
    self.notes = notes
  }

  /// The features out of the file where it is sound, else made anew.
  private static func made(
    _ config: RunConfig, _ cohort: Cohort, _ recipe: String, symptoms: Int, file: String?,
    _ betweenSteps: () throws -> Void
  ) throws -> (MadeHerbFeatures, Origin) {
    let isRandom = config.embeddings.isEmpty
    let width = config.fmchs.semanticWidth
    var origin = Origin.made
    if let file {
      let found = HerbFeatureFile.read(
        file, recipe: recipe, semantics: isRandom ? [symptoms, width] : [0, 0], herbs: cohort.medicationCount)
      switch found {
      case .sound(let features): return (features, .kept)
      case .none: origin = .made
      case .unusable(let reason): origin = .unusable(reason: reason)
      }
    }
    var features = try HerbColumns.made(config, cohort, betweenSteps)
    if isRandom { features.semantics = randomRows(symptoms, width: width, seed: UInt64(config.fmchs.featureSeed)) }
    return (features, origin)
  }

  /// Writes what takes long to make, for the next use.
  func keep(in file: String, _ config: RunConfig) throws {
    try HerbFeatureFile.write(made, recipe: recipe, semanticWidth: config.fmchs.semanticWidth, to: file)
  }

  /// Set when what is to be predicted leaks into the model.
  static func leak(_ config: RunConfig) -> String? {
    config.fmchs.graph == .all
      ? "graph is all: prescriptions of validation and test are in the graph, so their metrics are too good" : nil
  }

  private static func sets(_ kind: CodeKind, _ cohort: Cohort, _ visits: some Sequence<Int>) throws -> IndexSets {
    try IndexSets(visits.map { Array(cohort.codes(kind, visit: $0)) }, bound: cohort.vocabulary(kind).count)
  }

  /// Normal numbers, every row scaled to length 1.
  private static func randomRows(_ rows: Int, width: Int, seed: UInt64) -> [Float] {
    let random = CounterRandom(seed: seed, stream: RandomDomain.other.stream(named: "fmchs.semantics"))
    return (0..<rows).flatMap { row in
      unit((0..<width).map { random.normal(UInt64(row * width + $0)) })
    }
  }

  /// Every row scaled to length 1, as molecule vectors and random ones are: those of language models are several times as
  /// long and alike, so that sums over a symptom set would begin with losses ten times too large. Zero rows stay zero.
  private static func unitRows(_ values: [Float], width: Int) -> [Float] {
    stride(from: 0, to: values.count, by: width).flatMap { unit(values[$0..<($0 + width)].map(Double.init)) }
  }

  private static func unit(_ row: [Double]) -> [Float] {
    let length = max(row.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12)
    return row.map { Float($0 / length) }
  }
}
