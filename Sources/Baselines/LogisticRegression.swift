import Layers
import TensorCore

/// logits = X W + b with X the 0/1 rows of symptoms: one logistic regression per herb. W starts at 0, b at the logit of
/// the herb's share of the training rows.
public struct LogisticRegressionBaseline: HerbBaseline {
  public static let name = "logistic-regression"
  public let recipe: TrainingRecipe
  public var summary: String { "one logistic regression per herb on the 0/1 row of symptoms" }

  /// Adam 5e-3, batches of 256, 25 epochs, of which the best F1@10 on the validation rows counts.
  public static let recipe = TrainingRecipe(learningRate: 5e-3, batch: 256, epochs: 25)

  public init(recipe: TrainingRecipe = recipe) { self.recipe = recipe }

  public func fit(
    _ data: HerbData, seed: UInt64, progress: (BaselineEpoch) throws -> Void
  ) throws -> BaselineFit {
    let store = ParameterStore<Float>(seed: seed)
    let network = try LogisticRegressionNetwork(data, in: store.scope)
    return try BaselineTrainer(
      network: network, store: store, data: data, recipe: recipe, seed: seed, rows: data.train
    ).fit(progress)
  }
}

package struct LogisticRegressionNetwork<Element: TensorElement>: HerbNetwork {
  /// W `[symptoms, herbs]`, b `[herbs]`
  let weight, bias: Parameter<Element>

  package init(_ data: HerbData, in scope: ParameterScope<Element>) throws {
    weight = try scope.parameter("weight", [data.symptomCount, data.herbCount], .zeros)
    bias = try scope.parameter("bias", [data.herbCount], .zeros)
    for (herb, logit) in data.priorLogits.enumerated() { bias.values[herb] = Element(logit) }
  }

  package func scorer(_ step: DropoutStep?) throws -> (SymptomBatch<Element>) throws -> Tensor<Element> {
    let (weight, bias) = (weight.tensor, bias.tensor)
    return { batch in try batch.sums(of: weight).adding(row: bias) }
  }
}
