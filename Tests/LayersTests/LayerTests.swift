import Layers
import TensorCore
import Testing

@Suite struct LinearTests {
  @Test("starts with weight and bias from U(±1/√inputs) under its scope's names")
  func initialisation() throws {
    let store = ParameterStore<Float>(seed: 1)
    let layer = try Linear(100, 30, in: store.scope["proj_dsp"])
    #expect(store.entries.map(\.name) == ["proj_dsp.weight", "proj_dsp.bias"])
    #expect(layer.weight.shape == [30, 100])
    let largest = layer.weight.values.map { abs($0) }.max() ?? 0
    #expect(largest <= 0.1 && largest > 0.099)
    let bias = layer.bias.map { Array($0.values) } ?? []
    #expect(bias.count == 30 && Set(bias).count > 25)
  }

  @Test("computes x Wᵀ + b; the error for a wrong width names the weight")
  func values() throws {
    let store = ParameterStore<Double>(seed: 1)
    let layer = try Linear(2, 1, in: store.scope["q"])
    _ = layer.weight.values.update(fromContentsOf: [2, 3])
    layer.bias?.values[0] = 1
    let x = try Tensor<Double>([1, 10], [1, 2])
    #expect(try layer(x).array == [33])
    #expect(try layer.withoutBias(x).array == [32])
    let error = #expect(throws: ShapeError.self) { try layer(.zeros([2, 3])) }
    #expect(error?.description.contains("q.weight") == true)
  }
}

@Suite struct MLPTests {
  @Test("adds the input where widths agree, activates all layers but the last")
  func residual() throws {
    let store = ParameterStore<Double>(seed: 1)
    let mlp = try MLP([3, 4, 4], residual: true, dropout: 0.5, firstDropoutLayer: 1, in: store.scope["m"])
    #expect(store.entries.map(\.name) == ["m.lin1.weight", "m.lin1.bias", "m.lin2.weight", "m.lin2.bias"])
    let x: Tensor<Double> = try normal([2, 3], 1)
    let hidden = try mlp.layers[0](x).gelu()
    let expected = try mlp.layers[1](hidden) + hidden
    #expect(try mlp(x, nil).array == expected.array)
    let step = DropoutStep(seed: 1, step: 2)
    let dropped = try mlp.dropouts[0](hidden, step)
    #expect(try mlp(x, step).array == (mlp.layers[1](dropped) + dropped).array)
  }
}

@Suite struct NormalisationLayerTests {
  @Test("after a linear layer without its bias, BatchNorm equals BatchNorm after the whole layer")
  func inputBias() throws {
    for training in [true, false] {
      let store = ParameterStore<Double>(seed: 1)
      let linear = try Linear(3, 4, in: store.scope["lin"])
      let norm = try BatchNorm(4, in: store.scope["bn"])
      let twin = try BatchNorm(4, in: store.scope["bn2"])
      let x: Tensor<Double> = try normal([10, 3], 1)
      let fused = try norm(linear.withoutBias(x), training: training, after: linear)
      let plain = try twin(linear(x), training: training)
      expectClose(fused.array, plain.array, absolute: 1e-12)
      store.commitStatistics()
      expectClose(
        Array(norm.statistics.runningMean.values), Array(twin.statistics.runningMean.values), absolute: 1e-12)
      expectClose(
        Array(norm.statistics.runningVariance.values), Array(twin.statistics.runningVariance.values), absolute: 1e-12)
      #expect(
        store.buffers.map(\.name) == [
          "bn.running_mean", "bn.running_var", "bn2.running_mean", "bn2.running_var",
        ])
    }
  }

  @Test("LayerNorm starts as plain normalisation")
  func layerNorm() throws {
    let store = ParameterStore<Double>(seed: 1)
    let y = try LayerNorm(2, epsilon: 0, in: store.scope)(Tensor([1, 3], [1, 2]))
    #expect(y.array == [-1, 1])
  }
}

@Suite struct GINConvolutionTests {
  let graph: GraphEdges
  let dims = [3, 2]

  init() throws {
    graph = try GraphEdges(
      nodes: 5, source: [0, 1, 1, 2, 3, 4], target: [1, 0, 2, 1, 4, 3],
      bonds: [0, 0, 0, 0, 1, 1, 1, 1, 2, 0, 2, 0], bondDims: dims)
  }

  @Test("has the reference's parameter names")
  func names() throws {
    let store = ParameterStore<Float>(seed: 1)
    _ = try GINConvolution(
      4, bondDims: [5, 6, 2], dropout: Dropout(rate: 0.7, layer: 0), isLast: false,
      in: store.scope["global_encoder"]["layers"]["0"])
    let expected: Set = [
      "lin1.weight", "lin1.bias", "bn1.weight", "bn1.bias", "lin2.weight", "lin2.bias", "eps", "bond.tables.0",
      "bond.tables.1", "bond.tables.2", "bn2.weight", "bn2.bias",
    ]
    #expect(Set(store.entries.map(\.name)) == Set(expected.map { "global_encoder.layers.0." + $0 }))
  }

  @Test("equals its parts composed one by one, results and gradients", arguments: [true, false])
  func composition(isLast: Bool) throws {
    let step = DropoutStep(seed: 3, step: 4)
    let x: Tensor<Double> = try normal([5, 4], 1)
    let dy: Tensor<Double> = try normal([5, 4], 2)
    func run(_ forward: (GINConvolution<Double>, Tensor<Double>) throws -> Tensor<Double>) throws -> [[Double]] {
      let store = ParameterStore<Double>(seed: 1)
      let gin = try GINConvolution(
        4, bondDims: dims, dropout: Dropout(rate: 0.4, layer: 9), isLast: isLast, in: store.scope)
      let leaf = x.requiringGradient()
      let y = try forward(gin, leaf)
      try y.backward(from: dy)
      store.commitStatistics()
      return [y.array, try #require(leaf.gradient).array, Array(store.gradients)]
        + store.buffers.map { Array($0.values) }
    }
    let fused = try run { try $0($1, self.graph, step) }
    let single = try run { gin, h in
      var y = try h.ginMessage(graph, eps: gin.eps.tensor, bonds: gin.bond?.tables.map(\.tensor))
      y = try gin.bn1(gin.lin1(y), training: true).relu()
      y = try gin.bn2(gin.lin2(y), training: true)
      return try gin.dropout(isLast ? y : y.relu(), step)
    }
    for (a, b) in zip(fused, single) { expectClose(a, b, absolute: 1e-10) }
  }

  @Test("without bond tables it sums plain neighbours; evaluation applies no dropout and changes no statistics")
  func evaluation() throws {
    let store = ParameterStore<Double>(seed: 1)
    let gin = try GINConvolution(
      4, bondDims: nil, dropout: Dropout(rate: 0.4, layer: 9), isLast: false, in: store.scope)
    let x: Tensor<Double> = try normal([5, 4], 1)
    let first = try gin(x, graph, nil)
    store.commitStatistics()
    #expect(try gin(x, graph, nil).array == first.array)
    #expect(!store.entries.contains { $0.name.contains("bond") })
  }
}

@Suite struct LearningTests {
  @Test("a small network learns a function that no linear one can, in both precisions")
  func learnsXor() throws {
    func finalLoss<E: TensorElement>(_: E.Type) throws -> E {
      let store = ParameterStore<E>(seed: 5)
      let mlp = try MLP([2, 16, 16, 1], residual: true, dropout: 0, firstDropoutLayer: 0, in: store.scope)
      let adam = Adam(store)
      let x = try Tensor<E>([0, 0, 0, 1, 1, 0, 1, 1], [4, 2])
      let y = try Tensor<E>([0, 1, 1, 0], [4, 1])
      var loss: E = 1
      for _ in 0..<300 {
        store.zeroGradients()
        let result = try mlp(x, nil).bceMean(y)
        try result.backward()
        adam.step(learningRate: 0.02)
        loss = result.item
      }
      return loss
    }
    let (single, double) = (try finalLoss(Float.self), try finalLoss(Double.self))
    #expect(single < 0.01 && double < 0.01)
  }

  @Test("two runs of the same seed are bit-identical")
  func determinism() throws {
    func run() throws -> [Float] {
      let store = ParameterStore<Float>(seed: 5)
      let embedding = try EmbeddingSum([4, 3], 8, in: store.scope["atom"])
      let mlp = try MLP([8, 16, 16], residual: true, dropout: 0.3, firstDropoutLayer: 0, in: store.scope["mlp"])
      let adam = Adam(store, weightDecay: 1e-5)
      let rows = try CategoryRows([0, 1, 3, 2, 2, 2, 1, 0], dims: [4, 3])
      for step in 0..<5 {
        store.zeroGradients()
        let y = try mlp(embedding(rows), DropoutStep(seed: 1, step: UInt64(step)))
        try y.mse(.full(0.5, y.shape.axes)).backward()
        adam.step(learningRate: 0.01)
      }
      return Array(store.values)
    }
    #expect(try run() == run())
  }
}
