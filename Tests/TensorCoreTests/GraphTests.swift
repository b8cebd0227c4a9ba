import TensorCore
import Testing

@Suite struct GINMessageTests {
  /// 0 ↔ 1, 1 → 2, 2 → 2, node 3 alone.
  let graph: GraphEdges

  init() throws {
    graph = try GraphEdges(
      nodes: 4, source: [0, 1, 1, 2], target: [1, 0, 2, 2], bonds: [0, 1, 1, 0, 0, 0, 1, 2], bondDims: [2, 3])
  }

  @Test("known values: (1 + ε) own row plus relu(neighbour + bond)")
  func known() throws {
    let h = try Real([1, 2, -4, 8], [4, 1])
    let bonds = [try Real([0, 1], [2, 1]), try Real([0, -3, 5], [3, 1])]
    // Bond rows: (0,1) → −3, (1,0) → 1, (0,0) → 0, (1,2) → 6.
    let y = try h.ginMessage(graph, eps: .full(0.5, [1]), bonds: bonds)
    // Own rows times 1.5: 1.5, 3, −6, 12; messages: relu(2 + 1), relu(1 − 3), relu(2 + 0) + relu(−4 + 6), none.
    #expect(y.array == [4.5, 3, -2, 12])
    let plain = try h.ginMessage(graph, eps: .full(0, [1]), bonds: nil)
    #expect(plain.array == [3, 3, -6, 8])
  }

  @Test("gradients agree with central differences, with and without bonds")
  func gradients() throws {
    try expectGradients([normal([4, 3], 1), normal([1], 2), normal([2, 3], 3), normal([3, 3], 4)]) {
      try $0[0].ginMessage(graph, eps: $0[1], bonds: [$0[2], $0[3]])
    }
    try expectGradients([normal([4, 3], 1), normal([1], 2)]) {
      try $0[0].ginMessage(graph, eps: $0[1], bonds: nil)
    }
  }

  @Test("edges outside the nodes, missing bonds and wrong tables are refused")
  func errors() throws {
    func edges(_ source: [Int32], _ target: [Int32], _ bonds: [Int32], dims: [Int] = [2]) throws -> GraphEdges {
      try GraphEdges(nodes: 2, source: source, target: target, bonds: bonds, bondDims: dims)
    }
    #expect(throws: ShapeError.self) { try edges([2], [0], [0]) }
    #expect(throws: ShapeError.self) { try edges([0], [-1], [0]) }
    #expect(throws: ShapeError.self) { try edges([0, 1], [0], [0]) }
    #expect(throws: ShapeError.self) { try edges([0], [0], [2]) }
    #expect(throws: ShapeError.self) { try edges([0, 1], [0, 1], [1]) }
    #expect(throws: ShapeError.self) { try GraphEdges(nodes: -1, source: [], target: [], bonds: [], bondDims: []) }
    let plain = try edges([0], [1], [], dims: [])
    let h = Real.zeros([2, 3])
    #expect(throws: ShapeError.self) { try h.ginMessage(plain, eps: .zeros([1]), bonds: [.zeros([2, 3])]) }
    #expect(throws: ShapeError.self) { try Real.zeros([3, 3]).ginMessage(plain, eps: .zeros([1]), bonds: nil) }
    #expect(throws: ShapeError.self) { try h.ginMessage(plain, eps: .zeros([2]), bonds: nil) }
    #expect(throws: ShapeError.self) {
      try Real.zeros([4, 3]).ginMessage(graph, eps: .zeros([1]), bonds: [.zeros([2, 2]), .zeros([3, 2])])
    }
  }
}

@Suite struct LossTests {
  @Test("binary cross-entropy of known logits, also where exp overflows")
  func bce() throws {
    let z = try Real([0, 2, -1000], [1, 3])
    let loss = try z.bceSum(Real([1, 0, 0], [1, 3]), divisor: 1)
    expectClose([loss.item], [0.6931471805599453 + 2.1269280110429727], absolute: 1e-12)
    #expect(try z.bceMean(Real([1, 0, 0], [1, 3])).item == loss.item / 3)
  }

  @Test("the margin loss is the sum over pairs of a positive and a negative, over M and B for the mean")
  func margin() throws {
    let z = try Real([0, 0, 0], [1, 3])
    let y = try Real([1, 0, 0], [1, 3])
    #expect(try z.marginSum(y, divisor: 3).item == 2.0 / 3)
    #expect(try z.marginMean(y).item == 2.0 / 3)
    #expect(try z.marginMean(.zeros([1, 3])).item == 0)
  }

  @Test("cross-entropy of equal logits is ln K, whatever their size")
  func crossEntropy() throws {
    let z = Real.full(1000, [2, 4])
    expectClose(
      [try z.crossEntropy(RowIndex([1, 3], bound: 4)).item], [1.3862943611198906], absolute: 1e-12)
  }

  @Test("squared error of known values")
  func mse() throws {
    #expect(try Real([1, 4], [2]).mse(Real([3, 1], [2])).item == 6.5)
  }

  @Test("gradients agree with central differences")
  func gradients() throws {
    let y = try Real([1, 0, 0, 1, 0, 1, 0, 0, 0, 0], [2, 5])
    try expectGradients([normal([2, 5], 1)]) { try $0[0].bceSum(y, divisor: 7) }
    try expectGradients([normal([2, 5], 1)]) { try $0[0].bceMean(y) }
    try expectGradients([normal([2, 5], 1)]) { try $0[0].marginSum(y, divisor: 5) }
    try expectGradients([normal([2, 5], 1)]) { try $0[0].marginMean(y) }
    try expectGradients([normal([2, 5], 1)]) { try $0[0].mse(y) }
    try expectGradients([normal([2, 5], 1)]) { try $0[0].crossEntropy(RowIndex([1, 4], bound: 5)) }
  }

  @Test("parts of a batch with the global divisor add up to the whole, losses and gradients")
  func parts() throws {
    let z: Real = try normal([6, 5], 1)
    let y = try Real((0..<30).map { $0 % 3 == 0 ? 1 : 0 }, [6, 5])
    let leaf = z.requiringGradient()
    let whole = try leaf.bceMean(y) + leaf.marginMean(y)
    try whole.backward()
    var (sum, gradient): (Double, [Double]) = (0, [])
    for range in [0..<2, 2..<6] {
      let part = try z.rows(range).requiringGradient()
      let targets = try y.rows(range)
      let loss = try part.bceSum(targets, divisor: 30) + part.marginSum(targets, divisor: 30)
      try loss.backward()
      sum += loss.item
      gradient += try #require(part.gradient).array
    }
    expectClose([sum], [whole.item], absolute: 1e-12)
    expectClose(gradient, try #require(leaf.gradient).array, absolute: 1e-12)
  }

  @Test("targets of another shape, classes outside and divisors of 0 are refused")
  func errors() throws {
    let z = Real.zeros([2, 3])
    #expect(throws: ShapeError.self) { try z.bceMean(.zeros([2, 2])) }
    #expect(throws: ShapeError.self) { try z.marginMean(.zeros([3])) }
    #expect(throws: ShapeError.self) { try z.bceSum(.zeros([2, 3]), divisor: 0) }
    #expect(throws: ShapeError.self) { try z.marginSum(.zeros([2, 3]), divisor: .infinity) }
    #expect(throws: ShapeError.self) { try z.mse(.zeros([2, 3]), divisor: -1) }
    #expect(throws: ShapeError.self) { try z.mse(.zeros([3, 2])) }
    #expect(throws: ShapeError.self) { try z.crossEntropy(RowIndex([0, 3], bound: 4)) }
    #expect(throws: ShapeError.self) { try z.crossEntropy(RowIndex([0], bound: 3)) }
  }
}

@Suite struct BackwardTests {
  @Test("a tensor used several times gets the sum of its gradients")
  func fanOut() throws {
    let x = try Real([2, 3], [2]).requiringGradient()
    let y = try (x * x) + x
    try (y + y.relu()).sum().backward()
    #expect(x.gradient?.array == [10, 14])
  }

  @Test("constants get no gradient and record no graph; only scalars start without a gradient")
  func constants() throws {
    let x = Real.full(1, [2])
    #expect(!x.relu().needsGradient && x.gradient == nil)
    let leaf = x.requiringGradient()
    #expect(!leaf.detached().relu().needsGradient)
    #expect(throws: ShapeError.self) { try leaf.relu().backward() }
    #expect(throws: ShapeError.self) { try leaf.relu().backward(from: .zeros([3])) }
  }

  @Test("adding a gradient never changes a buffer somebody else still uses")
  func sharing() throws {
    // Both inputs of + adopt the same dy; one of them collects more afterwards.
    let (a, b) = (Real.full(1, [2]).requiringGradient(), Real.full(1, [2]).requiringGradient())
    let dy = try Real([1, 1], [2])
    let y = try (a + b) + a.scaled(by: 3)
    try y.backward(from: dy)
    #expect(a.gradient?.array == [4, 4] && b.gradient?.array == [1, 1] && dy.array == [1, 1])
  }

  @Test("a deep graph neither overflows the stack nor stays in memory")
  func depth() throws {
    let x = Real.full(1, [1]).requiringGradient()
    var y = x
    for _ in 0..<100_000 { y = y.scaled(by: 1) }
    try y.backward()
    #expect(x.gradient?.array == [1])
  }

  @Test("wrapped memory is not copied and its owner is kept alive")
  func wrapping() throws {
    final class Owner {
      let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 4)
      init() { memory.initialize(repeating: 2) }
      deinit { memory.deallocate() }
    }
    weak var alive: Owner?
    func make() throws -> Tensor<Float> {
      let owner = Owner()
      alive = owner
      return try Tensor.wrapping(UnsafeBufferPointer(owner.memory), [2, 2], owner: owner)
    }
    do {
      let tensor = try make()
      #expect(alive != nil)
      let base = alive?.memory.baseAddress
      #expect(tensor.withUnsafeBufferPointer { $0.baseAddress == UnsafePointer(base) })
      #expect(tensor.array == [2, 2, 2, 2])
    }
    #expect(alive == nil)
    #expect(throws: ShapeError.self) {
      try [Float](repeating: 0, count: 3).withUnsafeBufferPointer {
        _ = try Tensor.wrapping($0, [2, 2], owner: nil)
      }
    }
  }
}
