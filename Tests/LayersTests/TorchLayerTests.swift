import Layers
import TensorCore
import Testing

@Suite struct TorchLayerTests {
  static let names = TorchFixture.names { $0.layers.map(\.name) }

  typealias Forward<E: TensorElement> = ((String) throws -> Tensor<E>) throws -> [Tensor<E>]

  /// Declares the layer of a case in the scope and returns how it runs.
  func layer<E: TensorElement>(
    _ name: String, _ scope: ParameterScope<E>, _ numbers: [String: TorchFixture.Numbers]
  ) throws -> Forward<E> {
    func hiding(_ input: (String) throws -> Tensor<E>) throws -> AttentionMask<E> { try .hiding(input("hidden")) }
    switch name {
    case "linear":
      let layer = try Linear(3, 2, in: scope)
      return { [try layer($0("x"))] }
    case "layer_norm":
      let layer = try LayerNorm(4, in: scope)
      return { [try layer($0("x"))] }
    case "batch_norm":
      let layer = try BatchNorm(3, in: scope)
      return { [try layer($0("x"), training: true), try layer($0("z"), training: true)] }
    case "embedding":
      let layer = try Embedding(5, 3, padding: 0, in: scope)
      let index = try RowIndex(#require(numbers["index"]).values.map { Int32($0) }, bound: 5)
      return { _ in [try layer(index)] }
    case "attention", "attention_causal", "attention_keys":
      let layer = try MultiHeadAttention(4, heads: 2, in: scope)
      return { input in
        if name == "attention_causal" { return [try layer(input("x"), mask: .causal).output] }
        let keys = name == "attention" ? nil : try input("y")
        return [try layer(input("x"), keys: keys, mask: hiding(input)).output]
      }
    case "encoder_layer_post_relu":
      let layer = try TransformerEncoderLayer(4, heads: 2, hidden: 6, firstDropoutLayer: 0, in: scope)
      return { [try layer($0("x"), mask: hiding($0))] }
    case "encoder_layer_pre_gelu":
      let layer = try TransformerEncoderLayer(
        4, heads: 2, hidden: 6, activation: .gelu, isPreNorm: true, firstDropoutLayer: 0, in: scope)
      return { [try layer($0("x"), mask: hiding($0))] }
    case "encoder":
      let layer = try TransformerEncoder(
        layers: 2, 4, heads: 2, hidden: 6, isPreNorm: true, finalNorm: true, firstDropoutLayer: 0, in: scope)
      return { [try layer($0("x"))] }
    case "gru_cell":
      let layer = try GRUCell(3, 4, in: scope)
      return { [try layer($0("x"), $0("h"))] }
    case "gru", "gru_lengths":
      let layer = try GRU(3, 4, in: scope)
      return { input in
        let result =
          name == "gru" ? try layer(input("x")) : try layer(input("x"), initial: input("h"), lengths: [3, 5])
        return [result.outputs, result.last]
      }
    default:
      Issue.record("no layer for the case \(name)")
      return { _ in [] }
    }
  }

  func check<E: TensorElement>(_: E.Type, _ name: String) throws {
    let example = try #require(try TorchFixture.shared.get().layers.first { $0.name == name })
    let store = ParameterStore<E>(seed: 1)
    let forward = try layer(name, store.scope, example.inputs)
    #expect(Set(store.entries.map(\.name)) == Set(example.parameters.keys), "names of \(name)")
    for (key, numbers) in example.parameters {
      let parameter = try #require(store.parameter(named: key))
      #expect(parameter.shape.axes == numbers.shape, "shape of \(key)")
      _ = parameter.values.update(fromContentsOf: numbers.values.map { E($0) })
    }
    var leaves: [String: Tensor<E>] = [:]
    for (key, numbers) in example.inputs {
      let tensor: Tensor<E> = try numbers.tensor()
      leaves[key] = example.gradients[key] == nil ? tensor : tensor.requiringGradient()
    }
    let outputs = try forward { try #require(leaves[$0], "input \($0)") }
    let tolerance = Tolerance<E>.torch
    var loss = Tensor<E>.scalar(0)
    try #require(outputs.count == example.outputs.count)
    for (index, output) in outputs.enumerated() {
      tolerance.expect(output, example.outputs[index], "output \(index)")
      loss = try loss + (output * example.dys[index].tensor()).sum()
    }
    try loss.backward()
    for (key, gradient) in example.gradients {
      tolerance.expect(try #require(leaves[key]?.gradient), gradient, "gradient of \(key)")
    }
    for (key, gradient) in example.parameterGradients {
      let parameter = try #require(store.parameter(named: key))
      tolerance.expect(try Tensor(Array(parameter.gradients), gradient.shape), gradient, "gradient of \(key)")
    }
    store.commitStatistics()
    #expect(Set(store.buffers.map(\.name)) == Set(example.buffers.keys))
    for buffer in store.buffers {
      let expected = try #require(example.buffers[buffer.name])
      tolerance.expect(try Tensor(Array(buffer.values), expected.shape), expected, buffer.name)
    }
  }

  @Test("results, gradients and names equal PyTorch's in double precision", arguments: names)
  func double(name: String) throws { try check(Double.self, name) }

  @Test("results, gradients and names equal PyTorch's in single precision", arguments: names)
  func single(name: String) throws { try check(Float.self, name) }
}
