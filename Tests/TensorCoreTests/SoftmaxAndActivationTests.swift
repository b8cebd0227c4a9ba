import TensorCore
import Testing

@Suite struct SoftmaxTests {
  @Test("known values, and rows that sum to 1")
  func known() throws {
    let y = try Real([0, 0, 1000, -1000], [2, 2]).softmax()
    #expect(y.array == [0.5, 0.5, 1, 0])
    let masked = try Real([1, 2, 3], [1, 3]).softmax(mask: Real([0, 0, -1e9], [1, 3]))
    #expect(masked.array[2] == 0 && abs(masked.array[0] + masked.array[1] - 1) < 1e-15)
  }

  @Test("gradients agree with central differences", arguments: [[1, 1], [3, 5], [2, 3, 4]])
  func gradients(shape: [Int]) throws {
    try expectGradients([normal(shape, 1)]) { try $0[0].softmax() }
    let mask: Real = try normal(shape, 2)
    try expectGradients([normal(shape, 1)]) { try $0[0].softmax(mask: mask) }
  }

  @Test("a mask of another shape is refused")
  func shapes() {
    #expect(throws: ShapeError.self) { try Real.zeros([2, 2]).softmax(mask: .zeros([2])) }
  }
}

@Suite struct AttentionPoolingTests {
  @Test("one key gets weight 1; equal keys share it; a masked key gets 0")
  func known() throws {
    let q: Real = try normal([2, 3], 1)
    let v = try Real([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2])
    let equal = try Real.attentionPooling(query: q, keys: .full(0.3, [2, 2, 3]), values: v)
    #expect(equal.weights.array == [0.5, 0.5, 0.5, 0.5])
    #expect(equal.pooled.array == [2, 3, 6, 7])
    let mask = try Real([0, -1e9, -1e9, 0], [2, 2])
    let one = try Real.attentionPooling(query: q, keys: .full(0.3, [2, 2, 3]), values: v, mask: mask)
    #expect(one.pooled.array == [1, 2, 7, 8])
    // ⟨(1, 2), (3, 4)⟩ / √2
    let score = try Real([1, 2], [1, 2]).attentionScores(Real([3, 4], [1, 1, 2]))
    #expect(abs(score.item - 11 / 2.0.squareRoot()) < 1e-12)
  }

  @Test("gradients agree with central differences")
  func gradients() throws {
    let mask = try Real([0, 0, -1e9, 0, 0, 0], [2, 3])
    try expectGradients([normal([2, 4], 1), normal([2, 3, 4], 2), normal([2, 3, 5], 3)]) {
      try Real.attentionPooling(query: $0[0], keys: $0[1], values: $0[2], mask: mask).pooled
    }
  }

  @Test("scores through the weights of the keys are those of the keys, and so are their gradients")
  func throughWeights() throws {
    let mask = try Real([0, 0, -1e9, 0, 0, 0], [2, 3])
    let inputs: [Real] = try [normal([2, 4], 1), normal([2, 3, 5], 2), normal([4, 5], 3), normal([4], 4)]
    try expectGradients(Array(inputs.prefix(3))) { try $0[0].attentionScores($0[1], through: $0[2]) }
    func run(_ scores: ([Real]) throws -> Real) throws -> [[Double]] {
      let leaves = inputs.map { $0.requiringGradient() }
      let pooled = try scores(leaves).softmax(mask: mask).weightedSum(leaves[1])
      try pooled.backward(from: normal([2, 5], 5))
      return [pooled.array] + leaves.map { $0.gradient?.array ?? [] }
    }
    let direct = try run { try $0[0].attentionScores($0[1].linear(weight: $0[2], bias: $0[3])) }
    let through = try run { try $0[0].attentionScores($0[1], through: $0[2]) }
    for (a, b) in zip(direct.prefix(4), through.prefix(4)) {
      #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-13 })
    }
    // The bias of the keys has no gradient.
    #expect(direct[4].count == 4 && direct[4].allSatisfy { abs($0) < 1e-15 } && through[4].isEmpty)
  }

  @Test("the gradient of the weights of the keys goes to the store or to its sink")
  func sink() throws {
    final class Sink: LinearGradientSink {
      var seen: [(name: String, x: [Double], dy: [Double], rows: Int)] = []
      func linear(
        weight: Parameter<Double>, bias: Parameter<Double>?, x: UnsafeBufferPointer<Double>,
        dy: UnsafeBufferPointer<Double>, rows: Int
      ) throws {
        #expect(bias == nil)
        seen.append((weight.name, Array(x), Array(dy), rows))
      }
    }
    let store = ParameterStore<Double>(seed: 1)
    let weight = try store.scope.parameter("w", [4, 5], .uniformFanIn(5), factored: true)
    let (q, h): (Real, Real) = try (normal([2, 4], 1), normal([2, 3, 5], 2))
    try Real.attentionPooling(query: q, keyWeight: weight, values: h).pooled.backward(from: normal([2, 5], 5))
    let added = Array(weight.gradients)
    let sink = Sink()
    store.linearSink = sink
    store.zeroGradients()
    try Real.attentionPooling(query: q, keyWeight: weight, values: h).pooled.backward(from: normal([2, 5], 5))
    #expect(weight.gradients.allSatisfy { $0 == 0 })
    let factors = try #require(sink.seen.first)
    #expect(sink.seen.count == 1 && factors.name == "w" && factors.rows == 2 && factors.dy == q.array)
    var product = [Double](repeating: 0, count: 20)
    for (row, place) in (0..<2).flatMap({ row in (0..<20).map { (row, $0) } }) {
      product[place] += factors.dy[row * 4 + place / 5] * factors.x[row * 5 + place % 5]
    }
    #expect(added.contains { abs($0) > 1e-3 } && zip(added, product).allSatisfy { abs($0 - $1) < 1e-14 })
  }

  @Test("shapes that do not fit are refused")
  func shapes() {
    let q: Real = .zeros([2, 4])
    #expect(throws: ShapeError.self) { try q.attentionScores(.zeros([2, 3, 5]), through: Real.zeros([4, 6])) }
    #expect(throws: ShapeError.self) { try q.attentionScores(.zeros([3, 3, 5]), through: Real.zeros([4, 5])) }
    #expect(throws: ShapeError.self) { try q.attentionScores(.zeros([2, 3, 5])) }
    #expect(throws: ShapeError.self) { try q.attentionScores(.zeros([3, 3, 4])) }
    #expect(throws: ShapeError.self) { try q.weightedSum(.zeros([2, 3, 4])) }
    let (keys, values): (Real, Real) = (.zeros([2, 3, 4]), .zeros([2, 3, 5]))
    func pool(_ keys: Real, _ values: Real, mask: Real? = nil) throws -> Real {
      try Real.attentionPooling(query: q, keys: keys, values: values, mask: mask).pooled
    }
    #expect(throws: ShapeError.self) { try pool(.zeros([2, 3, 3]), values) }
    #expect(throws: ShapeError.self) { try pool(keys, .zeros([2, 2, 5])) }
    #expect(throws: ShapeError.self) { try pool(keys, values, mask: .zeros([2, 4])) }
  }
}

@Suite struct ActivationTests {
  @Test("known values")
  func known() throws {
    let x = try Real([-1, 0, 2], [3])
    #expect(x.relu().array == [0, 0, 2])
    #expect(x.leakyReLU(slope: 0.1).array == [-0.1, 0, 2])
    expectClose(x.gelu().array, [-0.15865525393145707, 0, 1.9544997361036416], absolute: 1e-12)
    expectClose(x.sigmoid().array, [0.2689414213699951, 0.5, 0.8807970779778823], absolute: 1e-12)
    expectClose(x.tanh().array, [-0.7615941559557649, 0, 0.9640275800758169], absolute: 1e-12)
    expectClose(x.elu().array, [-0.6321205588285577, 0, 2], absolute: 1e-12)
  }

  @Test(
    "gradients agree with central differences",
    arguments: [.relu, .gelu, .tanh, .sigmoid, .elu(0.7), .leakyReLU(0.2)] as [Activation])
  func gradients(kind: Activation) throws {
    try expectGradients([normal([3, 5], 1)]) { $0[0].activated(kind) }
  }
}

@Suite struct NormalisationTests {
  @Test("LayerNorm gives rows of mean 0 and variance 1, then scales and shifts")
  func layerNorm() throws {
    let y = try Real([1, 3, 10, 30], [2, 2])
      .layerNorm(weight: Real([1, 2], [2]), bias: Real([0, 5], [2]), epsilon: 0)
    expectClose(y.array, [-1, 7, -1, 7], absolute: 1e-12)
  }

  @Test("gradients of LayerNorm agree with central differences")
  func gradients() throws {
    try expectGradients([normal([3, 5], 1), normal([5], 2), normal([5], 3)]) {
      try $0[0].layerNorm(weight: $0[1], bias: $0[2])
    }
  }

  @Test("weights of another width are refused")
  func shapes() {
    #expect(throws: ShapeError.self) {
      try Real.zeros([2, 3]).layerNorm(weight: .zeros([2]), bias: .zeros([3]))
    }
  }
}
