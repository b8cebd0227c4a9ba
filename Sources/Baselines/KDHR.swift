import Layers
import TensorCore

/// KDHR: Yang, Rao, Yu, Kang, "Multi-layer information fusion based on graph convolutional network for knowledge-driven
/// herb recommendation", Neural Networks 146 (2022), after the repository Rao-Yulong/KDHR (its layers of width 64 and
/// 256, symptom and herb vectors as sums).
///
/// Two graph convolutions over symptoms and herbs, one pair for each, a convolution among symptoms, one among herbs with
/// their properties, the mean over the row's symptoms, a hidden layer, and the products with the herbs.
public struct KDHRBaseline: HerbBaseline {
  /// Which rows the graphs are counted on.
  public enum Graph: String, Sendable {
    /// The training rows.
    case training
    /// All rows, those of the test included, as the graphs of KDHR's repository: it sees answers of the test.
    case allRows
  }

  public static let name = "kdhr"
  public let graph: Graph
  public let width, hidden: Int
  public let recipe: TrainingRecipe
  public var summary: String {
    "KDHR with graphs of " + (graph == .training ? "the training rows" : "all rows: it sees pairs of the test rows")
  }

  /// The repository's: Adam 3e-4 with L2 decay 7e-3, rate times 0.8 every 7 epochs, batches of 512 in the order of the
  /// data, mean loss; stops after 7 epochs without a lower validation loss. At most 60 epochs instead of 200.
  ///
  /// Its validation loss jumps (torch's as well): on TCM-PD six runs ended between epochs 23 and 60, their P@5 between
  /// 0.152 and 0.213. Compare several seeds.
  public static let recipe: TrainingRecipe = {
    var recipe = TrainingRecipe(learningRate: 3e-4, batch: 512, epochs: 60)
    recipe.schedule = .step(every: 7, factor: 0.8)
    recipe.weightDecay = 7e-3
    recipe.shuffles = false
    recipe.lossScale = .elements
    recipe.selection = .loss
    recipe.patience = 7
    return recipe
  }()

  public init(graph: Graph = .training, width: Int = 64, hidden: Int = 256, recipe: TrainingRecipe = recipe) {
    self.graph = graph
    self.width = width
    self.hidden = hidden
    self.recipe = recipe
  }

  public func fit(
    _ data: HerbData, seed: UInt64, progress: (BaselineEpoch) throws -> Void
  ) throws -> BaselineFit {
    guard width > 0, hidden > 0 else {
      throw BaselineError.badSetting("KDHR of widths \(width) and \(hidden) is empty; at least 1 is needed")
    }
    let rows = graph == .training ? data.train : Array(0..<data.symptoms.count)
    let store = ParameterStore<Float>(seed: seed)
    let network = try KDHRNetwork(
      data, graph: CooccurrenceGraph(data, rows: rows), width: width, hidden: hidden, in: store.scope)
    return try BaselineTrainer(
      network: network, store: store, data: data, recipe: recipe, seed: seed, rows: data.train
    ).fit(progress)
  }
}

package struct KDHRNetwork<Element: TensorElement>: HerbNetwork {
  /// The branch that learns the vectors of symptoms, or that of herbs; each runs over all nodes.
  struct Branch {
    let first, second, fusion: Linear<Element>
    let norm: BatchNorm<Element>

    init(_ width: Int, _ hidden: Int, in scope: ParameterScope<Element>) throws {
      first = try Linear(width, width, in: scope["conv1"])
      second = try Linear(width, width, in: scope["conv2"])
      fusion = try Linear(width, hidden, in: scope["fusion"])
      norm = try BatchNorm(hidden, in: scope["norm"])
    }

    /// tanh(BN(W mean(h₀, h₁, h₂) + b))
    func fused(_ layers: [Tensor<Element>], training: Bool) throws -> Tensor<Element> {
      let mean = try (layers[0] + layers[1] + layers[2]).scaled(by: 1.0 / 3)
      return try norm(fusion.withoutBias(mean), training: training, after: fusion).tanh()
    }
  }

  let (symptoms, herbs): (Int, Int)
  let width: Int
  let embedding: Embedding<Element>
  let symptomBranch, herbBranch: Branch
  let symptomConvolution, herbConvolution, induction: Linear<Element>
  let inductionNorm: BatchNorm<Element>
  let mixedMean, symptomSum, herbSum: GraphProduct<Element>
  let properties: Tensor<Element>?

  package init(
    _ data: HerbData, graph: CooccurrenceGraph, width: Int, hidden: Int, in scope: ParameterScope<Element>
  ) throws {
    (symptoms, herbs) = (data.symptomCount, data.herbCount)
    self.width = width
    embedding = try Embedding(symptoms + herbs, width, in: scope["embedding"])
    symptomBranch = try Branch(width, hidden, in: scope["symptoms"])
    herbBranch = try Branch(width, hidden, in: scope["herbs"])
    symptomConvolution = try Linear(width, hidden, in: scope["conv_ss"])
    herbConvolution = try Linear(width + data.propertyCount, hidden, in: scope["conv_hh"])
    induction = try Linear(hidden, hidden, in: scope["induction"])
    inductionNorm = try BatchNorm(hidden, in: scope["induction_norm"])
    mixedMean = try GraphProduct(graph.mixed, nodes: symptoms + herbs, isMean: true)
    symptomSum = try GraphProduct(graph.symptoms, nodes: symptoms, isMean: false)
    herbSum = try GraphProduct(graph.herbs, nodes: herbs, isMean: false)
    properties =
      data.propertyCount == 0
      ? nil : try Tensor(data.properties.map { Element(Double($0)) }, [herbs, data.propertyCount])
  }

  /// Vectors of symptoms `[n_s, hidden]` and herbs `[n_h, hidden]`.
  func nodes(training: Bool) throws -> (symptoms: Tensor<Element>, herbs: Tensor<Element>) {
    let start = embedding.weight.tensor
    // Both branches go through the graph side by side.
    let first = try convolution([symptomBranch.first(start), herbBranch.first(start)])
    let second = try convolution([symptomBranch.second(first[0]), herbBranch.second(first[1])])
    let mixedS = try symptomBranch.fused([start, first[0], second[0]], training: training)
    let mixedH = try herbBranch.fused([start, first[1], second[1]], training: training)
    let own = try symptomSum(symptomConvolution(start.rows(0..<symptoms))).tanh()
    var features = try start.rows(symptoms..<symptoms + herbs)
    if let properties { features = try Tensor.concatenated([features, properties]) }
    let ownH = try herbSum(herbConvolution(features)).tanh()
    return try (mixedS.rows(0..<symptoms) + own, mixedH.rows(symptoms..<symptoms + herbs) + ownH)
  }

  /// tanh of the mean over the neighbours, for both branches.
  private func convolution(_ messages: [Tensor<Element>]) throws -> [Tensor<Element>] {
    try mixedMean(Tensor.concatenated(messages)).tanh().split([width, width])
  }

  package func scorer(_ step: DropoutStep?) throws -> (SymptomBatch<Element>) throws -> Tensor<Element> {
    let nodes = try nodes(training: step != nil)
    return { batch in
      let mean = try batch.means(of: nodes.symptoms)
      let syndrome = try inductionNorm(
        induction.withoutBias(mean), training: step != nil, after: induction, relu: true)
      return try syndrome.matmul(transposed: nodes.herbs)
    }
  }
}
