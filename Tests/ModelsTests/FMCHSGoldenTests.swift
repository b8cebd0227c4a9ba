import Layers
import Models
import TensorCore
import Testing

/// Against PyTorch's float64 numbers of the reference; see `reference/gen_golden_fmchs.py` of the golden files.
@Suite(.enabled(if: Golden<Float>.isAvailable("fmchs_small.h5"), "needs the golden files (THERIAC_GOLDEN)"))
struct FMCHSGoldenTests {
  /// Relative to the largest number of the tensor: sums of some hundred terms of float64 (float32) in another order.
  static func allowed<Element: TensorElement>(_ reference: [Double], _: Element.Type) -> Double {
    let scale = reference.reduce(0) { max($0, abs($1)) }
    return Element.self == Double.self ? 1e-12 + 1e-12 * scale : 1e-6 + 2e-5 * scale
  }

  func expect<Element: TensorElement>(_ tensor: Tensor<Element>, _ golden: FMCHSGolden<Element>, _ name: String) throws
  {
    let reference = try golden.read("inter/\(name)")
    let difference = largestDifference(tensor.array, reference)
    #expect(difference <= Self.allowed(reference, Element.self), "\(golden.variant) \(name): \(difference)")
  }

  func intermediates<Element: TensorElement>(_ variant: String, _: Element.Type) throws {
    let golden = try FMCHSGolden<Element>(variant)
    let trace = try golden.model.trace(
      semanticsSX: golden.semantics, featuresHX: golden.features, graph: golden.graph, step: nil)
    try expect(trace.symptomsSD, golden, "cs")
    try expect(trace.herbsHD, golden, "ch")
    try expect(trace.semanticsSX, golden, "rec_s")
    try expect(trace.featuresHF, golden, "rec_h")
    #expect(trace.statesND.count == golden.model.config.layers + 1)
    for (layer, state) in trace.statesND.enumerated() { try expect(state, golden, "h\(layer)") }
    for (layer, weights) in trace.weightsEK.enumerated() {
      let (heads, nodes, graph) = (weights.shape[1], golden.graph.nodes, golden.graph)
      var dense = Array(repeating: Element(0), count: heads * nodes * nodes)
      for target in 0..<nodes {
        for edge in Int(graph.offsets[target])..<Int(graph.offsets[target + 1]) {
          for head in 0..<heads {
            dense[(head * nodes + target) * nodes + Int(graph.sources[edge])] = weights.array[edge * heads + head]
          }
        }
      }
      try expect(Tensor(dense, [heads, nodes, nodes]), golden, "alpha\(layer)")
    }
    let outcome = try golden.forward()
    try expect(outcome.nodes.symptomsSD, golden, "es")
    try expect(outcome.nodes.herbsHD, golden, "eh")
    try expect(outcome.set.setBD, golden, "sb")
    try expect(outcome.logits, golden, "logits")
    guard let encoded = outcome.set.encoded else {
      #expect(variant == "habrm_only")
      return
    }
    try expect(outcome.set.baseLogitsBH, golden, "logits0")
    try expect(encoded.probabilitiesBH, golden, "p")
    try expect(encoded.herbsBD, golden, "g")
    try expect(encoded.tokenBD, golden, "cls")
    if variant == "main" { try expect(encoded.outputBD, golden, "cls_out") }
  }

  @Test("every intermediate agrees in float64 and in float32", arguments: FMCHSGolden<Double>.variants)
  func forward(variant: String) throws {
    try intermediates(variant, Double.self)
    try intermediates(variant, Float.self)
  }

  func gradients<Element: TensorElement>(_ variant: String, _: Element.Type, isFused: Bool) throws {
    let golden = try FMCHSGolden<Element>(variant, isFused: isFused)
    let losses = try golden.step()
    for (name, loss) in zip(["loss", "bce", "aux_bce", "fcrl"], losses) {
      let expected = try #require(try golden.file.attribute(name, of: variant)?.doubleValue)
      #expect(abs(loss - expected) <= Self.allowed([expected], Element.self), "\(variant) \(name): \(loss)")
    }
    for entry in golden.store.entries {
      let reference = try golden.read("grad/\(entry.name)")
      let difference = largestDifference(Array(golden.store.gradients[entry.range]), reference)
      #expect(difference <= Self.allowed(reference, Element.self), "\(variant) \(entry.name): \(difference)")
    }
    let norm = try #require(try golden.file.attribute("grad_l2_norm", of: variant)?.doubleValue)
    #expect(abs(golden.store.gradientNorm() - norm) <= Self.allowed([norm], Element.self))
  }

  @Test("losses and every gradient agree, element by element", arguments: FMCHSGolden<Double>.variants)
  func gradients(variant: String) throws {
    for isFused in [true, false] {
      try gradients(variant, Double.self, isFused: isFused)
      try gradients(variant, Float.self, isFused: isFused)
    }
  }

  @Test("the store holds exactly the reference's parameters", arguments: FMCHSGolden<Double>.variants)
  func names(variant: String) throws {
    let golden = try FMCHSGolden<Double>(variant)
    let count = try golden.store.entries.reduce(0.0) { sum, entry in
      try golden.read("grad/\(entry.name)").reduce(sum) { $0 + $1 * $1 }
    }
    // Every name of ours is read from the file above; a parameter of theirs that we lack would be missing in the norm.
    let norm = try #require(try golden.file.attribute("grad_l2_norm", of: variant)?.doubleValue)
    #expect(abs(count.squareRoot() - norm) <= 1e-12)
    let isGraph = golden.store.entries.map { FMCHS<Double>.isGraphParameter($0.name) }
    #expect(isGraph.firstIndex(of: false).map { !isGraph[$0...].contains(true) } == true, "\(isGraph)")
  }

  @Test(
    "five steps of Adam in float64: losses, every weight, and the scores after them",
    arguments: FMCHSGolden<Double>.variants)
  func training(variant: String) throws {
    let golden = try FMCHSGolden<Double>(variant)
    let trace = try golden.read("losses")
    for step in 0..<5 {
      let losses = try golden.step()
      golden.optimizer.step(learningRate: 1e-2)
      #expect(largestDifference(losses, Array(trace[step * 4..<step * 4 + 4])) <= 1e-9, "step \(step)")
    }
    for entry in golden.store.entries {
      let reference = try golden.read("after5/\(entry.name)")
      let difference = largestDifference(Array(golden.store.values[entry.range]), reference)
      #expect(difference <= 1e-9, "\(variant) \(entry.name): \(difference)")
    }
    let reference = try golden.read("inter/logits_after5")
    #expect(largestDifference(try golden.forward().logits.array, reference) <= 1e-9)
  }

  @Test("five steps of Adam in float32 reach the same losses and scores", arguments: FMCHSGolden<Float>.variants)
  func floatTraining(variant: String) throws {
    let golden = try FMCHSGolden<Float>(variant)
    let trace = try golden.read("losses")
    for step in 0..<5 {
      let losses = try golden.step()
      golden.optimizer.step(learningRate: 1e-2)
      // Adam divides a gradient by its own size: where it is rounding noise the weight moves either way by up to 0.01,
      // but then the loss hardly depends on it.
      #expect(largestDifference(losses, Array(trace[step * 4..<step * 4 + 4])) <= 2e-4, "step \(step)")
    }
    #expect(largestDifference(try golden.forward().logits.array, try golden.read("inter/logits_after5")) <= 1e-3)
  }

  @Test("adjacency, counts and prior agree")
  func graph() throws {
    let golden = try FMCHSGolden<Double>("main")
    let (file, graph) = (golden.file, golden.graph)
    let together = try CoOccurrence(
      symptomSets: FMCHSGolden<Double>.sets(file, "graph/S"), herbSets: FMCHSGolden<Double>.sets(file, "graph/H"))
    let adjacency = try file.read("graph/adj", as: UInt8.self)
    let (ss, hh) = (
      try file.read("graph/SS_counts", as: Double.self), try file.read("graph/HH_counts", as: Double.self)
    )
    let sh = try file.read("graph/SH_counts", as: Double.self)
    for node in 0..<14 {
      let edges = Int(graph.offsets[node])..<Int(graph.offsets[node + 1])
      var row = Array(repeating: UInt8(0), count: 14)
      for edge in edges {
        row[Int(graph.sources[edge])] = 1
        #expect(Int(graph.types[edge]) == (node < 6 ? 0 : 2) + (graph.sources[edge] < 6 ? 0 : 1))
      }
      #expect(row == Array(adjacency[node * 14..<node * 14 + 14]))
      #expect(zip(edges, edges.dropFirst()).allSatisfy { graph.sources[$0] < graph.sources[$1] })
      let counts = together.counts(of: node).map { Double($0) }
      if node < 6 {
        #expect(counts == Array(ss[node * 6..<node * 6 + 6]) + Array(sh[node * 8..<node * 8 + 8]))
      } else {
        #expect(counts[..<6].elementsEqual((0..<6).map { sh[$0 * 8 + node - 6] }))
        #expect(counts[6...].elementsEqual(hh[(node - 6) * 8..<(node - 6) * 8 + 8]))
      }
    }
    #expect(graph.counts.all == graph.edges && graph.edges == adjacency.reduce(0) { $0 + Int($1) })
    #expect(graph.counts.symptomHerb == graph.counts.herbSymptom && graph.counts.loops == 14)
    let prior = HerbGraph.prior(try FMCHSGolden<Double>.sets(file, "graph/H"))
    #expect(largestDifference(prior, try file.read("graph/prior", as: Double.self)) <= 1e-15)
  }
}
