import Layers
import TensorCore

/// PresRecST: Dong et al., "PresRecST: a novel herbal prescription recommendation algorithm for real-world patients with
/// integration of syndrome differentiation and treatment planning", JAMIA 31 (2024), after the repository
/// 2020MEAI/PresRecST and its variant for TCM-PD, which has no syndromes and treatments to learn from: the tables of both
/// are learnt from the herbs alone.
public struct PresRecSTBaseline: HerbBaseline {
  public static let name = "presrecst"
  public let width: Int
  /// Rows of the syndrome table, and of the treatment table; the repository's for TCM-PD.
  public let syndromes, treatments: Int
  /// Learns from the validation rows as well, as the repository does; the epoch is then chosen on rows it has seen.
  public let trainsOnValidation: Bool
  public let recipe: TrainingRecipe
  public var summary: String { "PresRecST" + (trainsOnValidation ? " trained on train and validation rows" : "") }

  /// The repository's: Adam 1e-4 with L2 decay 7e-3, rate times 0.8 every 7 epochs, batches of 32 in the order of the
  /// data, loss summed over the batch, 100 epochs. The epoch with the lowest validation loss counts; the repository, which
  /// has no validation rows, takes the last.
  public static let recipe: TrainingRecipe = {
    var recipe = TrainingRecipe(learningRate: 1e-4, batch: 32, epochs: 100)
    recipe.schedule = .step(every: 7, factor: 0.8)
    recipe.weightDecay = 7e-3
    recipe.shuffles = false
    recipe.lossScale = .none
    recipe.selection = .loss
    return recipe
  }()

  public init(
    trainsOnValidation: Bool = false, width: Int = 64, syndromes: Int = 50, treatments: Int = 75,
    recipe: TrainingRecipe = recipe
  ) {
    self.trainsOnValidation = trainsOnValidation
    self.width = width
    self.syndromes = syndromes
    self.treatments = treatments
    self.recipe = recipe
  }

  public func fit(
    _ data: HerbData, seed: UInt64, progress: (BaselineEpoch) throws -> Void
  ) throws -> BaselineFit {
    guard width > 0, syndromes > 0, treatments > 0 else {
      throw BaselineError.badSetting(
        "PresRecST of width \(width) with \(syndromes) syndromes and \(treatments) treatments is empty")
    }
    let store = ParameterStore<Float>(seed: seed)
    let network = try PresRecSTNetwork(
      data, width: width, syndromes: syndromes, treatments: treatments, in: store.scope)
    return try BaselineTrainer(
      network: network, store: store, data: data, recipe: recipe, seed: seed,
      rows: data.train + (trainsOnValidation ? data.validation : [])
    ).fit(progress)
  }
}

package struct PresRecSTNetwork<Element: TensorElement>: HerbNetwork {
  /// Linear, BatchNorm, ReLU, Linear. The repository gives BatchNorm its width as ε (the second argument of torch's
  /// `BatchNorm1d`): 64 instead of 1e-5. Its numbers are those of this ε, so it stays.
  struct Block {
    let first, second: Linear<Element>
    let norm: BatchNorm<Element>

    init(_ inputs: Int, _ width: Int, in scope: ParameterScope<Element>) throws {
      first = try Linear(inputs, width, in: scope["lin1"])
      norm = try BatchNorm(width, epsilon: Double(width), in: scope["norm"])
      second = try Linear(width, width, in: scope["lin2"])
    }

    func callAsFunction(_ x: Tensor<Element>, training: Bool) throws -> Tensor<Element> {
      try second(norm(first.withoutBias(x), training: training, after: first, relu: true))
    }
  }

  let symptoms, syndromes, treatments, herbs: Embedding<Element>
  let aggregation, treatmentMixer: Linear<Element>
  let symptomBlock, syndromeBlock, treatmentBlock: Block

  package init(
    _ data: HerbData, width: Int, syndromes: Int, treatments: Int, in scope: ParameterScope<Element>
  ) throws {
    symptoms = try Embedding(data.symptomCount, width, in: scope["symptoms"])
    self.syndromes = try Embedding(syndromes, width, in: scope["syndromes"])
    self.treatments = try Embedding(treatments, width, in: scope["treatments"])
    herbs = try Embedding(data.herbCount, width, in: scope["herbs"])
    aggregation = try Linear(width, width, in: scope["aggregation"])
    treatmentMixer = try Linear(2 * width, width, in: scope["treatment_mixer"])
    symptomBlock = try Block(width, width, in: scope["symptom_block"])
    syndromeBlock = try Block(2 * width, width, in: scope["syndrome_block"])
    treatmentBlock = try Block(3 * width, width, in: scope["treatment_block"])
  }

  package func scorer(_ step: DropoutStep?) throws -> (SymptomBatch<Element>) throws -> Tensor<Element> {
    let training = step != nil
    return { batch in
      // Symptoms.
      let sum = try batch.sums(of: symptoms.weight.tensor)
      let symptom = try symptomBlock(aggregation(sum), training: training)
      // Syndromes: (x Tᵀ) T, linear, as the repository has it.
      let seen = try Self.recalled(symptom, syndromes.weight.tensor)
      let syndrome = try syndromeBlock(Tensor.concatenated([symptom, seen]), training: training)
      // Treatments.
      let planned = try Self.recalled(syndrome, treatments.weight.tensor)
      let mixed = try treatmentMixer(Tensor.concatenated([seen, planned]))
      let plan = try treatmentBlock(Tensor.concatenated([symptom, syndrome, mixed]), training: training)
      // Herbs.
      return try plan.matmul(transposed: herbs.weight.tensor)
    }
  }

  /// The rows of a table weighted by their products with x: (x Tᵀ) T.
  private static func recalled(_ x: Tensor<Element>, _ table: Tensor<Element>) throws -> Tensor<Element> {
    try x.matmul(transposed: table).matmul(table)
  }
}
