import TensorCore
import Testing

@Suite struct AttentionTests {
  /// Attention from smaller operations: heads apart, a product per head, softmax, product.
  func composed<E: TensorElement>(
    _ q: Tensor<E>, _ k: Tensor<E>, _ v: Tensor<E>, heads: Int, added: Tensor<E>? = nil
  ) throws -> Tensor<E> {
    func apart(_ x: Tensor<E>) throws -> Tensor<E> {
      try x.reshaped([x.shape[0], x.shape[1], heads, x.shape[2] / heads]).permuted([0, 2, 1, 3])
    }
    let factor = 1 / Double(q.shape[2] / heads).squareRoot()
    let scores = try apart(q).batchMatmul(transposed: apart(k)).scaled(by: factor)
    let weights = try scores.softmax(mask: added?.broadcast(to: scores.shape.axes))
    let y = try weights.batchMatmul(apart(v)).permuted([0, 2, 1, 3])
    return try y.reshaped([q.shape[0], q.shape[1], v.shape[2]])
  }

  struct Extent: CustomTestStringConvertible {
    let items, queries, keys, width, heads: Int
    var testDescription: String { "\(items)x\(queries)x\(keys)x\(width)/\(heads)" }
  }
  static let extents = [
    Extent(items: 1, queries: 1, keys: 1, width: 1, heads: 1),
    Extent(items: 2, queries: 3, keys: 5, width: 6, heads: 3),
    Extent(items: 3, queries: 17, keys: 33, width: 48, heads: 4),
    Extent(items: 1, queries: 1, keys: 70, width: 16, heads: 2),
  ]

  @Test("equals the composition of smaller operations, in both precisions", arguments: extents)
  func composition(extent: Extent) throws {
    func check<E: TensorElement>(_: E.Type, _ absolute: E) throws {
      let q: Tensor<E> = try normal([extent.items, extent.queries, extent.width], 1)
      let k: Tensor<E> = try normal([extent.items, extent.keys, extent.width], 2)
      let v: Tensor<E> = try normal([extent.items, extent.keys, 2 * extent.width], 3)
      let pairs: Tensor<E> = try normal([extent.queries, extent.keys], 4)
      let keys: Tensor<E> = try normal([extent.items, extent.keys], 5)
      let both = AttentionMask(keys: keys, pairs: pairs)
      let added = try keys.reshaped([extent.items, 1, 1, extent.keys])
        .broadcast(to: [extent.items, 1, extent.queries, extent.keys])
      let sum = try added + pairs.broadcast(to: added.shape.axes)
      let fused = try Tensor.attention(query: q, keys: k, values: v, heads: extent.heads, mask: both)
      let plain = try composed(q, k, v, heads: extent.heads, added: sum)
      expectClose(fused.output.array, plain.array, absolute: absolute, relative: absolute)
      expectClose(
        try fused.weights.sum(axis: -1).array,
        Array(repeating: 1, count: extent.items * extent.heads * extent.queries), absolute: absolute)
      #expect(!fused.weights.needsGradient)
    }
    try check(Double.self, 1e-12)
    try check(Float.self, 3e-6)
  }

  @Test("gradients agree with central differences")
  func gradients() throws {
    let inputs: [Real] = [try normal([2, 3, 4], 1), try normal([2, 5, 4], 2), try normal([2, 5, 6], 3)]
    let masks: [AttentionMask<Double>?] = [
      nil, try .padding(lengths: [5, 2], keys: 5, isCausal: true), AttentionMask(pairs: try normal([2, 3, 5], 4)),
      AttentionMask(keys: try normal([2, 5], 5), pairs: try normal([2, 2, 3, 5], 6)),
    ]
    for mask in masks {
      try expectGradients(inputs) {
        try Tensor.attention(query: $0[0], keys: $0[1], values: $0[2], heads: 2, mask: mask).output
      }
    }
    let dropout = (rate: 0.4, mask: DropoutMask(DropoutKey(seed: 1, step: 2, layer: 3)))
    try expectGradients(inputs) {
      try Tensor.attention(query: $0[0], keys: $0[1], values: $0[2], heads: 2, dropout: dropout).output
    }
    try expectGradients([normal([2, 3, 12], 7)]) {
      try $0[0].selfAttention(heads: 2, mask: .causal, dropout: dropout).output
    }
    // One tensor for all three: its gradient is the sum of three.
    try expectGradients([normal([2, 3, 4], 8)]) {
      try Tensor.attention(query: $0[0], keys: $0[0], values: $0[0], heads: 2).output
    }
  }

  @Test("packed self-attention equals attention of the three parts, bit for bit")
  func packed() throws {
    let x: Tensor<Float> = try normal([3, 7, 24], 1)
    let parts = try x.split([8, 8, 8])
    let apart = try Tensor.attention(query: parts[0], keys: parts[1], values: parts[2], heads: 2, mask: .causal)
    let together = try x.selfAttention(heads: 2, mask: .causal)
    #expect(together.output.array == apart.output.array && together.weights.array == apart.weights.array)
  }

  @Test("hidden keys have no weight; a query that may see nothing gives 0 and gradient 0")
  func hidden() throws {
    func check<E: TensorElement>(_: E.Type) throws {
      let x: Tensor<E> = try normal([2, 3, 6], 1).requiringGradient()
      let mask = try AttentionMask<E>.padding(lengths: [0, 2], keys: 3)
      let result = try x.selfAttention(heads: 1, mask: mask)
      #expect(Array(result.output.array.prefix(6)) == [0, 0, 0, 0, 0, 0])
      #expect(result.weights.array[11] == 0 && result.weights.array[10] > 0)
      try result.output.backward(from: .full(1, [2, 3, 2]))
      let gradient = try #require(x.gradient).array
      #expect(gradient.prefix(18).allSatisfy { $0 == 0 } && gradient.allSatisfy { !$0.isNaN })
      let marks = try Tensor<E>([1, 1, 1, 0, 0, 1], [2, 3])
      #expect(try x.selfAttention(heads: 1, mask: .hiding(marks)).output.array == result.output.array)
    }
    try check(Double.self)
    try check(Float.self)
  }

  @Test("an item's dropout does not depend on which items stand beside it")
  func dropoutOfItems() throws {
    let x: Tensor<Float> = try normal([3, 4, 12], 1)
    let key = DropoutKey(seed: 1, step: 2, layer: 3)
    let all = try x.selfAttention(heads: 2, dropout: (0.5, DropoutMask(key))).output
    let one = try x.rows(2..<3).selfAttention(heads: 2, dropout: (0.5, DropoutMask(key, rowOffset: 2))).output
    let listed = try x.rows(2..<3).selfAttention(heads: 2, dropout: (0.5, DropoutMask(key, rows: [2]))).output
    #expect(try all.rows(2..<3).array == one.array && listed.array == one.array)
    #expect(try x.rows(2..<3).selfAttention(heads: 2, dropout: (0.5, DropoutMask(key))).output.array != one.array)
  }

  @Test("no items, no queries and no keys work")
  func empty() throws {
    for (items, queries, keys) in [(0, 2, 2), (2, 0, 2), (2, 2, 0)] {
      let q = Tensor<Float>.full(1, [items, queries, 4]).requiringGradient()
      let k = Tensor<Float>.full(1, [items, keys, 4])
      let y = try Tensor.attention(query: q, keys: k, values: k, heads: 2).output
      #expect(y.array.allSatisfy { $0 == 0 } && y.shape == Shape([items, queries, 4]))
      try y.backward(from: y.detached())
      #expect(q.gradient?.array.allSatisfy { $0 == 0 } == true)
    }
  }

  @Test("wrong shapes, heads and masks are refused")
  func refused() throws {
    let x = Real.zeros([2, 3, 6])
    func attend(_ k: Real, _ v: Real, heads: Int = 2, mask: AttentionMask<Double>? = nil) throws {
      _ = try Tensor.attention(query: x, keys: k, values: v, heads: heads, mask: mask)
    }
    #expect(throws: ShapeError.self) { try attend(.zeros([2, 3, 4]), x) }
    #expect(throws: ShapeError.self) { try attend(x, .zeros([2, 4, 6])) }
    #expect(throws: ShapeError.self) { try attend(.zeros([1, 3, 6]), .zeros([1, 3, 6])) }
    let error = #expect(throws: ShapeError.self) { try attend(x, x, heads: 4) }
    #expect(error?.description == "attention: got 4 heads for widths 6 and 6, expected heads that divide both widths.")
    #expect(throws: ShapeError.self) { try attend(x, x, heads: 0) }
    #expect(throws: ShapeError.self) { try attend(x, x, mask: AttentionMask(keys: .zeros([3, 3]))) }
    #expect(throws: ShapeError.self) { try attend(x, x, mask: AttentionMask(pairs: .zeros([2, 3]))) }
    #expect(throws: ShapeError.self) { try AttentionMask<Double>.padding(lengths: [4], keys: 3) }
    #expect(throws: ShapeError.self) { try Real.zeros([2, 3, 4]).selfAttention(heads: 1) }
    #expect(throws: ShapeError.self) { try Real.zeros([2, 6]).selfAttention(heads: 1) }
    let mask = DropoutMask(DropoutKey(seed: 1, step: 1, layer: 1), rows: [1])
    #expect(throws: ShapeError.self) { try x.selfAttention(heads: 1, dropout: (0.5, mask)) }
  }
}
