import Layers
import TensorCore
import Testing

@Suite struct TorchOptimizerTests {
  func optimizer<E: TensorElement>(_ name: String, _ store: ParameterStore<E>) throws -> any Optimizer<E> {
    switch name {
    case "adam": return Adam(store, beta1: 0.8, beta2: 0.95, epsilon: 1e-6)
    case "adam_decay": return Adam(store, weightDecay: 0.1)
    case "adamw": return Adam(store, weightDecay: 0.1, decoupled: true)
    case "sgd": return SGD(store)
    default:
      #expect(name == "sgd_momentum")
      return SGD(store, momentum: 0.9, weightDecay: 0.1)
    }
  }

  func check<E: TensorElement>(_: E.Type, _ name: String) throws {
    let run = try #require(try TorchFixture.shared.get().optimizers.first { $0.name == name })
    let (steps, count) = (run.gradients.shape[0], run.gradients.shape[1])
    let store = ParameterStore<E>(seed: 0)
    let parameter = try store.scope.parameter("w", [count], .zeros)
    let optimizer = try optimizer(name, store)
    _ = parameter.values.update(fromContentsOf: run.start.values.map { E($0) })
    let tolerance = Tolerance<E>.torch
    for step in 0..<steps {
      let row = (step * count)..<((step + 1) * count)
      _ = parameter.gradients.update(fromContentsOf: run.gradients.values[row].map { E($0) })
      optimizer.step(learningRate: 0.05)
      expectClose(
        Array(parameter.values), run.weights.values[row].map { E($0) }, absolute: tolerance.absolute,
        relative: tolerance.relative, "\(name), step \(step + 1)")
    }
  }

  @Test(
    "six steps equal torch.optim's in both precisions", arguments: TorchFixture.names { $0.optimizers.map(\.name) })
  func steps(name: String) throws {
    try check(Double.self, name)
    try check(Float.self, name)
  }

  @Test(
    "ten rates equal torch.optim.lr_scheduler's", arguments: TorchFixture.names { $0.schedules.map(\.name) })
  func rates(name: String) throws {
    let schedule = try #require(try TorchFixture.shared.get().schedules.first { $0.name == name })
    let known: [String: LearningRate] = [
      "step": .step(every: 4, factor: 0.5), "exponential": .exponential(factor: 0.8),
      "cosine": .cosine(total: 10, floor: 0.01), "warmup": .warmup(steps: 4, then: .constant),
      "warmup_step": .warmup(steps: 4, then: .step(every: 3, factor: 0.5)),
    ]
    let rate = try #require(known[name])
    expectClose(
      schedule.rates.indices.map { rate.rate(base: 0.3, at: $0) }, schedule.rates, absolute: 1e-15, relative: 1e-13,
      name)
  }

  func clip<E: TensorElement>(_: E.Type, _ name: String) throws {
    let clip = try #require(try TorchFixture.shared.get().clips.first { $0.name == name })
    let store = ParameterStore<E>(seed: 0)
    let first = try store.scope.parameter("a", [4], .zeros)
    let second = try store.scope.parameter("b", [3], .zeros)
    _ = first.gradients.update(fromContentsOf: clip.before.values[..<4].map { E($0) })
    _ = second.gradients.update(fromContentsOf: clip.before.values[4...].map { E($0) })
    let before = Array(store.gradients)
    let tolerance = Tolerance<E>.torch
    switch name {
    case "value": try store.clipGradients(value: 0.5)
    default:
      let norm = try store.clipGradients(norm: name == "norm" ? 1.5 : 100)
      #expect(abs(norm - clip.norm) <= 1e-6 * clip.norm)
      if name == "norm_above" { #expect(Array(store.gradients) == before, "a small norm changes no bit") }
    }
    expectClose(
      Array(first.gradients) + Array(second.gradients), clip.after.values.map { E($0) }, absolute: tolerance.absolute,
      relative: tolerance.relative, name)
  }

  @Test("clipping equals torch's", arguments: TorchFixture.names { $0.clips.map(\.name) })
  func clips(name: String) throws {
    try clip(Double.self, name)
    try clip(Float.self, name)
  }

  @Test(
    "bounds that are no positive numbers are refused; a NaN gradient makes all of them NaN, and is seen in the norm")
  func oddBounds() throws {
    let store = ParameterStore<Float>(seed: 0)
    let parameter = try store.scope.parameter("a", [3], .zeros)
    for bound in [0, -1, .infinity, .nan] {
      #expect(throws: ShapeError.self) { try store.clipGradients(norm: bound) }
      #expect(throws: ShapeError.self) { try store.clipGradients(value: bound) }
    }
    parameter.gradients[0] = 3
    parameter.gradients[1] = .nan
    #expect(try store.clipGradients(norm: 1).isNaN)
    #expect(parameter.gradients[0].isNaN)
  }
}
