import TensorCore
import Testing

@Suite struct WeightedTokenAttentionTests {
  /// B rows, S set members, H tokens, heads of a width.
  struct Extent: CustomStringConvertible {
    var rows, sets, tokens, heads, width: Int
    var description: String { "\(rows) x (\(sets) + \(tokens)), \(heads) heads of \(width)" }
  }

  static let small = Extent(rows: 3, sets: 4, tokens: 5, heads: 2, width: 3)

  /// The tensors in the order of the operation's parameters, and the sets.
  static func inputs<E: TensorElement>(_ extent: Extent, _: E.Type) throws -> (tensors: [Tensor<E>], sets: RowSets) {
    let columns = extent.heads * extent.width
    let shapes = [
      [extent.rows, columns], [extent.rows, columns], [extent.rows, columns], [extent.sets, columns],
      [extent.sets, columns], [extent.tokens, columns], [extent.tokens, columns], [columns], [columns],
    ]
    var tensors: [Tensor<E>] = try shapes.enumerated().map { try normal($1, UInt64($0 + 1)) }
    tensors.append(try (normal([extent.rows, extent.tokens], 20) as Tensor<E>).sigmoid())
    let rows = (0..<extent.rows).map { row in (0..<extent.sets).filter { ($0 * 5 + row) % 3 == 0 }.map { Int32($0) } }
    return (tensors, try RowSets(rows, bound: extent.sets))
  }

  static func run<E: TensorElement>(
    _ t: [Tensor<E>], _ sets: RowSets, heads: Int, dropout: (rate: Double, mask: DropoutMask)? = nil
  ) throws -> Tensor<E> {
    try Tensor.weightedTokenAttention(
      query: t[0], selfKey: t[1], selfValue: t[2], setKeys: t[3], setValues: t[4], sets: sets, tokenKeys: t[5],
      tokenValues: t[6], typeKey: t[7], typeValue: t[8], weights: t[9], heads: heads, dropout: dropout)
  }

  /// The same by an attention over all positions: keys [B, 1 + S + H, D] with a mask for who is not in the set.
  static func dense<E: TensorElement>(_ t: [Tensor<E>], _ sets: RowSets, _ extent: Extent) throws -> Tensor<E> {
    let (rows, columns) = (extent.rows, extent.heads * extent.width)
    func positions(_ own: Tensor<E>, _ set: Tensor<E>, _ tokens: Tensor<E>, _ type: Tensor<E>) throws -> Tensor<E> {
      let many = [rows, extent.tokens, columns]
      let weights = try t[9].reshaped([rows, extent.tokens, 1]).broadcast(to: many)
      let weighted = try tokens.broadcast(to: many) * weights + type.broadcast(to: many)
      return try Tensor.concatenated(
        [own.reshaped([rows, 1, columns]), set.broadcast(to: [rows, extent.sets, columns]), weighted], axis: 1)
    }
    var mask = Array(repeating: E(0), count: rows * (1 + extent.sets + extent.tokens))
    for row in 0..<rows {
      let members = sets.members[Int(sets.offsets[row])..<Int(sets.offsets[row + 1])]
      for s in 0..<extent.sets where !members.contains(Int32(s)) {
        mask[row * (1 + extent.sets + extent.tokens) + 1 + s] = -.infinity
      }
    }
    let keys = try positions(t[1], t[3], t[5], t[7])
    let values = try positions(t[2], t[4], t[6], t[8])
    let attention = try Tensor.attention(
      query: t[0].reshaped([rows, 1, columns]), keys: keys, values: values, heads: extent.heads,
      mask: AttentionMask(keys: Tensor(mask, [rows, 1 + extent.sets + extent.tokens])))
    return try attention.output.reshaped([rows, columns])
  }

  @Test("known values: with zero keys everything weighs the same")
  func known() throws {
    let (query, zero) = (try Real([5], [1, 1]), Real.zeros([1]))
    let sets = try RowSets([[1]], bound: 2)
    let y = try Tensor.weightedTokenAttention(
      query: query, selfKey: .zeros([1, 1]), selfValue: Real([8], [1, 1]), setKeys: .zeros([2, 1]),
      setValues: Real([100, 16], [2, 1]), sets: sets, tokenKeys: .zeros([2, 1]), tokenValues: Real([4, 2], [2, 1]),
      typeKey: zero, typeValue: Real([1], [1]), weights: Real([0.5, 1], [1, 2]), heads: 1)
    expectClose(y.array, [(8 + 16 + (0.5 * 4 + 1) + (2 + 1)) / 4], absolute: 1e-14)
  }

  @Test("equals an attention over all positions, value and gradients")
  func composed() throws {
    let (tensors, sets) = try Self.inputs(Self.small, Double.self)
    var results: [[Double]] = []
    for fused in [true, false] {
      let leaves = tensors.map { $0.requiringGradient() }
      let y = try fused ? Self.run(leaves, sets, heads: 2) : Self.dense(leaves, sets, Self.small)
      try y.backward(from: normal([3, 6], 30))
      results.append(try y.array + leaves.flatMap { try #require($0.gradient).array })
    }
    expectClose(results[0], results[1], absolute: 1e-12)
  }

  @Test("gradients agree with central differences, also with dropout, for empty sets and without tokens")
  func gradients() throws {
    let (tensors, sets) = try Self.inputs(Self.small, Double.self)
    try expectGradients(tensors) { try Self.run($0, sets, heads: 2) }
    let mask = DropoutMask(DropoutKey(seed: 3, step: 1, layer: 2), rows: [7, 2, 40])
    try expectGradients(tensors) { try Self.run($0, sets, heads: 2, dropout: (0.4, mask)) }
    let none = try RowSets([[], [3], []], bound: 4)
    try expectGradients(tensors) { try Self.run($0, none, heads: 1) }
    let (few, fewSets) = try Self.inputs(Extent(rows: 2, sets: 3, tokens: 0, heads: 1, width: 2), Double.self)
    // Without tokens their tensors have no elements, and the type's gradient is 0.
    try expectGradients(few) { try Self.run($0, fewSets, heads: 1) }
  }

  @Test("dropout follows the mask, head by head")
  func dropout() throws {
    let extent = Extent(rows: 2, sets: 3, tokens: 70, heads: 2, width: 80)
    let columns = extent.heads * extent.width
    let mask = DropoutMask(DropoutKey(seed: 1, step: 2, layer: 3), rowOffset: 11)
    let sets = try RowSets([[0, 1, 2], [0, 1, 2]], bound: 3)
    // Zero keys; position k of 74 has the value of unit vector k in both heads, so that y is the row of weights.
    func units(_ first: Int, _ count: Int) throws -> Tensor<Float> {
      var values = Array(repeating: Float(0), count: count * columns)
      for k in 0..<count { for head in 0..<2 { values[k * columns + head * 80 + first + k] = 1 } }
      return try Tensor(values, [count, columns])
    }
    let own = try units(0, 1)
    let y = try Tensor.weightedTokenAttention(
      query: .zeros([2, columns]), selfKey: .zeros([2, columns]), selfValue: Tensor.joinedRows([own, own]),
      setKeys: .zeros([3, columns]), setValues: units(1, 3), sets: sets, tokenKeys: .zeros([70, columns]),
      tokenValues: units(4, 70), typeKey: .zeros([columns]), typeValue: .zeros([columns]), weights: .full(1, [2, 70]),
      heads: 2, dropout: (0.5, mask))
    let expected = try Tensor<Float>.full(1 / 74, [2, 148]).dropout(0.5, mask).array
    let got = y.array
    for row in 0..<2 {
      for head in 0..<2 {
        let part = Array(got[(row * columns + head * 80)..<(row * columns + head * 80 + 74)])
        expectClose(part, Array(expected[(row * 148 + head * 74)..<(row * 148 + head * 74 + 74)]), "\(row) \(head)")
      }
    }
  }

  static let extents = [
    Extent(rows: 1, sets: 2, tokens: 1, heads: 1, width: 1), Extent(rows: 5, sets: 3, tokens: 17, heads: 2, width: 5),
    Extent(rows: 16, sets: 9, tokens: 64, heads: 4, width: 16),
    Extent(rows: 23, sets: 40, tokens: 131, heads: 3, width: 16),
    Extent(rows: 35, sets: 6, tokens: 48, heads: 2, width: 33), Extent(rows: 4, sets: 3, tokens: 0, heads: 1, width: 8),
    Extent(rows: 0, sets: 3, tokens: 20, heads: 1, width: 8), Extent(rows: 7, sets: 0, tokens: 95, heads: 1, width: 64),
  ]

  /// Value and gradients on given kernels: the float kernels, or the plain loops of doubles.
  static func results<E: TensorElement>(
    _ tensors: [Tensor<E>], _ sets: RowSets, _ extent: Extent, dropout: Bool
  ) throws -> [[Double]] {
    let mask = DropoutMask(DropoutKey(seed: 5, step: 6, layer: 7), rowOffset: 1000)
    let leaves = tensors.map { $0.requiringGradient() }
    let y = try run(leaves, sets, heads: extent.heads, dropout: dropout ? (0.3, mask) : nil)
    let slopes: Tensor<E> = try normal([extent.rows, extent.heads * extent.width], 40)
    try y.backward(from: slopes)
    return try [y.array.map { Double($0) }] + leaves.map { try #require($0.gradient).array.map { Double($0) } }
  }

  @Test("vector kernels equal the plain loops'", arguments: extents, [false, true])
  func fast(extent: Extent, special: Bool) throws {
    var (tensors, sets) = try Self.inputs(extent, Float.self)
    if special {
      for number in [0, 3, 5, 9] where tensors[number].shape.count > 5 {
        var values = tensors[number].array
        (values[1], values[values.count - 3]) = (.nan, number == 9 ? 0 : .infinity)
        tensors[number] = try Tensor(values, tensors[number].shape.axes)
        let plain = try tensors.map { try Real($0.array.map { Double($0) }, $0.shape.axes) }
        try compare(tensors, plain, sets, extent)
        tensors = try Self.inputs(extent, Float.self).tensors
      }
    } else {
      let plain = try tensors.map { try Real($0.array.map { Double($0) }, $0.shape.axes) }
      try compare(tensors, plain, sets, extent)
    }
  }

  func compare(_ fast: [Tensor<Float>], _ plain: [Real], _ sets: RowSets, _ extent: Extent) throws {
    for dropout in [false, true] {
      let a = try Self.results(fast, sets, extent, dropout: dropout)
      let b = try Self.results(plain, sets, extent, dropout: dropout)
      for (number, (a, b)) in zip(a, b).enumerated() {
        expectClose(a, b, absolute: 2e-4, relative: 2e-4, "\(extent), result \(number), dropout \(dropout)")
      }
    }
  }

  @Test("a row's bits do not depend on the rows beside it")
  func rows() throws {
    let extent = Extent(rows: 37, sets: 5, tokens: 83, heads: 2, width: 16)
    let (t, sets) = try Self.inputs(extent, Float.self)
    let key = DropoutKey(seed: 5, step: 6, layer: 7)
    func part(_ range: Range<Int>) throws -> [Float] {
      let offsets = sets.offsets[range.lowerBound...range.upperBound].map { Int($0 - sets.offsets[range.lowerBound]) }
      let members = sets.members[Int(sets.offsets[range.lowerBound])..<Int(sets.offsets[range.upperBound])]
      var tensors = t
      for number in [0, 1, 2, 9] { tensors[number] = try t[number].rows(range) }
      tensors[0] = tensors[0].requiringGradient()
      tensors[9] = tensors[9].requiringGradient()
      let y = try Self.run(
        tensors, RowSets(offsets: offsets, members: Array(members), bound: 5), heads: 2,
        dropout: (0.3, DropoutMask(key, rowOffset: range.lowerBound)))
      try y.backward(from: .full(0.5, y.shape.axes))
      return try y.array + #require(tensors[0].gradient).array + #require(tensors[9].gradient).array
    }
    let whole = try part(0..<37)
    for range in [0..<1, 3..<20, 16..<37] {
      let some = try part(range)
      let (width, tokens, count) = (32, 83, range.count)
      #expect(some[..<(count * width)] == whole[(range.lowerBound * width)..<(range.upperBound * width)])
      let (dq, dp) = (37 * width, 74 * width)
      #expect(
        some[(count * width)..<(2 * count * width)].elementsEqual(
          whole[(dq + range.lowerBound * width)..<(dq + range.upperBound * width)]))
      #expect(
        some[(2 * count * width)...].elementsEqual(
          whole[(dp + range.lowerBound * tokens)..<(dp + range.upperBound * tokens)]))
    }
  }

  @Test("wrong shapes, sets and rates are refused")
  func refused() throws {
    let (tensors, sets) = try Self.inputs(Self.small, Double.self)
    for number in tensors.indices {
      var wrong = tensors
      wrong[number] = .zeros(tensors[number].shape.axes.map { $0 + 1 })
      #expect(throws: ShapeError.self) { try Self.run(wrong, sets, heads: 2) }
    }
    #expect(throws: ShapeError.self) { try Self.run(tensors, sets, heads: 4) }
    #expect(throws: ShapeError.self) { try Self.run(tensors, sets, heads: 0) }
    #expect(throws: ShapeError.self) { try Self.run(tensors, RowSets([[0], [1]], bound: 4), heads: 2) }
    #expect(throws: ShapeError.self) { try Self.run(tensors, RowSets([[0], [1], []], bound: 5), heads: 2) }
    let mask = DropoutMask(DropoutKey(seed: 0, step: 0, layer: 0))
    #expect(throws: ShapeError.self) { try Self.run(tensors, sets, heads: 2, dropout: (-0.1, mask)) }
    #expect(throws: ShapeError.self) {
      try Self.run(tensors, sets, heads: 2, dropout: (0.1, DropoutMask(mask.key, rows: [1])))
    }
  }
}
