import HDF5
import Layers
import Models
import TensorCore

/// One variant of the golden file of FMCHS: its model and inputs, and what PyTorch computed in float64.
struct FMCHSGolden<Element: TensorElement> {
  static var name: String { "fmchs_small.h5" }
  static var variants: [String] { ["main", "alt", "habrm_only"] }

  let file: HDF5File
  let variant: String
  let store = ParameterStore<Element>(seed: 1)
  let model: FMCHS<Element>
  let optimizer: Adam<Element>
  let graph: HerbGraph
  let sets: SymptomSets
  let herbs: IndexSets
  let semantics, features: Tensor<Element>
  let auxiliaryWeight, fcrlWeight: Double

  init(_ variant: String, isFused: Bool = true) throws {
    let file = try HDF5File.open("\(Golden<Element>.directory)/\(Self.name)")
    func tensor(_ name: String) throws -> Tensor<Element> {
      try Tensor(file.read(name, as: Double.self).map { Element($0) }, file.shape(of: name))
    }
    (semantics, features) = (try tensor("Xs"), try tensor("Xh"))
    (sets, herbs) = (try Self.sets(file, "batch_S"), try Self.sets(file, "batch_H"))
    graph = try HerbGraph(
      symptomSets: Self.sets(file, "graph/S"), herbSets: Self.sets(file, "graph/H"),
      thresholds: .init(herbHerb: 4, symptomSymptom: 3, symptomHerb: 2))
    var config = FMCHSConfig(symptoms: 6, herbs: 8, semanticWidth: 10, herbWidth: 17)
    (config.width, config.encoderHeads, config.encoderHidden, config.dropout) = (8, 2, 16, 0)
    (auxiliaryWeight, fcrlWeight) = variant == "main" ? (0.5, 0.1) : variant == "alt" ? (0.5, 1) : (0, 0)
    if variant == "alt" {
      (config.pool, config.combine, config.graphHeads, config.layers) = (.mean, .mean, 2, 1)
      (config.herbTokens, config.topTokens, config.encoderLayers) = (.top, 3, 2)
      (config.readout, config.residual) = (.dot, false)
    }
    if variant == "habrm_only" { config.useGELRAM = false }
    model = try FMCHS(
      config, prior: file.read("graph/prior", as: Double.self), isFused: isFused, in: store.scope)
    optimizer = Adam(store)
    (self.file, self.variant) = (file, variant)
    for entry in store.entries {
      let values = try read("init/\(entry.name)")
      guard values.count == entry.range.count else { throw GoldenError(what: entry.name) }
      for (index, value) in zip(entry.range, values) { store.values[index] = Element(value) }
    }
  }

  /// The sets of a multi-hot table.
  static func sets(_ file: HDF5File, _ name: String) throws -> IndexSets {
    let (values, width) = (try file.read(name, as: Double.self), try file.shape(of: name)[1])
    return try IndexSets(
      stride(from: 0, to: values.count, by: width).map { start in
        (0..<width).filter { values[start + $0] > 0 }.map { Int32($0) }
      }, bound: width)
  }

  func read(_ name: String) throws -> [Double] { try file.read("\(variant)/\(name)", as: Double.self) }

  struct Outcome {
    let nodes: FMCHSNodes<Element>
    let set: SetRepresentation<Element>
    /// total, bce, auxiliary bce, fcrl
    let losses: [Tensor<Element>]
    var logits: Tensor<Element> { self.set.encoded?.logitsBH ?? self.set.baseLogitsBH }
  }

  func forward() throws -> Outcome {
    let (nodes, fcrl) = try model.nodes(semanticsSX: semantics, featuresHX: features, graph: graph, step: nil)
    let rows = (0..<sets.count).map { Int32($0) }
    let set = try model.represent(sets, nodes: nodes, step: nil, rows: rows)
    let bce = try FMCHS.loss(set.encoded?.logitsBH ?? set.baseLogitsBH, herbs: herbs)
    let auxiliary = set.encoded == nil ? Tensor<Element>.scalar(0) : try FMCHS.loss(set.baseLogitsBH, herbs: herbs)
    let total = try bce + auxiliary.scaled(by: auxiliaryWeight) + fcrl.scaled(by: fcrlWeight)
    return Outcome(nodes: nodes, set: set, losses: [total, bce, auxiliary, fcrl])
  }

  /// Gradients stay in the store. Returns the four losses.
  func step() throws -> [Double] {
    store.zeroGradients()
    let losses = try forward().losses
    try losses[0].backward()
    return losses.map { $0.item.widened }
  }
}
