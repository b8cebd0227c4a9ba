import Layers
import TensorCore

/// logits = W₃ drop(relu(W₂ drop(relu(X W₁ + b₁)) + b₂)) + b₃ with X the 0/1 rows of symptoms. b₃ starts at the logit of
/// the herb's share of the training rows.
public struct MLPBaseline: HerbBaseline {
  public static let name = "mlp"
  public let width: Int
  public let dropout: Double
  public let recipe: TrainingRecipe
  public var summary: String { "symptoms-\(width)-\(width)-herbs with ReLU and dropout \(dropout)" }

  /// AdamW 1e-3 with decay 1e-4, batches of 256, 25 epochs, of which the best F1@10 on the validation rows counts.
  public static let recipe: TrainingRecipe = {
    var recipe = TrainingRecipe(learningRate: 1e-3, batch: 256, epochs: 25)
    recipe.weightDecay = 1e-4
    recipe.isDecoupled = true
    return recipe
  }()

  public init(width: Int = 256, dropout: Double = 0.5, recipe: TrainingRecipe = recipe) {
    self.width = width
    self.dropout = dropout
    self.recipe = recipe
  }

  public func fit(
    _ data: HerbData, seed: UInt64, progress: (BaselineEpoch) throws -> Void
  ) throws -> BaselineFit {
    guard width > 0 else { throw BaselineError.badSetting("an MLP of width \(width) is empty; at least 1 is needed") }
    let store = ParameterStore<Float>(seed: seed)
    let network = try MLPNetwork(data, width: width, dropout: dropout, in: store.scope)
    return try BaselineTrainer(
      network: network, store: store, data: data, recipe: recipe, seed: seed, rows: data.train
    ).fit(progress)
  }
}

package struct MLPNetwork<Element: TensorElement>: HerbNetwork {
  /// W₁ `[symptoms, width]`, b₁ `[width]`; starts like torch's Linear
  let weight, bias: Parameter<Element>
  let hidden, output: Linear<Element>
  let drops: [Dropout]

  package init(_ data: HerbData, width: Int, dropout: Double, in scope: ParameterScope<Element>) throws {
    weight = try scope["input"].parameter("weight", [data.symptomCount, width], .uniformFanIn(data.symptomCount))
    bias = try scope["input"].parameter("bias", [width], .uniformFanIn(data.symptomCount))
    hidden = try Linear(width, width, in: scope["hidden"])
    output = try Linear(width, data.herbCount, in: scope["output"])
    drops = [Dropout(rate: dropout, layer: 1), Dropout(rate: dropout, layer: 2)]
    for (herb, logit) in data.priorLogits.enumerated() { output.bias?.values[herb] = Element(logit) }
  }

  package func scorer(_ step: DropoutStep?) throws -> (SymptomBatch<Element>) throws -> Tensor<Element> {
    { batch in
      let first = try batch.sums(of: weight.tensor).activated(
        .relu, bias: bias.tensor, dropout: drops[0].acting(in: step))
      return try output(hidden(first, then: .relu, drops[1], step))
    }
  }
}
