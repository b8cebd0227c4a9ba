import Layers
import TensorCore
import Testing

// The code of the articles in TensorCore.docc, line by line.

// WritingAModel.md

/// Two inputs, one logit.
struct XorModel {
  let hidden, output: Linear<Float>

  init(in scope: ParameterScope<Float>) throws {
    hidden = try Linear(2, 8, in: scope["hidden"])
    output = try Linear(8, 1, in: scope["output"])
  }

  func callAsFunction(_ xB2: Tensor<Float>) throws -> Tensor<Float> {
    try output(hidden(xB2).tanh())
  }
}

// AddingAnOperation.md

func swish<Element>(_ x: Tensor<Element>) throws -> Tensor<Element> {
  let gate = x.detached().sigmoid()
  let y = try x.detached() * gate
  return Tensor.custom(inputs: [x], output: y) { dy in
    let slope = try gate + y * gate.scaled(by: -1).adding(1)
    return [try dy * slope]
  }
}

func numericGradient(
  _ x: Tensor<Double>, _ function: (Tensor<Double>) throws -> Tensor<Double>
) throws -> [Double] {
  let step = 1e-5
  return try x.array.indices.map { index in
    func moved(_ by: Double) throws -> Double {
      var values = x.array
      values[index] += by
      return try function(Tensor(values, x.shape.axes)).sum().item
    }
    return try (moved(step) - moved(-step)) / (2 * step)
  }
}

@Suite struct ArticleTests {
  @Test("the model of the article learns exclusive or")
  func writingAModel() throws {
    let inputs = try Tensor<Float>([0, 0, 0, 1, 1, 0, 1, 1], [4, 2])
    let targets = try Tensor<Float>([0, 1, 1, 0], [4, 1])

    let store = ParameterStore<Float>(seed: 1)
    let model = try XorModel(in: store.scope)
    let adam = Adam(store)
    let schedule = LearningRate.warmup(steps: 20, then: .cosine(total: 180, floor: 0.01))

    for step in 0..<200 {
      store.zeroGradients()
      let loss = try model(inputs).bceMean(targets)
      try loss.backward()
      try store.clipGradients(norm: 1)
      adam.step(learningRate: schedule.rate(base: 0.1, at: step))
    }

    let scores = try store.withoutGradients { try model(inputs).sigmoid() }

    #expect(zip(scores.array, targets.array).allSatisfy { abs($0 - $1) < 0.1 })
  }

  @Test("the operation of the article has the gradient that central differences find")
  func addingAnOperation() throws {
    let x = try Tensor<Double>([-2, -0.5, 0, 1, 3], [5]).requiringGradient()
    try swish(x).sum().backward()
    let exact = x.gradient?.array ?? []
    let numeric = try numericGradient(x.detached(), swish)
    let error = zip(exact, numeric).map { abs($0 - $1) }.max() ?? .infinity  // about 1e-11

    #expect(error < 1e-9)
    #expect(try swish(Tensor<Float>([0, 100], [2])).array == [0, 100])
  }
}
