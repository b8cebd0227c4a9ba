/// A run cannot be prepared or cannot go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  case noVisits(split: String)
  case batchLargerThanTraining(batch: Int, visits: Int)
  case noMolecules
  case noSymptoms(symptoms: Int, medications: Int)
  case noHerbFeatures
  case vaeNotFinite
  case wrongModel(needed: ModelFamily, found: ModelFamily)
  case notFinite(what: String, epoch: Int, step: Int)
  case exchangeMismatch(what: String, rank: Int, expected: Int, found: Int)
  case visitNotComputed(position: Int, step: Int)
  case stateMismatch(String)
  case visitMismatch(embeddings: Int, cohort: Int)
  case widthMismatch(embeddings: Int, medications: Int, cohort: Int)

  public var description: String {
    switch self {
    case .noVisits(let split):
      "the \(split) split has no visits; the cohort is too small for this split (theriac describe shows it)"
    case .batchLargerThanTraining(let batch, let visits):
      "batch \(batch) is larger than the \(visits) training visits and drop_last is on, so an epoch would have no step; "
        + "choose a smaller batch or drop_last: false"
    case .noMolecules:
      "no medication of the cohort has a molecule, and NLA-MMR needs them; import again with --molecules FILE or --maps FOLDER, "
        + "with medications that are ATC classes (--medication-map where the source has other codes), and with "
        + "--require-molecules"
    case .noSymptoms(let symptoms, let medications):
      "the cohort has \(symptoms) symptoms and \(medications) medications, and FMCHS needs both; "
        + "import with theriac import tcm-pd, or with --notes or --symptoms where the source has them"
    case .noHerbFeatures:
      "no feature of the herbs is left: the cohort has no properties, and neither molecules nor texts are used; "
        + "import with properties or --molecules FILE, or set herb_texts: true with embeddings"
    case .vaeNotFinite:
      "the VAE that fills herbs without molecules diverged: its loss or its vectors are not finite; lower vae_lr or vae_beta"
    case .wrongModel(let needed, let found):
      "this needs a run of \(needed.rawValue), but the model of the run is \(found.rawValue)"
    case .notFinite(let what, let epoch, let step):
      "\(what) is not finite in epoch \(epoch), step \(step); lower lr, or look at the embeddings (theriac inspect)"
    case .exchangeMismatch(let what, let rank, let expected, let found):
      "rank \(rank) sent \(found) bytes of \(what) where \(expected) were expected; are all workers of one version?"
    case .visitNotComputed(let position, let step):
      "no worker computed position \(position) of the batch of step \(step); the shards do not cover the cohort"
    case .stateMismatch(let reason): "the saved state does not fit this model: \(reason)"
    case .visitMismatch(let embeddings, let cohort):
      "the embeddings hold \(embeddings) visits, the cohort \(cohort); run theriac embed on this cohort"
    case .widthMismatch(let embeddings, let medications, let cohort):
      "the embeddings hold \(medications) medications of width \(embeddings), the cohort \(cohort) medications; "
        + "run theriac embed on this cohort"
    }
  }
}
