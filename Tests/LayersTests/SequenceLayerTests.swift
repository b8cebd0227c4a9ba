import Layers
import TensorCore
import Testing

@Suite struct SequenceLayerTests {
  let step = DropoutStep(seed: 3, step: 4)

  func encoder(_ store: ParameterStore<Float>, layers: Int = 2) throws -> TransformerEncoder<Float> {
    try TransformerEncoder(
      layers: layers, 8, heads: 2, hidden: 12, dropout: 0.3, firstDropoutLayer: 5, in: store.scope["encoder"])
  }

  @Test("names are torch's, and the start is torch's: biases of the attention 0, xavier-uniform in-projection")
  func names() throws {
    let store = ParameterStore<Float>(seed: 1)
    let encoder = try encoder(store, layers: 1)
    #expect(
      Set(store.entries.map(\.name))
        == Set(
          [
            "self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight",
            "self_attn.out_proj.bias",
            "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias", "norm1.weight", "norm1.bias",
            "norm2.weight", "norm2.bias",
          ].map { "encoder.layers.0." + $0 }))
    let attention = encoder.layers[0].attention
    #expect((Array(attention.inputBias.values) + Array(attention.outputBias.values)).allSatisfy { $0 == 0 })
    let largest = attention.inputWeight.values.map { abs($0) }.max() ?? 0
    let bound = (6 / Float(32)).squareRoot()
    #expect(largest <= bound && largest > 0.95 * bound)
  }

  @Test("an item's result in training does not depend on the items beside it")
  func rowsOfItems() throws {
    let store = ParameterStore<Float>(seed: 1)
    let encoder = try encoder(store)
    let x: Tensor<Float> = try normal([3, 4, 8], 1)
    let all = try encoder(x, step)
    expectClose(try encoder(x.rows(2..<3), step, rowOffset: 2).array, try all.rows(2..<3).array)
    expectClose(try encoder(x.rows(2..<3), step, rows: [2]).array, try all.rows(2..<3).array)
    let evaluated = try encoder(x)
    #expect(evaluated.array != all.array)
    #expect(try encoder(x).array == evaluated.array)
  }

  @Test("with dropout, gradients are those of the masks that were applied")
  func dropoutGradient() throws {
    let store = ParameterStore<Double>(seed: 1)
    let layer = try TransformerEncoderLayer(
      4, heads: 2, hidden: 6, activation: .gelu, isPreNorm: true, dropout: 0.4, firstDropoutLayer: 0, in: store.scope)
    let x: Tensor<Double> = try normal([2, 3, 4], 1)
    let dy: Tensor<Double> = try normal([2, 3, 4], 2)
    let leaf = x.requiringGradient()
    try layer(leaf, step).backward(from: dy)
    let gradient = try #require(leaf.gradient).array
    func loss(_ index: Int, _ by: Double) throws -> Double {
      var values = x.array
      values[index] += by
      return try (layer(Tensor(values, [2, 3, 4]), step) * dy).sum().item
    }
    for index in 0..<24 {
      let slope = try (loss(index, 1e-5) - loss(index, -1e-5)) / 2e-5
      #expect(abs(slope - gradient[index]) < 1e-6, "element \(index)")
    }
  }

  @Test("two GRU layers in one scope have torch's names; no steps leave the first state")
  func stackedGRU() throws {
    let store = ParameterStore<Float>(seed: 1)
    let first = try GRU(3, 4, in: store.scope["gru"])
    let second = try GRU(4, 4, layer: 1, in: store.scope["gru"])
    #expect(store.entries.map(\.name).contains("gru.weight_hh_l1"))
    let x: Tensor<Float> = try normal([2, 5, 3], 1)
    let y = try second(first(x).outputs)
    #expect(y.outputs.shape == [2, 5, 4])
    #expect(try y.outputs.selected(axis: 1, 4).array == y.last.array)
    let initial = Tensor<Float>.full(2, [2, 4])
    let none = try first(.zeros([2, 0, 3]), initial: initial)
    #expect(none.outputs.shape == [2, 0, 4] && none.last.array == initial.array)
  }

  @Test("an embedding starts normal, with its padding row 0 for good")
  func embedding() throws {
    let store = ParameterStore<Float>(seed: 1)
    let embedding = try Embedding(6, 50, padding: 2, deviation: 0.02, in: store.scope["codes"])
    let values = Array(embedding.weight.values)
    #expect(values[100..<150].allSatisfy { $0 == 0 })
    let deviation = (values.reduce(0) { $0 + $1 * $1 } / 250).squareRoot()
    #expect(abs(deviation - 0.02) < 0.004)
    let y = try embedding(RowIndex([2, 5], bound: 6))
    try y.sum().backward()
    SGD(store).step(learningRate: 1)
    #expect(embedding.weight.values[100..<150].allSatisfy { $0 == 0 } && embedding.weight.values[250] != values[250])
  }

  @Test("two runs of the same seed are bit-identical: encoder, recurrence, embedding, clipping")
  func determinism() throws {
    func run() throws -> [Float] {
      let store = ParameterStore<Float>(seed: 5)
      let embedding = try Embedding(10, 8, padding: 0, in: store.scope["codes"])
      let encoder = try encoder(store)
      let gru = try GRU(8, 6, in: store.scope["gru"])
      let adam = Adam(store, weightDecay: 0.01, decoupled: true)
      let codes = try RowIndex((0..<15).map { Int32($0 * 7 % 10) }, bound: 10)
      for step in 0..<5 {
        store.zeroGradients()
        let x = try embedding(codes).reshaped([3, 5, 8])
        let mask = try AttentionMask<Float>.padding(lengths: [5, 3, 1], keys: 5)
        let y = try gru(encoder(x, mask: mask, DropoutStep(seed: 1, step: UInt64(step))), lengths: [5, 3, 1])
        try y.last.squared().mean().backward()
        try store.clipGradients(norm: 0.1)
        adam.step(learningRate: 0.01)
      }
      return Array(store.values)
    }
    let first = try run()
    #expect(try run() == first && first.allSatisfy(\.isFinite))
  }

  @Test("what cannot be made or called is refused in one sentence")
  func refused() throws {
    let scope = ParameterStore<Float>(seed: 1).scope
    let error = #expect(throws: ParameterError.self) { try MultiHeadAttention(6, heads: 4, in: scope["a"]) }
    #expect(
      error?.description
        == "The layer \"a\" cannot be made with 4 heads for a width of 6; expected heads that divide the width.")
    #expect(throws: ParameterError.self) { try Embedding(3, 2, padding: 3, in: scope["e"]) }
    let store = ParameterStore<Float>(seed: 1)
    let encoder = try encoder(store)
    let gru = try GRU(3, 4, in: store.scope["gru"])
    #expect(throws: ShapeError.self) { try encoder(.zeros([3, 8])) }
    #expect(throws: ShapeError.self) { try encoder(.zeros([2, 3, 6])) }
    #expect(throws: ShapeError.self) { try encoder(.zeros([2, 3, 8]), mask: .padding(lengths: [1], keys: 3)) }
    #expect(throws: ShapeError.self) { try encoder(.zeros([2, 3, 8]), step, rows: [1]) }
    #expect(throws: ShapeError.self) { try gru(.zeros([2, 3])) }
    #expect(throws: ShapeError.self) { try gru(.zeros([2, 3, 5])) }
    #expect(throws: ShapeError.self) { try gru(.zeros([2, 3, 3]), lengths: [1]) }
    #expect(throws: ShapeError.self) { try gru(.zeros([2, 3, 3]), lengths: [1, 4]) }
    #expect(throws: ShapeError.self) { try gru(.zeros([2, 3, 3]), initial: .zeros([2, 3])) }
  }
}
