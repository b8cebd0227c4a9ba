import TensorCore
import Testing

/// dropout(f(x + b)) as one operation against the three it stands for.
@Suite struct BiasActivationTests {
  static let kinds: [Activation] = [.relu, .gelu, .tanh, .sigmoid, .elu(0.7), .leakyReLU(0.1)]
  static let key = DropoutKey(seed: 5, step: 6, layer: 7)

  @Test("known values: bias and function, then what the mask keeps, doubled at rate ½")
  func known() throws {
    let x = try Real([1, -1, 2, 0, -3, 5], [2, 3])
    let bias = try Real([0, 0, -2], [3])
    expectClose(
      try x.activated(.gelu, bias: bias).array,
      [0.8413447460685429, -0.15865525393145707, 0, 0, -0.004049694098231054, 2.995950305901769], absolute: 1e-12)
    #expect(try x.activated(.relu, bias: bias).array == [1, 0, 0, 0, 0, 3])
    let mask = DropoutMask(Self.key, rowOffset: 2)
    let kept = try Real.full(1, [2, 3]).dropout(0.5, mask).array
    #expect(Set(kept) == [0, 2])
    let dropped = try x.activated(.relu, bias: bias, dropout: (0.5, mask)).array
    #expect(dropped == zip([1, 0, 0, 0, 0, 3], kept).map { $0 * $1 })
  }

  @Test("gradients agree with central differences, with and without dropout", arguments: kinds, [[3, 5], [2, 2, 3]])
  func gradients(kind: Activation, shape: [Int]) throws {
    let inputs: [Real] = [try normal(shape, 1), try normal([shape[shape.count - 1]], 2)]
    try expectGradients(inputs) { try $0[0].activated(kind, bias: $0[1]) }
    let mask = DropoutMask(Self.key)
    try expectGradients(inputs) { try $0[0].activated(kind, bias: $0[1], dropout: (0.4, mask)) }
  }

  struct Chain {
    var y, dx, db: [Float]

    init(_ x: Tensor<Float>, _ bias: Tensor<Float>, _ body: ([Tensor<Float>]) throws -> Tensor<Float>) throws {
      let leaves = [x.requiringGradient(), bias.requiringGradient()]
      let result = try body(leaves)
      try result.backward(from: normal(x.shape.axes, 3))
      y = result.array
      (dx, db) = (leaves[0].gradient?.array ?? [], leaves[1].gradient?.array ?? [])
    }
  }

  @Test(
    "equals bias, function and dropout one after the other; ReLU bit for bit", arguments: kinds, [0, 0.3])
  func chain(kind: Activation, rate: Double) throws {
    for shape in [[7, 70], [40, 192]] { try chain(kind, rate, shape) }
  }

  func chain(_ kind: Activation, _ rate: Double, _ shape: [Int]) throws {
    let (x, bias): (Tensor<Float>, Tensor<Float>) = (try normal(shape, 1), try normal([shape[1]], 2))
    let mask = DropoutMask(Self.key, rowOffset: 11)
    let fused = try Chain(x, bias) { try $0[0].activated(kind, bias: $0[1], dropout: (rate, mask)) }
    let single = try Chain(x, bias) { try $0[0].adding(row: $0[1]).activated(kind).dropout(rate, mask) }
    if kind == .relu {
      #expect(fused.y == single.y && fused.dx == single.dx && fused.db == single.db)
    }
    // A compiler may round a product and a sum together in one of the two and not in the other.
    expectClose(fused.y, single.y, absolute: 2e-7, relative: 3e-7)
    expectClose(fused.dx, single.dx, absolute: 5e-7, relative: 5e-7)
    expectClose(fused.db, single.db, absolute: 2e-5, relative: 2e-6)
  }

  /// Rows and columns: none, one, tails of every kind, and more rows than one block of the kernel has.
  static let extents = [(0, 5), (3, 0), (1, 1), (2, 15), (5, 16), (3, 63), (4, 64), (2, 65), (33, 130), (70, 17)]

  func kernels<K: KernelSet>(
    _: K.Type, _ kind: Activation, rows: Int, width: Int, special: Bool, _ plan: DropoutPlan?
  ) throws -> [[Float]] where K.Element == Float {
    let count = rows * width
    // One element more, to see writes behind the end.
    let x = try ElementwiseKernelTests.values(count, 1, special: special) + [3]
    let dy = try ElementwiseKernelTests.values(count, 2, special: special) + [3]
    let bias: [Float] = try normal([width], 3).array
    var results: [[Float]] = []
    for bias in [bias, nil] {
      func both(_ bias: UnsafePointer<Float>?) {
        var (y, g, inPlace, gInPlace) = (x, x, x, dy)
        K.biasActivate(kind, x, bias: bias, &y, rows: rows, width: width, plan)
        K.biasActivateGradient(kind, x, bias: bias, dy, &g, rows: rows, width: width, plan)
        inPlace.withUnsafeMutableBufferPointer {
          guard let base = $0.baseAddress else { return }
          K.biasActivate(kind, base, bias: bias, base, rows: rows, width: width, plan)
        }
        gInPlace.withUnsafeMutableBufferPointer {
          guard let base = $0.baseAddress else { return }
          K.biasActivateGradient(kind, x, bias: bias, base, base, rows: rows, width: width, plan)
        }
        expectClose(inPlace, y, absolute: 0, relative: 0, "in place")
        expectClose(gInPlace, g, absolute: 0, relative: 0, "gradient in place")
        results += [y, g]
      }
      if let bias { bias.withUnsafeBufferPointer { both($0.baseAddress) } } else { both(nil) }
    }
    return results
  }

  @Test(
    "the vector kernel equals the plain loop over tails, no rows, NaN and infinities", arguments: kinds,
    [false, true])
  func kernels(kind: Activation, special: Bool) throws {
    for (rows, width) in Self.extents {
      let ids = (0..<rows).map { Int32(($0 * 37) % 101) }
      let masks = [nil, DropoutMask(Self.key, rowOffset: 9), DropoutMask(Self.key, rows: ids)]
      for mask in masks {
        let plan = try mask.map { try DropoutPlan(rate: 0.4, $0, rowCount: rows) }
        let fast = try kernels(VectorKernels.self, kind, rows: rows, width: width, special: special, plan)
        let plain = try kernels(PlainKernels<Float>.self, kind, rows: rows, width: width, special: special, plan)
        for (number, (a, b)) in zip(fast, plain).enumerated() {
          expectClose(a, b, absolute: 4e-6, relative: 3e-6, "\(kind) [\(rows), \(width)] \(number)")
        }
      }
    }
  }

  @Test("what dropout takes is 0 even where the number is NaN or infinite")
  func droppedSpecials() throws {
    let x = try Tensor<Float>((0..<256).map { [.nan, .infinity, -.infinity, 1][$0 % 4] }, [2, 128])
    let bias = Tensor<Float>.zeros([128])
    let mask = DropoutMask(Self.key)
    let kept = try Tensor<Float>.full(1, [2, 128]).dropout(0.5, mask).array
    let y = try x.activated(.relu, bias: bias, dropout: (0.5, mask)).array
    #expect(zip(kept, y).allSatisfy { $0 != 0 || $1 == 0 })
    #expect(zip(kept, y).contains { $0 != 0 && $1.isNaN } && y.contains(.infinity))
  }

  @Test("wrong biases, rates and row ids are refused")
  func refused() throws {
    let x = Real.zeros([2, 3])
    let error = #expect(throws: ShapeError.self) { try x.activated(.gelu, bias: .zeros([2])) }
    #expect(error?.description == "activated(_:bias:): expected a bias of [3] for [2, 3], got [2].")
    let bias = Real.zeros([3])
    for rate in [1, -0.1, .nan] {
      #expect(throws: ShapeError.self) { try x.activated(.gelu, bias: bias, dropout: (rate, DropoutMask(Self.key))) }
    }
    for rate in [0, 0.5] {
      #expect(throws: ShapeError.self) {
        try x.activated(.gelu, bias: bias, dropout: (rate, DropoutMask(Self.key, rows: [1])))
      }
    }
  }
}

/// dropout(f(x Wᵀ + b)) as one operation.
@Suite struct LinearActivationTests {
  /// Takes factors as a distributed run does.
  final class Sink: LinearGradientSink {
    typealias Element = Double
    var taken: [(x: [Double], dy: [Double], hasBias: Bool)] = []
    func linear(
      weight: Parameter<Double>, bias: Parameter<Double>?, x: UnsafeBufferPointer<Double>,
      dy: UnsafeBufferPointer<Double>, rows: Int
    ) throws {
      taken.append((Array(x), Array(dy), bias != nil))
    }
  }

  let mask = DropoutMask(BiasActivationTests.key, rowOffset: 3)

  func run(
    factored: Bool, hasBias: Bool, _ body: (_ parts: [Real], Parameter<Double>, Parameter<Double>?) throws -> Real
  ) throws -> (numbers: [[Double]], sink: Sink) {
    let store = ParameterStore<Double>(seed: 2)
    let weight = try store.scope.parameter("w", [4, 5], .normal(1), factored: factored)
    let bias = hasBias ? try store.scope.parameter("b", [4], .normal(1), factored: factored) : nil
    let sink = Sink()
    store.linearSink = sink
    let parts: [Real] = [try normal([6, 2], 1).requiringGradient(), try normal([6, 3], 2).requiringGradient()]
    let y = try body(parts, weight, bias)
    try y.backward(from: normal([6, 4], 3))
    return ([y.array, Array(store.gradients)] + parts.map { $0.gradient?.array ?? [] }, sink)
  }

  @Test(
    "equals the linear map, the function and dropout one after the other", arguments: [false, true], [false, true])
  func chain(factored: Bool, hasBias: Bool) throws {
    let fused = try run(factored: factored, hasBias: hasBias) {
      try Real.linear(concatenating: $0, $1, bias: $2, activation: .gelu, dropout: (0.3, mask))
    }
    let whole = try run(factored: factored, hasBias: hasBias) {
      try Real.concatenated($0).linear($1, bias: $2, activation: .gelu, dropout: (0.3, mask))
    }
    let single = try run(factored: factored, hasBias: hasBias) {
      try Real.concatenated($0).linear($1, bias: $2).gelu().dropout(0.3, mask)
    }
    for result in [fused, whole] {
      for (a, b) in zip(result.numbers, single.numbers) { expectClose(a, b, absolute: 1e-13, relative: 1e-12) }
      #expect(result.sink.taken.count == (factored ? 1 : 0))
      for (a, b) in zip(result.sink.taken, single.sink.taken) {
        expectClose(a.x, b.x, absolute: 0, relative: 0)
        expectClose(a.dy, b.dy, absolute: 1e-13, relative: 1e-12)
        #expect(a.hasBias == hasBias)
      }
    }
  }

  @Test("without a graph nothing else is computed; the numbers are the same")
  func evaluation() throws {
    let store = ParameterStore<Float>(seed: 2)
    let weight = try store.scope.parameter("w", [40, 20], .normal(1))
    let bias = try store.scope.parameter("b", [40], .normal(1))
    let x: Tensor<Float> = try normal([9, 20], 1)
    let recorded = try x.linear(weight, bias: bias, activation: .gelu)
    let constant = try store.withoutGradients { try x.linear(weight, bias: bias, activation: .gelu) }
    #expect(recorded.needsGradient && !constant.needsGradient)
    #expect(recorded.array == constant.array)
  }

  @Test("wrong widths, biases and rates are refused")
  func refused() throws {
    let store = ParameterStore<Double>(seed: 2)
    let weight = try store.scope.parameter("w", [4, 5], .normal(1))
    let short = try store.scope.parameter("b", [3], .zeros)
    let error = #expect(throws: ShapeError.self) { try Real.zeros([2, 3]).linear(weight, activation: .relu) }
    #expect(error?.description == "linear with w: expected x [..., I] and W [O, I], got [2, 3] and [4, 5].")
    #expect(throws: ShapeError.self) { try Real.zeros([2, 5]).linear(weight, bias: short, activation: .relu) }
    #expect(throws: ShapeError.self) {
      try Real.zeros([2, 5]).linear(weight, activation: .relu, dropout: (1, mask))
    }
    #expect(throws: ShapeError.self) {
      try Real.linear(concatenating: [.zeros([2, 5]), .zeros([2, 1])], weight, activation: .relu)
    }
  }
}
