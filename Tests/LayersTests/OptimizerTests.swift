import HDF5
import Layers
import TensorCore
import Testing

@Suite(.enabled(if: Golden.isAvailable, "needs the golden files: set THERIAC_GOLDEN"))
struct GoldenAdamTests {
  @Test(
    "25 steps agree with torch.optim.Adam: weights and both moments",
    arguments: ["official", "big_lr", "strong_decay", "no_decay", "zero_grad_decay_only", "tiny_grads"])
  func steps(name: String) throws {
    let file = try Golden.open("adam.h5")
    func attribute(_ key: String) throws -> Double {
      try #require(try file.attribute(key, of: name)?.doubleValue)
    }
    let (w, g): ([Float], [Float]) = (try file.read("\(name)/w"), try file.read("\(name)/g"))
    let (m, v): ([Float], [Float]) = (try file.read("\(name)/m"), try file.read("\(name)/v"))
    let shape = try file.shape(of: "\(name)/g")
    let (steps, count) = (shape[0], shape[1])
    let store = ParameterStore<Float>(seed: 0)
    let parameter = try store.scope.parameter("w", [count], .zeros)
    let adam = Adam(
      store, beta1: try attribute("beta1"), beta2: try attribute("beta2"), epsilon: try attribute("eps"),
      weightDecay: try attribute("weight_decay"))
    for i in 0..<count { parameter.values[i] = w[i] }
    let largest = (0..<count).map { i in (0..<steps).map { abs(m[$0 * count + i]) }.max() ?? 0 }
    for t in 0..<steps {
      for i in 0..<count { parameter.gradients[i] = g[t * count + i] }
      adam.step(learningRate: try attribute("lr"))
      func row(_ values: [Float], _ t: Int) -> [Float] { Array(values[(t * count)..<((t + 1) * count)]) }
      // m is a sum of terms of both signs: its rounding is relative to the largest of them.
      for (index, (mine, expected)) in zip(adam.moments[0].values[parameter.range], row(m, t)).enumerated() {
        #expect(abs(mine - expected) <= 1e-6 * largest[index], "m[\(index)] after step \(t + 1)")
      }
      expectClose(Array(adam.moments[1].values[parameter.range]), row(v, t), absolute: 1e-30, relative: 3e-6, "v")
      // An update is at most about lr; its rounding may differ by a few parts in 10⁶.
      expectClose(
        Array(parameter.values), row(w, t + 1), absolute: 1e-6 * Float(try attribute("lr")) * Float(t + 1),
        relative: 2e-7 * Float(t + 1), "w")
    }
    #expect(adam.stepCount == steps)
  }
}

@Suite struct OptimizerTests {
  /// A store with one weight w and gradient g.
  private func store(_ w: Double, _ g: Double) throws -> (ParameterStore<Double>, Parameter<Double>) {
    let store = ParameterStore<Double>(seed: 0)
    let parameter = try store.scope.parameter("w", [1], .constant(w))
    parameter.gradients[0] = g
    return (store, parameter)
  }

  @Test("AdamW decays the weight, not the gradient")
  func adamW() throws {
    let (store, w) = try store(2, 0)
    Adam(store, weightDecay: 0.1, decoupled: true).step(learningRate: 0.5)
    expectClose(Array(w.values), [2 * (1 - 0.05)], absolute: 1e-12)
  }

  @Test("coupled decay moves a weight without gradient by almost the whole rate")
  func coupled() throws {
    let (store, w) = try store(2, 0)
    Adam(store, weightDecay: 1e-5).step(learningRate: 0.5)
    expectClose(Array(w.values), [1.5], absolute: 1e-3)
  }

  @Test("gradient descent with momentum and decay")
  func sgd() throws {
    let (store, w) = try store(1, 2)
    let sgd = SGD(store, momentum: 0.5, weightDecay: 0.1)
    sgd.step(learningRate: 0.1)
    expectClose(Array(w.values), [1 - 0.1 * 2.1], absolute: 1e-12)
    sgd.step(learningRate: 0.1)
    expectClose(Array(w.values), [0.79 - 0.1 * (0.5 * 2.1 + 2 + 0.079)], absolute: 1e-12)
  }

  @Test("an optimiser continued from its saved moments makes the same steps as one that never stopped")
  func resume() throws {
    let gradients = [0.3, -0.2, 0.5, 0.1]
    func run(stopAfter: Int?) throws -> Double {
      var (store, w) = try store(1, 0)
      var adam = Adam(store, weightDecay: 0.01)
      for (t, g) in gradients.enumerated() {
        if t == stopAfter {
          let moments = adam.moments.map { Array($0.values) }
          let (count, value) = (adam.stepCount, w.values[0])
          (store, w) = try self.store(value, 0)
          adam = Adam(store, weightDecay: 0.01)
          adam.stepCount = count
          for (target, saved) in zip(adam.moments, moments) { _ = target.values.update(fromContentsOf: saved) }
        }
        w.gradients[0] = g
        adam.step(learningRate: 0.1)
      }
      return w.values[0]
    }
    #expect(try run(stopAfter: 2) == run(stopAfter: nil))
  }
}

@Suite struct LearningRateTests {
  @Test("rates of each schedule at known times")
  func known() {
    #expect(LearningRate.constant.rate(base: 0.5, at: 100) == 0.5)
    let steps = LearningRate.step(every: 10, factor: 0.5)
    #expect([0, 9, 10, 25].map { steps.rate(base: 8, at: $0) } == [8, 8, 4, 2])
    #expect(LearningRate.exponential(factor: 0.5).rate(base: 8, at: 3) == 1)
    let cosine = LearningRate.cosine(total: 10, floor: 1)
    expectClose([0, 5, 10, 99].map { cosine.rate(base: 3, at: $0) }, [3, 2, 1, 1], absolute: 1e-12)
    let warmup = LearningRate.warmup(steps: 4, then: steps)
    #expect([0, 1, 3, 4, 14].map { warmup.rate(base: 8, at: $0) } == [2, 4, 8, 8, 4])
    #expect(LearningRate.warmup(steps: 0, then: .constant).rate(base: 8, at: -5) == 8)
  }
}
