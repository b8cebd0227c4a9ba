import Layers
import TensorCore
import Testing

@Suite struct TorchOperationTests {
  static let names = TorchFixture.names { $0.operations.map(\.name) }

  /// Which operation a case of the fixture is.
  func run<E: TensorElement>(
    _ name: String, _ input: (String) throws -> Tensor<E>, _ index: (String, Int) throws -> RowIndex
  ) throws -> Tensor<E> {
    if let y = try products(name, input) ?? rows(name, input) ?? shapes(name, input) ?? selections(name, input, index) {
      return y
    }
    return try #require(try losses(name, input, index), "no operation for the case \(name)")
  }

  private func products<E: TensorElement>(
    _ name: String, _ input: (String) throws -> Tensor<E>
  ) throws -> Tensor<E>? {
    func attention(_ mask: AttentionMask<E>?) throws -> Tensor<E> {
      try Tensor.attention(query: input("q"), keys: input("k"), values: input("v"), heads: 2, mask: mask).output
    }
    switch name {
    case "linear": return try input("x").linear(weight: input("w"), bias: input("b"))
    case "matmul": return try input("a").matmul(input("b"))
    case "batch_matmul": return try input("a").batchMatmul(input("b"))
    case "batch_matmul_transposed": return try input("a").batchMatmul(transposed: input("b"))
    case "attention": return try attention(nil)
    case "attention_pairs", "attention_heads": return try attention(AttentionMask(pairs: input("mask")))
    case "attention_causal": return try attention(.causal)
    case "gru":
      return try Tensor.gru(input: input("input"), recurrent: input("recurrent"), hidden: input("hidden"))
    default: return nil
    }
  }

  private func rows<E: TensorElement>(_ name: String, _ input: (String) throws -> Tensor<E>) throws -> Tensor<E>? {
    switch name {
    case "softmax": return try input("x").softmax()
    case "softmax_mask": return try input("x").softmax(mask: input("mask"))
    case "log_softmax": return try input("x").logSoftmax()
    case "layer_norm": return try input("x").layerNorm(weight: input("w"), bias: input("b"))
    case "normalize": return try input("x").normalizedRows()
    case "relu": return try input("x").relu()
    case "gelu": return try input("x").gelu()
    case "tanh": return try input("x").tanh()
    case "sigmoid": return try input("x").sigmoid()
    case "elu": return try input("x").elu()
    case "leaky_relu": return try input("x").leakyReLU(slope: 0.2)
    case "exp": return try input("x").exp()
    case "square": return try input("x").squared()
    case "abs": return try input("x").absolute()
    case "reciprocal": return try input("x").reciprocal()
    case "softplus": return try input("x").softplus()
    case "log_sigmoid": return try input("x").logSigmoid()
    case "clamp": return try input("x").clamped(-0.5, 0.8)
    case "log": return try input("x").log()
    case "sqrt": return try input("x").squareRoot()
    case "divide": return try input("a") / input("b")
    case "masked_fill": return try input("x").maskedFill(input("mask"), with: -2.5)
    default: return nil
    }
  }

  private func shapes<E: TensorElement>(_ name: String, _ input: (String) throws -> Tensor<E>) throws -> Tensor<E>? {
    switch name {
    case "sum_axis": return try input("x").sum(axis: 1)
    case "mean_axis": return try input("x").mean(axis: 0)
    case "max_axis": return try input("x").maximum(axis: 1)
    case "permute": return try input("x").permuted([2, 0, 1])
    case "transpose": return try input("x").transposed()
    case "slice": return try input("x").sliced(axis: 1, 1..<3)
    case "flip": return try input("x").reversed(axis: 1)
    case "broadcast": return try input("x").broadcast(to: [2, 3, 4])
    case "add_row": return try input("x").adding(row: input("row"))
    case "multiply_row": return try input("x").multiplied(row: input("row"))
    case "add_column": return try input("x").adding(column: input("column"))
    case "multiply_column": return try input("x").multiplied(column: input("column"))
    case "concat_axis": return try Tensor.concatenated([input("a"), input("b")], axis: 1)
    case "split_axis":
      let parts = try input("x").split([1, 3], axis: 1)
      return try parts[1] * parts[0].broadcast(to: [2, 3, 3])
    case "l1_norm": return try input("x").l1Norm()
    case "l2_norm": return try input("x").l2Norm()
    default: return nil
    }
  }

  private func selections<E: TensorElement>(
    _ name: String, _ input: (String) throws -> Tensor<E>, _ index: (String, Int) throws -> RowIndex
  ) throws -> Tensor<E>? {
    switch name {
    case "embedding": return try input("table").gathered(index("index", 4), padding: 1)
    case "gather": return try input("table").gathered(index("index", 4))
    case "gather_columns": return try input("x").gatheredColumns(index("index", 4))
    case "scatter_columns": return try input("x").scatteredColumns(index("index", 5))
    case "segment_sum": return try input("x").segmentSum(index("index", 4))
    case "segment_mean": return try input("x").segmentMean(index("index", 4))
    case "segment_max": return try input("x").segmentMax(index("index", 4))
    case "segment_softmax": return try input("x").segmentSoftmax(index("index", 4))
    case "edge_sum":
      return try Tensor.edgeSum(
        input("z"), weights: input("w"), source: index("source", 4), target: index("target", 3))
    default: return nil
    }
  }

  private func losses<E: TensorElement>(
    _ name: String, _ input: (String) throws -> Tensor<E>, _ index: (String, Int) throws -> RowIndex
  ) throws -> Tensor<E>? {
    switch name {
    case "bce": return try input("x").bceMean(input("y"))
    case "multilabel_margin": return try input("x").marginMean(input("y"))
    case "cross_entropy": return try input("x").crossEntropy(index("index", 5))
    case "nll": return try input("x").negativeLogLikelihood(index("index", 5))
    case "mse": return try input("x").mse(input("y"))
    case "kl_div": return try input("x").logSoftmax().klDivergence(input("y"))
    case "normal_divergence": return try Tensor.normalDivergence(mean: input("m"), logVariance: input("v"))
    case "normal_sample": return try Tensor.normalSample(mean: input("m"), logVariance: input("v"), noise: input("e"))
    case "margin_ranking": return try input("a").marginRanking(input("b"), signs: input("y"), margin: 0.3)
    case "multi_margin": return try input("x").multiClassMargin(index("index", 5))
    default: return nil
    }
  }

  func check<E: TensorElement>(_: E.Type, _ name: String) throws {
    let fixture = try TorchFixture.shared.get()
    let example = try #require(fixture.operations.first { $0.name == name })
    var leaves: [String: Tensor<E>] = [:]
    for (key, numbers) in example.inputs {
      let tensor: Tensor<E> = try numbers.tensor()
      leaves[key] = example.gradients[key] == nil ? tensor : tensor.requiringGradient()
    }
    let y = try run(
      name, { try #require(leaves[$0], "input \($0)") },
      { try RowIndex(#require(example.numbers[$0], "numbers \($0)"), bound: $1) })
    let tolerance = Tolerance<E>.torch
    tolerance.expect(y, example.output, name)
    try y.backward(from: example.dy.tensor())
    for (key, gradient) in example.gradients {
      let got = try #require(leaves[key]?.gradient, "no gradient of \(key)")
      tolerance.expect(got, gradient, "gradient of \(key)")
    }
  }

  @Test("results and gradients equal PyTorch's in double precision", arguments: names)
  func double(name: String) throws { try check(Double.self, name) }

  @Test("results and gradients equal PyTorch's in single precision", arguments: names)
  func single(name: String) throws { try check(Float.self, name) }
}
