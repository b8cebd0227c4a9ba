import Foundation
import HDF5
import Layers
import Models
import TensorCore

/// A golden file of NLA-MMR: the model that its attributes describe, its inputs, and what PyTorch computed.
struct Golden<Element: TensorElement> {
  static var directory: String { ProcessInfo.processInfo.environment["THERIAC_GOLDEN"] ?? "../shared/golden" }
  static func isAvailable(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(directory)/\(name)") }

  let file: HDF5File
  let store: ParameterStore<Element>
  let model: NLAMMR<Element>
  let optimizer: Adam<Element>
  let molecules: MoleculeInputs
  let average: MoleculeAverage
  let visits, medications, dK: Int
  let alpha, learningRate: Double

  init(_ name: String) throws {
    let file = try HDF5File.open("\(Self.directory)/\(name)")
    self.file = file
    func number(_ key: String) throws -> Double {
      guard let attribute = try file.attribute(key) else { throw GoldenError(what: "attribute \(key)") }
      return attribute.doubleValue ?? attribute.intValue.map(Double.init) ?? .nan
    }
    (visits, medications, dK) = (Int(try number("B")), Int(try number("M")), Int(try number("d_K")))
    (alpha, learningRate) = (try number("alpha"), try number("lr"))
    var config = NLAMMRConfig(
      dEnc: Int(try number("d_enc")), atomDims: [119, 5, 12, 12, 10, 6, 6, 2, 2], bondDims: [5, 6, 2])
    config.dK = dK
    config.dS = Int(try number("d_s"))
    config.ginLayers = Int(try number("n_layers"))
    config.dropout = 0
    config.gnnDropout = 0
    store = ParameterStore<Element>(seed: 1)
    model = try NLAMMR(config, in: store.scope)
    store.seal()
    optimizer = Adam(
      store, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: try number("weight_decay"))

    let edges = try file.read("graph/edge_index", as: Int32.self)
    let atomCount = try file.shape(of: "graph/x")[0]
    let owner = try file.read("graph/batch", as: Int32.self)
    let average = try file.read("graph/avg_proj", as: Float.self)
    let moleculeCount = try file.shape(of: "graph/avg_proj")[1]
    molecules = try MoleculeInputs(
      atoms: try CategoryRows(file.read("graph/x"), dims: config.atomDims),
      edges: try GraphEdges(
        nodes: atomCount, source: Array(edges[..<(edges.count / 2)]), target: Array(edges[(edges.count / 2)...]),
        bonds: file.read("graph/edge_attr"), bondDims: config.bondDims),
      molecules: try Segments(counts: (0..<moleculeCount).map { m in owner.count { $0 == Int32(m) } }), atomOffset: 0)
    self.average = try MoleculeAverage(
      moleculesOfMedications: (0..<medications).map { row in
        (0..<moleculeCount).filter { average[row * moleculeCount + $0] > 0 }.map(Int32.init)
      }, moleculeCount: moleculeCount)
    try load("weights")
  }

  /// Parameters and BatchNorm statistics of a group of the file.
  func load(_ group: String) throws {
    for entry in store.entries {
      let values = try file.read("\(group)/\(entry.name)", as: Float.self)
      guard values.count == entry.range.count else { throw GoldenError(what: entry.name) }
      for (index, value) in zip(entry.range, values) { store.values[index] = Element(value) }
    }
    for buffer in store.buffers {
      let values = try file.read("\(group)/\(buffer.name)", as: Float.self)
      for (index, value) in values.enumerated() { buffer.values[index] = Element(value) }
    }
  }

  func tensor(_ name: String) throws -> Tensor<Element> {
    try Tensor(file.read(name, as: Float.self).map { Element($0) }, file.shape(of: name))
  }

  func patients() throws -> PatientInputs<Element> {
    let texts = try Tensor.concatenated([tensor("inputs/sym"), tensor("inputs/dia"), tensor("inputs/pro")])
    return PatientInputs(
      joinedBD: try tensor("inputs/dps"), textsBCD: try texts.reshaped([visits, 3, model.config.dEnc]),
      historyBTD: try tensor("inputs/his"), historyMaskBT: try tensor("inputs/his_mask"),
      rows: (0..<visits).map(Int32.init))
  }

  /// The largest |value| and the file's own float32–float64 difference of a dataset.
  func reference(_ name: String) throws -> (values: [Float], noise: Double) {
    (try file.read(name, as: Float.self), try file.attribute("f64_maxdiff", of: name)?.doubleValue ?? 0)
  }

  struct Forward {
    let molecules, medications, logits: Tensor<Element>
    let patients: PatientRepresentation<Element>
  }

  func forward(training: Bool) throws -> Forward {
    let step = training ? DropoutStep(seed: 1, step: 0) : nil
    let moleculesNS = try model.moleculeEncoder(molecules, step)
    let medicationsMK = try model.medications(
      moleculesNS: moleculesNS, average: average, textsMD: tensor("inputs/med_text"), step)
    let patients = try model.patients(patients(), step)
    return Forward(
      molecules: moleculesNS, medications: medicationsMK,
      logits: try patients.visitBK.matmul(transposed: medicationsMK), patients: patients)
  }

  /// One training step: gradients stay in the store. Returns bce, margin, total.
  func step() throws -> [Element] {
    store.zeroGradients()
    let logits = try forward(training: true).logits
    let targets = try tensor("inputs/y")
    let bce = try logits.bceMean(targets)
    let margin = try logits.marginMean(targets)
    let total = try bce.scaled(by: alpha) + margin.scaled(by: 1 - alpha)
    try total.backward()
    return [bce.item, margin.item, total.item]
  }

  func update() {
    optimizer.step(learningRate: learningRate)
    store.commitStatistics()
  }
}

struct GoldenError: Error, CustomStringConvertible {
  let what: String
  var description: String { "the golden file has no usable \(what)" }
}

/// Gradients that are zero by construction (a shift that softmax or BatchNorm removes): rounding noise in PyTorch.
func isNoise(_ name: String) -> Bool {
  ["dsp_aggregator.k.bias", "aggregator.k.bias"].contains(name)
    || (name.hasPrefix("global_encoder.layers.") && (name.hasSuffix("lin1.bias") || name.hasSuffix("lin2.bias")))
}

func largestDifference<A: BinaryFloatingPoint, B: BinaryFloatingPoint>(_ a: [A], _ b: [B]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) }
}

/// Absolute from the file's own rounding, plus relative to the largest value: float32 sums in another order differ so.
func tolerance(_ reference: (values: [Float], noise: Double)) -> Double {
  4 * reference.noise + 2e-6 * Double(reference.values.reduce(0) { max($0, abs($1)) }) + 1e-9
}
