import Layers
import Models
import TensorCore
import Testing

/// A small FMCHS with made-up data.
struct SmallFMCHS<Element: TensorElement> {
  static var symptomCount: Int { 9 }
  static var herbCount: Int { 13 }

  let store: ParameterStore<Element>
  let model: FMCHS<Element>
  let graph: HerbGraph
  let semantics, features: Tensor<Element>
  let sets, herbs: IndexSets

  /// Numbers that look random, between −1 and 1.
  static func number(_ index: Int) -> Double {
    let mixed = (UInt64(index) &+ 77) &* 0x9E37_79B9_7F4A_7C15
    return Double((mixed ^ (mixed >> 29)) >> 11) * 0x1p-52 - 1
  }

  init(rows: Int = 7, seed: UInt64 = 3, isFused: Bool = true, _ change: (inout FMCHSConfig) -> Void = { _ in }) throws {
    let (symptoms, herbs) = (Self.symptomCount, Self.herbCount)
    var config = FMCHSConfig(symptoms: symptoms, herbs: herbs, semanticWidth: 6, herbWidth: 5)
    (config.width, config.encoderHeads, config.encoderHidden, config.dropout) = (8, 2, 12, 0)
    change(&config)
    func set(_ row: Int, _ bound: Int, _ most: Int, _ salt: Int) -> [Int32] {
      (0..<(1 + (row * 5 + salt) % most)).map { Int32((row * 7 + $0 * 4 + row * row * salt) % bound) }
    }
    // Duplicates inside a row count once.
    sets = try IndexSets((0..<rows).map { set($0, symptoms, 4, 1) }, bound: symptoms)
    self.herbs = try IndexSets((0..<rows).map { set($0, herbs, 6, 2) }, bound: herbs)
    let training = try IndexSets((0..<40).map { set($0, symptoms, 4, 1) }, bound: symptoms)
    let trainingHerbs = try IndexSets((0..<40).map { set($0, herbs, 6, 2) }, bound: herbs)
    graph = try HerbGraph(
      symptomSets: training, herbSets: trainingHerbs,
      thresholds: .init(herbHerb: 3, symptomSymptom: 2, symptomHerb: 1))
    semantics = try Tensor((0..<symptoms * 6).map { Element(Self.number($0)) }, [symptoms, 6])
    features = try Tensor((0..<herbs * 5).map { Element(Self.number($0 + 500)) }, [herbs, 5])
    store = ParameterStore(seed: seed)
    model = try FMCHS(config, prior: HerbGraph.prior(trainingHerbs), isFused: isFused, in: store.scope)
    store.seal()
    // Biases and norms that start at 0 or 1 hide mistakes.
    for entry in store.entries {
      for index in entry.range { store.values[index] += Element(0.1 * Self.number(index + 9000)) }
    }
  }

  func nodes(_ step: DropoutStep?) throws -> (nodes: FMCHSNodes<Element>, fcrl: Tensor<Element>) {
    try model.nodes(semanticsSX: semantics, featuresHX: features, graph: graph, step: step)
  }

  func logits(_ step: DropoutStep?) throws -> [Element] {
    let rows = (0..<sets.count).map { Int32($0) }
    return try model(sets, nodes: nodes(step).nodes, step: step, rows: rows).logits.array
  }

  /// The loss of some rows.
  func rowLoss(
    _ rows: Range<Int>, _ nodes: FMCHSNodes<Element>, _ step: DropoutStep?
  ) throws -> Tensor<Element> {
    let found = try model(sets.rows(rows), nodes: nodes, step: step, rows: rows.map { Int32($0) })
    let truth = herbs.rows(rows)
    let loss = try FMCHS.loss(found.logits, herbs: truth, batch: sets.count)
    guard let base = found.baseLogits else { return loss }
    return try loss + FMCHS.loss(base, herbs: truth, batch: sets.count).scaled(by: 0.5)
  }

  /// The whole loss.
  func loss(_ step: DropoutStep?) throws -> Tensor<Element> {
    let (nodes, fcrl) = try nodes(step)
    return try rowLoss(0..<sets.count, nodes, step) + fcrl.scaled(by: 0.1)
  }

  /// Its value; the gradients are left in the store.
  func step(_ step: DropoutStep?) throws -> Double {
    store.zeroGradients()
    let total = try loss(step)
    try total.backward()
    return total.item.widened
  }

  var gradients: [Double] { store.gradients.map { $0.widened } }
}

@Suite struct FMCHSTests {
  static let step = DropoutStep(seed: 5, step: 8)

  /// Every value of every option, in few models.
  static let options: [(String, @Sendable (inout FMCHSConfig) -> Void)] = [
    ("defaults", { _ in }),
    ("last layer, mean pooling", { ($0.combine, $0.pool) = (.last, .mean) }),
    ("no id, two graph heads, dot", { ($0.idEmbedding, $0.graphHeads, $0.readout) = (false, 2, .dot) }),
    ("no HABRM, no residual", { ($0.useHABRM, $0.residual) = (false, false) }),
    ("no herb tokens", { $0.herbTokens = .none }),
    ("top herbs, two layers", { ($0.herbTokens, $0.topTokens, $0.encoderLayers) = (.top, 4, 2) }),
    ("all herbs, two layers, mean", { ($0.encoderLayers, $0.combine) = (2, .mean) }),
    ("no GELRAM, slope, one layer", { ($0.useGELRAM, $0.leakySlope, $0.layers) = (false, 0.4, 1) }),
  ]

  @Test("gradients agree with central differences, with and without dropout", arguments: options.indices)
  func gradients(number: Int) throws {
    for rate in [0, 0.3] {
      let small = try SmallFMCHS<Double> {
        Self.options[number].1(&$0)
        ($0.dropout, $0.graphDropout) = (rate, rate / 2)
      }
      let step = rate > 0 ? Self.step : nil
      _ = try small.step(step)
      let gradients = small.gradients
      let start = Array(small.store.values)
      for entry in small.store.entries {
        // Along a direction of its own for every parameter.
        let direction = entry.range.map { SmallFMCHS<Double>.number($0 + 4000) }
        let slope = zip(entry.range, direction).reduce(0) { $0 + gradients[$1.0] * $1.1 }
        let h = 1e-6
        func loss(_ side: Double) throws -> Double {
          for (index, value) in zip(entry.range, direction) {
            small.store.values[index] = start[index] + side * h * value
          }
          return try small.store.withoutGradients { try small.loss(step).item }
        }
        let difference = (try loss(1) - loss(-1)) / (2 * h)
        _ = small.store.values.update(fromContentsOf: start)
        #expect(abs(slope - difference) <= 1e-7 + 1e-6 * abs(slope), "\(Self.options[number].0), \(entry.name)")
      }
    }
  }

  @Test("float32 agrees with float64", arguments: options.indices)
  func precision(number: Int) throws {
    let double = try SmallFMCHS<Double>(Self.options[number].1)
    let float = try SmallFMCHS<Float>(Self.options[number].1)
    let step = Self.step
    let (a, b) = (try double.step(step), try float.step(step))
    #expect(abs(a - b) <= 1e-5 * abs(a))
    let scale = double.gradients.reduce(0) { max($0, abs($1)) }
    #expect(largestDifference(double.gradients, float.gradients) <= 2e-5 * scale)
  }

  func twins<Element: TensorElement>(_ number: Int, rate: Double, _: Element.Type) throws {
    let models = try [true, false].map { isFused in
      try SmallFMCHS<Element>(isFused: isFused) {
        Self.options[number].1(&$0)
        ($0.dropout, $0.graphDropout) = (rate, rate)
      }
    }
    let step = rate > 0 ? Self.step : nil
    let losses = try models.map { try $0.step(step) }
    let (fused, single) = (models[0].gradients, models[1].gradients)
    let scale = single.reduce(0) { max($0, abs($1)) }
    let allowed = Element.self == Double.self ? 1e-12 : 2e-5
    #expect(abs(losses[0] - losses[1]) <= allowed * abs(losses[1]), "\(Self.options[number].0)")
    #expect(largestDifference(fused, single) <= allowed * scale, "\(Self.options[number].0), dropout \(rate)")
    #expect(largestDifference(try models[0].logits(step), try models[1].logits(step)) <= allowed * 10)
  }

  @Test("the fused attentions equal single operations, with the same dropout", arguments: options.indices)
  func twins(number: Int) throws {
    for rate in [0, 0.4] {
      try twins(number, rate: rate, Double.self)
      try twins(number, rate: rate, Float.self)
    }
  }

  @Test("the first token alone equals the encoder over whole sequences, gradients too")
  func firstToken() throws {
    let fast = try SmallFMCHS<Double>()
    // All herbs by way of the most probable ones: the sequence form with the same parameters.
    let full = try SmallFMCHS<Double> { ($0.herbTokens, $0.topTokens) = (.top, 100) }
    #expect(fast.model.config.sharesKeys && !full.model.config.sharesKeys)
    #expect(fast.store.entries == full.store.entries && fast.store.values.elementsEqual(full.store.values))
    #expect(largestDifference(try fast.logits(nil), try full.logits(nil)) <= 1e-13)
    #expect(abs(try fast.step(nil) - full.step(nil)) <= 1e-12)
    #expect(largestDifference(fast.gradients, full.gradients) <= 1e-13)
  }

  @Test("a part of the rows has the scores, masks and gradients it has in the whole batch", arguments: options.indices)
  func parts(number: Int) throws {
    let small = try SmallFMCHS<Double> {
      Self.options[number].1(&$0)
      ($0.dropout, $0.graphDropout) = (0.3, 0.2)
    }
    let whole = try small.step(Self.step)
    let expected = small.gradients
    // As the trainer does: node tensors as numbers, a graph for each part, and the sums of their gradients.
    small.store.zeroGradients()
    let (nodes, fcrl) = try small.nodes(Self.step)
    var buffer = Array(repeating: 0.0, count: FMCHSNodes<Double>.count(small.model.config))
    try buffer.withUnsafeMutableBufferPointer { try nodes.write(to: $0) }
    let received = try buffer.withUnsafeBufferPointer { try FMCHSNodes($0, small.model.config) }
    var total = 0.1 * fcrl.item
    var sums: [Tensor<Double>] = []
    for part in [0..<3, 3..<4, 4..<7] {
      let leaves = try received.leaves()
      let loss = try small.rowLoss(part, leaves, Self.step)
      try loss.backward()
      total += loss.item
      let gradients = leaves.tensors.map { $0.gradient ?? .zeros($0.shape.axes) }
      sums = sums.isEmpty ? gradients : try zip(sums, gradients).map { try $0 + $1 }
    }
    try (nodes.handing(gradients: sums) + fcrl.scaled(by: 0.1)).backward()
    #expect(abs(total - whole) <= 1e-12)
    #expect(largestDifference(small.gradients, expected) <= 1e-12, "\(Self.options[number].0)")
  }

  @Test("dropout: other steps and seeds give other scores, evaluation none of them")
  func dropout() throws {
    for change in [Self.options[0].1, Self.options[5].1] {
      let small = try SmallFMCHS<Float> {
        change(&$0)
        $0.dropout = 0.5
      }
      let first = try small.logits(DropoutStep(seed: 1, step: 1))
      #expect(try small.logits(DropoutStep(seed: 1, step: 1)) == first)
      #expect(try small.logits(DropoutStep(seed: 1, step: 2)) != first)
      #expect(try small.logits(DropoutStep(seed: 2, step: 1)) != first)
      #expect(try small.logits(nil) != first && small.logits(nil) == small.logits(nil))
    }
    let graph = try SmallFMCHS<Float> { $0.graphDropout = 0.5 }
    #expect(try graph.nodes(Self.step).nodes.herbsHD.array != graph.nodes(nil).nodes.herbsHD.array)
  }

  @Test("the start is the reference's: bounds, priors, and the graph part first")
  func start() throws {
    let store = ParameterStore<Double>(seed: 1)
    let config = FMCHSConfig(symptoms: 20, herbs: 3)
    _ = try FMCHS(config, prior: [0.5, 0.25, 0.9], in: store.scope)
    func values(_ name: String) throws -> [Double] { Array(store.values[try #require(store.entry(named: name)).range]) }
    #expect(largestDifference(try values("out_bias"), [0, -1.0986122886681098, 2.1972245773362196]) <= 1e-15)
    #expect(try values("out_bias") == values("out_bias2"))
    func expectUniform(_ name: String, _ bound: Double) throws {
      let largest = try values(name).reduce(0) { max($0, abs($1)) }
      #expect(largest <= bound && largest > 0.9 * bound, "\(name): \(largest), bound \(bound)")
    }
    try expectUniform("gat.0.a", (6.0 / (4 + 128)).squareRoot())
    try expectUniform("gat.1.W.weight", (6.0 / 128).squareRoot())
    try expectUniform("tr.0.self_attn.in_proj_weight", (6.0 / 256).squareRoot())
    try expectUniform("enc_h.weight", 1 / 539.0.squareRoot())
    try expectUniform("si.0.bias", 1 / 64.0.squareRoot())
    #expect(try values("tr.0.self_attn.in_proj_bias").allSatisfy { $0 == 0 })
    for (name, deviation) in [("id", 0.1), ("seg", 0.02)] {
      let numbers = try values(name)
      let found = (numbers.reduce(0) { $0 + $1 * $1 } / Double(numbers.count)).squareRoot()
      #expect(abs(found - deviation) < 0.2 * deviation, "\(name): \(found)")
    }
    let isGraph = store.entries.map { FMCHS<Double>.isGraphParameter($0.name) }
    #expect(isGraph.prefix { $0 }.count == 13 && !isGraph[13...].contains(true))
  }

  @Test("the graph part touches its own parameters and the shared ones, the row part the others and the shared ones")
  func partsOfParameters() throws {
    for change in Self.options.map({ $0.1 }) {
      let small = try SmallFMCHS<Double>(change)
      func touched(_ loss: () throws -> Tensor<Double>) throws -> Set<String> {
        small.store.zeroGradients()
        try loss().backward()
        let gradients = small.store.gradients
        return Set(small.store.entries.filter { gradients[$0.range].contains { $0 != 0 } }.map { $0.name })
      }
      let nodes = try small.nodes(nil)
      let graph = try touched {
        let ones = nodes.nodes.tensors.map { Tensor<Double>.full(1, $0.shape.axes) }
        return try nodes.nodes.handing(gradients: ones) + nodes.fcrl
      }
      let rows = try touched { try small.rowLoss(0..<7, nodes.nodes.detached(), nil) }
      for entry in small.store.entries {
        let isGraph = FMCHS<Double>.isGraphParameter(entry.name)
        let isShared = FMCHS<Double>.isShared(entry.name, small.model.config)
        #expect(graph.contains(entry.name) == (isGraph || isShared), "\(entry.name)")
        #expect(rows.contains(entry.name) == !isGraph, "\(entry.name)")
      }
    }
  }

  @Test("a hundred steps on seven rows fit them")
  func fits() throws {
    let small = try SmallFMCHS<Float> { $0.dropout = 0.1 }
    let adam = Adam(small.store)
    let before = try small.step(nil)
    for step in 0..<100 {
      _ = try small.step(DropoutStep(seed: 1, step: UInt64(step)))
      adam.step(learningRate: 1e-2)
    }
    #expect(try small.step(nil) < 0.2 * before)
    let logits = try small.logits(nil)
    let truth = try small.herbs.multiHot(Float.self).array
    let right = zip(logits, truth).count { ($0 > 0) == ($1 > 0) }
    #expect(right > logits.count * 95 / 100, "\(right) of \(logits.count)")
  }

  @Test("a row without symptoms gets finite scores")
  func emptyRow() throws {
    for change in Self.options.map({ $0.1 }) {
      let small = try SmallFMCHS<Float>(change)
      let sets = try IndexSets([[], [2]], bound: SmallFMCHS<Float>.symptomCount)
      let nodes = try small.nodes(nil).nodes
      let logits = try small.model(sets, nodes: nodes, step: nil, rows: [0, 1]).logits
      #expect(logits.array.allSatisfy { $0.isFinite })
      // All rows empty: no symptom tokens at all.
      let none = try IndexSets([[]], bound: SmallFMCHS<Float>.symptomCount)
      let alone = try small.model(none, nodes: nodes, step: nil, rows: [0]).logits
      #expect(largestDifference(alone.array, Array(logits.array.prefix(alone.shape.count))) <= 1e-5)
    }
  }

  @Test("settings that no model can have are refused")
  func settings() throws {
    let changes: [(inout FMCHSConfig) -> Void] = [
      { $0.symptoms = 0 }, { $0.herbs = -1 }, { $0.semanticWidth = 0 }, { $0.herbWidth = 0 }, { $0.width = 0 },
      { $0.layers = 0 }, { $0.topTokens = 0 }, { $0.encoderLayers = 0 }, { $0.encoderHidden = 0 },
      { $0.graphHeads = 3 }, { $0.encoderHeads = 0 }, { $0.dropout = 1 }, { $0.graphDropout = .nan },
      { $0.idScale = -1 }, { $0.leakySlope = .infinity },
    ]
    for (number, change) in changes.enumerated() {
      #expect(throws: ModelError.self, "change \(number)") { try SmallFMCHS<Float>(change) }
    }
    let error = ModelError.setting("graphHeads", found: "3", expected: "a divisor of the width 8")
    #expect(throws: error) { try SmallFMCHS<Float> { $0.graphHeads = 3 } }
    #expect("\(error)" == "The model setting graphHeads is 3; expected a divisor of the width 8.")
    for prior in [[0.5], [0.5, 1], [0, 0.5], [0.5, .nan]] {
      #expect(throws: ModelError.self) {
        try FMCHS(FMCHSConfig(symptoms: 1, herbs: 2), prior: prior, in: ParameterStore<Float>(seed: 1).scope)
      }
    }
  }

  @Test("inputs of other shapes are refused")
  func shapes() throws {
    let small = try SmallFMCHS<Float>()
    let (model, nodes) = (small.model, try small.nodes(nil).nodes)
    let other = try HerbGraph(symptomSets: IndexSets([[0]], bound: 2), herbSets: IndexSets([[0]], bound: 2))
    #expect(throws: ModelError.self) {
      try model.nodes(semanticsSX: small.features, featuresHX: small.features, graph: small.graph, step: nil)
    }
    #expect(throws: ModelError.self) {
      try model.nodes(semanticsSX: small.semantics, featuresHX: small.semantics, graph: small.graph, step: nil)
    }
    #expect(throws: ModelError.self) {
      try model.nodes(semanticsSX: small.semantics, featuresHX: small.features, graph: other, step: nil)
    }
    #expect(throws: ModelError.self) {
      try model(IndexSets([[0]], bound: 2), nodes: nodes, step: nil, rows: [0])
    }
    #expect(throws: ModelError.self) { try model(small.sets, nodes: nodes, step: nil, rows: [0]) }
    let two = try FMCHSNodes(replacing: Array(nodes.tensors.prefix(2)))
    #expect(throws: ModelError.self) { try model(small.sets.rows(0..<1), nodes: two, step: nil, rows: [0]) }
    #expect(throws: ModelError.self) { try FMCHSNodes(replacing: Array(nodes.tensors.prefix(3))) }
    #expect(throws: ModelError.self) { try FMCHSNodes(replacing: nodes.tensors.reversed()) }
    #expect(throws: ModelError.self) { try nodes.handing(gradients: two.tensors) }
    var room: [Float] = [1, 2]
    #expect(throws: ModelError.self) { try room.withUnsafeMutableBufferPointer { try nodes.write(to: $0) } }
    #expect(throws: ModelError.self) { try room.withUnsafeBufferPointer { try FMCHSNodes($0, model.config) } }
  }
}
