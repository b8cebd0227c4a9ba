import TensorCore
import Testing

/// A store with one BatchNorm's running statistics.
private func statistics<E: TensorElement>(_ width: Int) throws -> (ParameterStore<E>, BatchStatistics<E>) {
  let store = ParameterStore<E>(seed: 0)
  return (store, try BatchStatistics(width, in: store.scope["bn"]))
}

@Suite struct BatchNormTests {
  let mask = DropoutMask(DropoutKey(seed: 1, step: 2, layer: 3), rowOffset: 5)

  @Test("training normalises columns; running values take momentum 0.1 and the unbiased variance, after the commit")
  func known() throws {
    let (store, state): (ParameterStore<Double>, _) = try statistics(1)
    let y = try Real([1, 3], [2, 1]).batchNorm(
      weight: .full(2, [1]), bias: .full(10, [1]), statistics: state, training: true, inputBias: .full(100, [1]))
    let root = 1 / (1 + 1e-5).squareRoot()
    expectClose(y.array, [10 - 2 * root, 10 + 2 * root], absolute: 1e-12)
    #expect(state.runningMean.values[0] == 0 && state.runningVariance.values[0] == 1)
    store.commitStatistics()
    expectClose(Array(state.runningMean.values), [0.1 * 102], absolute: 1e-12)
    expectClose(Array(state.runningVariance.values), [0.9 + 0.1 * 2], absolute: 1e-12)
  }

  @Test("a discarded step leaves no trace; two forward passes before a commit both count")
  func staging() throws {
    let (store, state): (ParameterStore<Double>, _) = try statistics(1)
    func forward(_ values: [Double]) throws {
      _ = try Real(values, [2, 1]).batchNorm(
        weight: .full(1, [1]), bias: .full(0, [1]), statistics: state, training: true)
    }
    try forward([1, 3])
    store.discardStatistics()
    store.commitStatistics()
    #expect(state.runningMean.values[0] == 0)
    try forward([1, 3])
    try forward([3, 5])
    store.commitStatistics()
    expectClose(Array(state.runningMean.values), [0.9 * 0.2 + 0.1 * 4], absolute: 1e-12)
  }

  @Test("evaluation uses the running values and adds the input bias")
  func evaluation() throws {
    let (_, state): (ParameterStore<Double>, _) = try statistics(1)
    state.runningMean.values[0] = 2
    state.runningVariance.values[0] = 4 - 1e-5
    let y = try Real([1, 5, 7], [3, 1]).batchNorm(
      weight: .full(3, [1]), bias: .full(1, [1]), statistics: state, training: false, inputBias: .full(1, [1]),
      relu: true, dropout: (0.5, mask))
    expectClose(y.array, [1, 7, 10], absolute: 1e-12)
  }

  @Test(
    "gradients agree with central differences in training and evaluation, with ReLU and dropout",
    arguments: [true, false], [(false, 0.0), (true, 0), (false, 0.4), (true, 0.4)])
  func gradients(training: Bool, mode: (relu: Bool, rate: Double)) throws {
    let (_, state): (ParameterStore<Double>, _) = try statistics(3)
    for c in 0..<3 { state.runningMean.values[c] = 0.1 * Double(c) }
    try expectGradients([normal([6, 3], 1), normal([3], 2), normal([3], 3), normal([3], 4)]) {
      try $0[0].batchNorm(
        weight: $0[1], bias: $0[2], statistics: state, training: training, inputBias: $0[3], relu: mode.relu,
        dropout: (mode.rate, self.mask))
    }
  }

  @Test("the fused operation equals BatchNorm, ReLU and dropout one after the other")
  func fusion() throws {
    let (_, state): (ParameterStore<Float>, _) = try statistics(70)
    let x: Tensor<Float> = try normal([40, 70], 1)
    let (w, b): (Tensor<Float>, Tensor<Float>) = (try normal([70], 2), try normal([70], 3))
    let dy: Tensor<Float> = try normal([40, 70], 4)
    let (x1, x2) = (x.requiringGradient(), x.requiringGradient())
    let fused = try x1.batchNorm(
      weight: w, bias: b, statistics: state, training: true, relu: true, dropout: (0.3, mask))
    let single = try x2.batchNorm(weight: w, bias: b, statistics: state, training: true).relu().dropout(0.3, mask)
    #expect(fused.array == single.array)
    try fused.backward(from: dy)
    try single.backward(from: dy)
    expectClose(try #require(x1.gradient).array, try #require(x2.gradient).array)
  }

  @Test("one row in training, other widths and bad dropout rates are refused")
  func errors() throws {
    let (_, state): (ParameterStore<Double>, _) = try statistics(2)
    func run(_ x: Real, width: Int = 2, rate: Double = 0) throws {
      _ = try x.batchNorm(
        weight: .full(1, [width]), bias: .full(0, [2]), statistics: state, training: true, dropout: (rate, mask))
    }
    let error = #expect(throws: ShapeError.self) { try run(.zeros([1, 2])) }
    #expect(error?.description == "batchNorm: got 1 rows in training, expected at least 2 rows.")
    #expect(throws: ShapeError.self) { try run(.zeros([4, 3])) }
    #expect(throws: ShapeError.self) { try run(.zeros([4, 2]), width: 3) }
    #expect(throws: ShapeError.self) { try run(.zeros([4, 2]), rate: 1) }
    #expect(throws: ShapeError.self) {
      try Real.batchNorm(
        parts: [.zeros([4, 2]), .zeros([3, 2])], weight: .full(1, [2]), bias: .zeros([2]), statistics: state,
        training: true, dropout: [(0.5, mask)])
    }
    try run(.zeros([2, 2]))
  }
}
