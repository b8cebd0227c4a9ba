import Layers
import TensorCore
import Testing

/// Every layer's gradients, of its parameters and inputs, against central differences.
@Suite struct LayerGradientTests {
  let step = DropoutStep(seed: 3, step: 4)
  let store = ParameterStore<Double>(seed: 9)
  var scope: ParameterScope<Double> { store.scope }

  @Test("Linear, alone, with an activation and dropout, and over tensors side by side", arguments: [true, false])
  func linear(bias: Bool) throws {
    let layer = try Linear(5, 3, bias: bias, in: scope)
    let x: [Tensor<Double>] = [try normal([4, 2], 1), try normal([4, 3], 2)]
    let dropout = Dropout(rate: 0.4, layer: 2)
    try expectParameterGradients(store, inputs: [normal([4, 5], 3)]) { try layer($0[0]) }
    try expectParameterGradients(store, inputs: [normal([2, 2, 5], 3)]) { try layer.withoutBias($0[0]) }
    try expectParameterGradients(store, inputs: x) { try layer(concatenating: $0) }
    try expectParameterGradients(store, inputs: x) { try layer(concatenating: $0, then: .gelu, dropout, step) }
    try expectParameterGradients(store, inputs: [normal([4, 5], 3)]) {
      try layer($0[0], then: .relu, dropout, step, rows: [7, 1, 1, 9])
    }
  }

  @Test("MLP with residual and dropout", arguments: [true, false])
  func mlp(residual: Bool) throws {
    let mlp = try MLP([4, 4, 4, 3], residual: residual, dropout: 0.3, firstDropoutLayer: 1, in: scope)
    try expectParameterGradients(store, inputs: [normal([3, 4], 1)]) { try mlp($0[0], step) }
    try expectParameterGradients(store, inputs: [normal([3, 1], 1), normal([3, 3], 2)]) {
      try mlp(concatenating: $0, step, rowOffset: 5)
    }
  }

  @Test("BatchNorm in training and evaluation, after a linear layer, with ReLU and dropout", arguments: [true, false])
  func batchNorm(training: Bool) throws {
    let linear = try Linear(3, 4, in: scope["lin"])
    let norm = try BatchNorm(4, in: scope["bn"])
    try scatter(store)
    for c in 0..<4 { norm.statistics.runningMean.values[c] = 0.1 * Double(c) }
    let dropout = (rate: 0.3, mask: DropoutMask(DropoutKey(seed: 1, step: 2, layer: 3)))
    try expectParameterGradients(store, inputs: [normal([6, 3], 1)]) {
      try norm(linear.withoutBias($0[0]), training: training, after: linear)
    }
    try expectParameterGradients(store, inputs: [normal([6, 3], 1)]) {
      try norm(linear($0[0]), training: training, relu: true, dropout: dropout)
    }
    // The rows in two tensors: each depends on both.
    try expectParameterGradients(store, inputs: [normal([4, 4], 1), normal([2, 4], 2)]) {
      try Tensor.joinedRows(norm(parts: $0, training: training, relu: true, dropout: [dropout, dropout]))
    }
  }

  @Test("LayerNorm")
  func layerNorm() throws {
    let norm = try LayerNorm(5, in: scope)
    try scatter(store)
    try expectParameterGradients(store, inputs: [normal([3, 5], 1)]) { try norm($0[0]) }
  }

  @Test("Embedding and sums of embeddings")
  func embeddings() throws {
    let embedding = try Embedding(4, 3, in: scope["rows"])
    let sum = try EmbeddingSum([3, 2], 3, in: scope["sum"])
    let index = try RowIndex([2, 0, 2, 1], bound: 4)
    let rows = try CategoryRows([0, 1, 2, 0, 0, 1, 2, 1], dims: [3, 2])
    try expectParameterGradients(store) { _ in try embedding(index) + sum(rows) }
  }

  @Test("multi-head attention to itself and to other keys, with masks and dropout")
  func attention() throws {
    let layer = try MultiHeadAttention(4, heads: 2, dropout: Dropout(rate: 0.3, layer: 1), in: scope)
    try scatter(store)
    let mask = try AttentionMask<Double>.padding(lengths: [3, 1], keys: 3, isCausal: true)
    try expectParameterGradients(store, inputs: [normal([2, 3, 4], 1)]) { try layer($0[0], mask: mask, step).output }
    let pairs = AttentionMask<Double>(pairs: try normal([2, 5], 4))
    try expectParameterGradients(store, inputs: [normal([2, 2, 4], 1), normal([2, 5, 4], 2)]) {
      try layer($0[0], keys: $0[1], mask: pairs, step).output
    }
  }

  @Test(
    "Transformer encoder, post-norm and pre-norm, with dropout", arguments: [true, false],
    [.relu, .gelu] as [Activation])
  func transformer(isPreNorm: Bool, activation: Activation) throws {
    let encoder = try TransformerEncoder(
      layers: 2, 4, heads: 2, hidden: 5, activation: activation, isPreNorm: isPreNorm, finalNorm: true, dropout: 0.2,
      firstDropoutLayer: 1, in: scope)
    try scatter(store)
    let mask = try AttentionMask<Double>.padding(lengths: [3, 2], keys: 3)
    try expectParameterGradients(store, inputs: [normal([2, 3, 4], 1)], tolerance: 5e-6) {
      try encoder($0[0], mask: mask, step, rows: [4, 1])
    }
  }

  @Test("pooling by attention through the weights of the keys, with a mask")
  func pooling() throws {
    let weight = try scope.parameter("keys", [3, 4], .normal(1))
    let mask = try Tensor<Double>([0, 0, -2, 0, -.infinity, 0], [2, 3])
    try expectParameterGradients(store, inputs: [normal([2, 3], 1), normal([2, 3, 4], 2)]) {
      try Tensor.attentionPooling(query: $0[0], keyWeight: weight, values: $0[1], mask: mask).pooled
    }
    #expect(throws: ShapeError.self) {
      try Tensor.attentionPooling(query: .zeros([2, 4]), keyWeight: weight, values: .zeros([2, 3, 4]))
    }
  }

  @Test("GRU over sequences: inputs, first state and weights, of outputs and last state")
  func recurrence() throws {
    let first = try GRU(3, 4, in: scope["gru"])
    let second = try GRU(4, 4, layer: 1, in: scope["gru"])
    let inputs: [Tensor<Double>] = [try normal([3, 4, 3], 1), try normal([3, 4], 2)]
    func all(_ y: (outputs: Tensor<Double>, last: Tensor<Double>)) throws -> Tensor<Double> {
      try Tensor.concatenated([y.outputs.reshaped([3, 16]), y.last])
    }
    try expectParameterGradients(store, inputs: inputs) { x in
      try all(second(first(x[0], initial: x[1]).outputs))
    }
    // Padded sequences, one of them empty: its last state is its first.
    try expectParameterGradients(store, inputs: inputs) { x in
      let y = try first(x[0], initial: x[1], lengths: [4, 0, 2])
      return try all(second(y.outputs, initial: y.last, lengths: [2, 4, 1]))
    }
  }

  @Test("one step of a GRU cell, with gates made before")
  func cell() throws {
    let cell = try GRUCell(3, 4, in: scope)
    let inputs: [Tensor<Double>] = [try normal([2, 3], 1), try normal([2, 4], 2)]
    try expectParameterGradients(store, inputs: inputs) { try cell($0[0], $0[1]) }
    try expectParameterGradients(store, inputs: inputs) { try cell.step(gates: cell.gates($0[0]), $0[1]) }
    #expect(throws: ShapeError.self) { try cell(.zeros([2, 2]), .zeros([2, 4])) }
    #expect(throws: ShapeError.self) { try cell(.zeros([2, 3]), .zeros([3, 4])) }
    #expect(throws: ShapeError.self) { try cell.step(gates: .zeros([2, 4]), .zeros([2, 4])) }
  }
}
