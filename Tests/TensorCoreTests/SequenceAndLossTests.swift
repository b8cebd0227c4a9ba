import TensorCore
import Testing

@Suite struct GRUTests {
  @Test("known values: closed update gates keep the state, open ones take the candidate")
  func known() throws {
    let hidden = try Real([0.5, -0.25], [1, 2])
    let shut = try Real([0, 0, 100, 100, 3, 3], [1, 6])
    #expect(try Real.gru(input: shut, recurrent: .zeros([1, 6]), hidden: hidden).array == hidden.array)
    let open = try Real([100, 100, -100, -100, 0, 0], [1, 6])
    let candidate = try Real([0, 0, 0, 0, 1, 2], [1, 6])
    let y = try Real.gru(input: open, recurrent: candidate, hidden: hidden)
    expectClose(y.array, [0.761594155955765, 0.964027580075817], absolute: 1e-14)
  }

  @Test("gradients agree with central differences")
  func gradients() throws {
    try expectGradients([normal([2, 9], 1), normal([2, 9], 2), normal([2, 3], 3)]) {
      try Tensor.gru(input: $0[0], recurrent: $0[1], hidden: $0[2])
    }
  }

  @Test("wrong shapes are refused")
  func refused() {
    let h = Real.zeros([2, 3])
    #expect(throws: ShapeError.self) { try Real.gru(input: .zeros([2, 6]), recurrent: .zeros([2, 9]), hidden: h) }
    #expect(throws: ShapeError.self) { try Real.gru(input: .zeros([2, 9]), recurrent: .zeros([1, 9]), hidden: h) }
  }
}

@Suite struct MoreLossTests {
  @Test("known values")
  func known() throws {
    let uniform = Real.zeros([2, 4]).logSoftmax()
    expectClose(uniform.array, Array(repeating: -1.3862943611198906, count: 8), absolute: 1e-15)
    let classes = try RowIndex([1, 3], bound: 4)
    expectClose([try uniform.negativeLogLikelihood(classes).item], [1.3862943611198906], absolute: 1e-15)
    #expect(try uniform.klDivergence(.full(0.25, [2, 4])).item == 0)
    let scores = try Real([1, 3], [1, 2])
    #expect(try scores.multiClassMargin(RowIndex([0], bound: 2)).item == 1.5)
    #expect(try scores.multiClassMargin(RowIndex([1], bound: 2)).item == 0)
    let (a, b) = (try Real([1, 2], [2]), try Real([3, 2], [2]))
    #expect(try a.marginRanking(b, signs: .full(1, [2]), margin: 0.5).item == 1.5)
    #expect(try Real.normalDivergence(mean: .zeros([2, 3]), logVariance: .zeros([2, 3])).item == 0)
    #expect(try Real.normalDivergence(mean: .full(2, [1, 3]), logVariance: .zeros([1, 3])).item == 6)
    let sample = try Real.normalSample(mean: .full(1, [2]), logVariance: .zeros([2]), noise: Real([2, -3], [2]))
    #expect(sample.array == [3, -2])
  }

  @Test("log-softmax of large numbers stays finite, and a NaN fills its row only")
  func extremes() throws {
    let y = try Tensor<Float>([1000, 1000, 0, .nan], [2, 2]).logSoftmax().array
    expectClose(Array(y.prefix(2)), [-0.6931472, -0.6931472])
    #expect(y[2].isNaN && y[3].isNaN)
  }

  @Test("gradients agree with central differences")
  func gradients() throws {
    let (x, other): (Real, Real) = (try normal([3, 4], 1), try normal([3, 4], 2))
    let classes = try RowIndex([1, 3, 0], bound: 4)
    let targets = try other.softmax()
    try expectGradients([x]) { $0[0].logSoftmax() }
    try expectGradients([x]) { try $0[0].crossEntropy(classes) }
    try expectGradients([x]) { try $0[0].negativeLogLikelihood(classes, divisor: 2) }
    try expectGradients([x]) { try $0[0].logSoftmax().klDivergence(targets) }
    try expectGradients([x]) { try $0[0].multiClassMargin(classes) }
    try expectGradients([x, other]) { try $0[0].marginRanking($0[1], signs: targets, margin: 0.2) }
    try expectGradients([x, other]) { try Tensor.normalDivergence(mean: $0[0], logVariance: $0[1]) }
    let noise: Real = try normal([3, 4], 3)
    try expectGradients([x, other]) { try Tensor.normalSample(mean: $0[0], logVariance: $0[1], noise: noise) }
  }

  @Test("wrong shapes and divisors are refused")
  func refused() throws {
    let x = Real.zeros([3, 4])
    let classes = try RowIndex([1, 3], bound: 4)
    #expect(throws: ShapeError.self) { try x.crossEntropy(classes) }
    #expect(throws: ShapeError.self) { try x.negativeLogLikelihood(classes) }
    #expect(throws: ShapeError.self) { try x.multiClassMargin(classes) }
    #expect(throws: ShapeError.self) { try x.klDivergence(.zeros([4])) }
    #expect(throws: ShapeError.self) { try x.klDivergence(x, divisor: 0) }
    #expect(throws: ShapeError.self) { try Real.zeros([2, 4]).crossEntropy(classes, divisor: .infinity) }
    #expect(throws: ShapeError.self) { try x.marginRanking(.zeros([3]), signs: x) }
    #expect(throws: ShapeError.self) { try Real.normalDivergence(mean: x, logVariance: .zeros([4])) }
    #expect(throws: ShapeError.self) { try Real.normalSample(mean: x, logVariance: x, noise: .zeros([4])) }
  }
}

@Suite struct NoiseTests {
  let key = DropoutKey(seed: 1, step: 2, layer: 3)

  @Test("noise is standard normal, and a row's does not depend on the rows beside it")
  func noise() throws {
    let noise = try Real.normalNoise([200, 50], DropoutMask(key))
    let (mean, square) = (noise.mean().item, noise.squared().mean().item)
    // 10,000 numbers: deviations of 0.01 and 0.014.
    #expect(abs(mean) < 0.05 && abs(square - 1) < 0.07)
    #expect(try Real.normalNoise([1, 50], DropoutMask(key, rowOffset: 7)).array == noise.rows(7..<8).array)
    #expect(try Real.normalNoise([1, 50], DropoutMask(key, rows: [7])).array == noise.rows(7..<8).array)
    let other = DropoutKey(seed: 1, step: 3, layer: 3)
    #expect(try Real.normalNoise([200, 50], DropoutMask(other)).array != noise.array)
  }

  @Test("row ids that do not fit are refused")
  func refused() {
    #expect(throws: ShapeError.self) { try Real.normalNoise([2, 5], DropoutMask(key, rows: [1])) }
    #expect(throws: ShapeError.self) { try Real.normalNoise([-1, 5], DropoutMask(key)) }
  }
}
