import TensorCore
import Testing

@Suite struct ParameterStoreTests {
  @Test("names follow scopes, ranges follow the order of declaration, values and gradients are views of the arenas")
  func layout() throws {
    let store = ParameterStore<Float>(seed: 1)
    let scope = store.scope["encoder"]["layers"]["0"]
    let weight = try scope.parameter("weight", [3, 5], .uniformFanIn(5))
    let bias = try scope.parameter("bias", [3], .ones, factored: true)
    #expect(store.entries.map(\.name) == ["encoder.layers.0.weight", "encoder.layers.0.bias"])
    #expect(store.entry(named: "encoder.layers.0.bias")?.shape == [3])
    #expect(store.parameterCount == 18 && store.count >= 18)
    #expect(weight.range == 0..<15 && bias.range.lowerBound % 16 == 0 && bias.isFactored && !weight.isFactored)
    #expect(Array(bias.values) == [1, 1, 1])
    #expect(Array(store.values[bias.range]) == [1, 1, 1])
    store.values[weight.range.lowerBound] = 7
    #expect(weight.tensor.item == 7)
    let loss = weight.tensor.sum()
    try loss.backward()
    try weight.tensor.sum().backward()
    #expect(Array(weight.gradients) == Array(repeating: 2, count: 15))
    #expect(Array(store.gradients[weight.range]) == Array(weight.gradients))
    store.zeroGradients()
    #expect(store.gradients.allSatisfy { $0 == 0 })
  }

  @Test("initial values depend on seed and name, not on the order of construction")
  func initialisation() throws {
    func values(_ seed: UInt64, _ names: [String]) throws -> [String: [Float]] {
      let store = ParameterStore<Float>(seed: seed)
      for name in names { _ = try store.scope.parameter(name, [8, 4], .xavierUniform) }
      return Dictionary(
        uniqueKeysWithValues: names.compactMap { name in
          store.parameter(named: name).map { (name, Array($0.values)) }
        })
    }
    let first = try values(1, ["a", "b"])
    #expect(try values(1, ["b", "c", "a"])["a"] == first["a"])
    #expect(try values(2, ["a"])["a"] != first["a"])
    #expect(first["a"] != first["b"])
  }

  @Test("initialisers stay in their bounds and fill them")
  func bounds() throws {
    let store = ParameterStore<Double>(seed: 3)
    for (name, initializer) in [
      ("fan", .uniformFanIn(25)), ("xavier", .xavierUniform), ("normal", .normal(0.1)), ("constant", .constant(2.5)),
    ] as [(String, Initializer)] {
      _ = try store.scope.parameter(name, [50, 30], initializer)
    }
    func values(_ name: String) -> [Double] { store.parameter(named: name).map { Array($0.values) } ?? [] }
    for (name, bound) in [("fan", 0.2), ("xavier", (6.0 / 80).squareRoot())] {
      let largest = values(name).map { abs($0) }.max() ?? 0
      #expect(largest <= bound && largest > 0.99 * bound)
      #expect(abs(values(name).reduce(0, +) / 1500) < 0.1 * bound)
    }
    let deviation = (values("normal").reduce(0) { $0 + $1 * $1 } / 1500).squareRoot()
    #expect(abs(deviation - 0.1) < 0.01)
    #expect(Set(values("constant")) == [2.5])
  }

  @Test("names in use, late declarations and empty shapes are refused")
  func errors() throws {
    let store = ParameterStore<Float>(seed: 1)
    let scope = store.scope["a"]
    _ = try scope.parameter("w", [1], .zeros)
    #expect(throws: ParameterError.duplicate("a.w")) { try scope.parameter("w", [2], .zeros) }
    #expect(throws: ParameterError.layer("a.v", got: "1 initial numbers", expected: "2 for [2]")) {
      try scope.parameter("v", [2], .values([1]))
    }
    #expect(throws: ParameterError.duplicate("a.w")) { try scope.buffer("w", [2], fill: 0) }
    #expect(throws: ParameterError.shape("a.v", [0])) { try scope.parameter("v", [0], .zeros) }
    store.seal()
    #expect(throws: ParameterError.sealed("a.z")) { try scope.parameter("z", [1], .zeros) }
  }

  @Test("without gradients parameters are constants")
  func evaluation() throws {
    let store = ParameterStore<Float>(seed: 1)
    let weight = try store.scope.parameter("w", [2], .ones)
    let needed = store.withoutGradients { weight.tensor.needsGradient }
    #expect(!needed && weight.tensor.needsGradient && store.recordsGradients)
  }

  private final class Sink: LinearGradientSink {
    var calls: [(name: String, x: [Float], dy: [Float], rows: Int)] = []
    func linear(
      weight: Parameter<Float>, bias: Parameter<Float>?, x: UnsafeBufferPointer<Float>,
      dy: UnsafeBufferPointer<Float>, rows: Int
    ) throws {
      calls.append((weight.name, Array(x), Array(dy), rows))
    }
  }

  @Test("a sink takes the factors of factored layers only, and their product is the gradient")
  func sink() throws {
    let store = ParameterStore<Float>(seed: 1)
    let factored = try store.scope.parameter("factored", [3, 4], .uniform(1), factored: true)
    let bias = try store.scope.parameter("bias", [3], .uniform(1), factored: true)
    let dense = try store.scope.parameter("dense", [2, 3], .uniform(1))
    let x: Tensor<Float> = try normal([5, 4], 1)
    func gradients(_ sink: Sink?) throws -> [Float] {
      store.linearSink = sink
      store.zeroGradients()
      try x.linear(factored, bias: bias).relu().linear(dense).sum().backward()
      return Array(store.gradients)
    }
    let expected = try gradients(nil)
    let sink = Sink()
    let partial = try gradients(sink)
    #expect(sink.calls.map(\.name) == ["factored"] && sink.calls[0].rows == 5)
    #expect(partial[factored.range].allSatisfy { $0 == 0 } && partial[bias.range].allSatisfy { $0 == 0 })
    #expect(Array(partial[dense.range]) == Array(expected[dense.range]))
    try sink.calls[0].x.withUnsafeBufferPointer { x in
      try sink.calls[0].dy.withUnsafeBufferPointer { dy in
        try factored.accumulateLinearGradient(bias: bias, x: x, dy: dy, rows: 5)
        #expect(throws: ShapeError.self) {
          try factored.accumulateLinearGradient(bias: bias, x: x, dy: dy, rows: 4)
        }
        #expect(throws: ShapeError.self) {
          try factored.accumulateLinearGradient(bias: dense, x: x, dy: dy, rows: 5)
        }
      }
    }
    #expect(Array(store.gradients) == expected)
  }
}
