extension Tensor {
  /// Multi-head attention of one query per row over the row itself, the members of its set, and all H tokens weighted
  /// with the row's own weights p: the first row of an encoder's attention over [self; set; p_h · token_h + type], where
  /// the keys of a weighted token are p_h · key_h + typeKey. No `[B, H, D]` tensor is formed. FMCHS's GELRAM.
  ///
  /// Per head of width W, with Q = query / √W: scores Q · selfKey, Q · setKeys[s] for s in the row's set,
  /// p_h (Q · tokenKeys[h]) + Q · typeKey; a = softmax over all of them;
  /// y = a_self selfValue + Σ a_s setValues[s] + Σ a_h p_h tokenValues[h] + (Σ a_h) typeValue.
  /// A row's result and gradients do not depend on the rows beside it; sums over rows run in their order.
  /// - Parameters:
  ///   - query: `[B, D]`
  ///   - selfKey: `[B, D]`
  ///   - selfValue: `[B, D]`
  ///   - setKeys: `[S, D]`
  ///   - setValues: `[S, D]`
  ///   - sets: the members of each of the B rows, below S
  ///   - tokenKeys: `[H, D]`
  ///   - tokenValues: `[H, D]`
  ///   - typeKey: `[D]`, what is added to every token's key
  ///   - typeValue: `[D]`, what is added to every token's value
  ///   - weights: p `[B, H]`
  ///   - heads: divides D
  ///   - dropout: of the probabilities a. The mask's row is the row; its column is 0 for self, 1 + s for member s and
  ///     1 + S + h for token h, plus head · (1 + S + H).
  /// - Shape: → `[B, D]`, heads side by side
  /// - Gradient: to all tensors
  /// - Throws: `ShapeError` for shapes that do not fit, and for a rate outside 0 ..< 1
  @specialized(where Element == Float)
  public static func weightedTokenAttention(
    query: Tensor, selfKey: Tensor, selfValue: Tensor, setKeys: Tensor, setValues: Tensor, sets: RowSets,
    tokenKeys: Tensor, tokenValues: Tensor, typeKey: Tensor, typeValue: Tensor, weights: Tensor, heads: Int,
    dropout: (rate: Double, mask: DropoutMask)? = nil
  ) throws(ShapeError) -> Tensor {
    let tensors = [
      query, selfKey, selfValue, setKeys, setValues, tokenKeys, tokenValues, typeKey, typeValue, weights,
    ]
    try checkTokenAttention(tensors, sets, heads: heads)
    let (rows, width) = (query.shape[0], query.shape[1])
    let plan = try DropoutPlan.of(dropout, rowCount: rows)
    let pass = TokenAttentionPass(
      tensors.map(\.storage), sets, rows: rows, tokens: tokenKeys.shape[0], heads: heads, width: width / heads,
      factor: Element(plan?.factor ?? 1))
    let y = pass.forward(plan)
    return record(y, query.shape, tensors) { dy, nodes in pass.backward(dy, nodes) }
  }

  /// - Parameter tensors: in the order of `weightedTokenAttention`'s parameters
  private static func checkTokenAttention(_ tensors: [Tensor], _ sets: RowSets, heads: Int) throws(ShapeError) {
    let operation = "weightedTokenAttention"
    let (query, tokens) = (tensors[0].shape, tensors[5].shape)
    try ShapeError.require(
      query.rank == 2 && heads > 0 && query.last > 0 && query.last % heads == 0, operation,
      expected: "queries of [B, a multiple of \(heads) heads]", got: "\(query)")
    let (rows, width) = (query[0], query[1])
    try ShapeError.require(
      tokens.rank == 2 && tokens.last == width, operation, expected: "tokenKeys of [H, \(width)]", got: "\(tokens)")
    try ShapeError.require(
      sets.count == rows, operation, expected: "a set for each of \(rows) rows", got: "\(sets.count)")
    let expected: [(String, Shape)] = [
      ("query", query), ("selfKey", query), ("selfValue", query), ("setKeys", [sets.bound, width]),
      ("setValues", [sets.bound, width]), ("tokenKeys", tokens), ("tokenValues", tokens), ("typeKey", [width]),
      ("typeValue", [width]), ("weights", [rows, tokens[0]]),
    ]
    for (tensor, (name, shape)) in zip(tensors, expected) {
      // A row of one may be given as [1, D].
      let fits = tensor.shape == shape || (shape.rank == 1 && tensor.shape == Shape([1, width]))
      try ShapeError.require(fits, operation, expected: "\(name) of \(shape)", got: "\(tensor.shape)")
    }
  }
}

/// What the forward pass keeps for the backward pass.
private final class TokenAttentionPass<Element: TensorElement> {
  private let tensors: [Storage<Element>]
  private let sets: RowSets
  private let rows, tokens, heads, width: Int
  private let factor: Element
  private let own, members, others: Storage<Element>

  init(
    _ tensors: [Storage<Element>], _ sets: RowSets, rows: Int, tokens: Int, heads: Int, width: Int, factor: Element
  ) {
    (self.tensors, self.sets, self.factor) = (tensors, sets, factor)
    (self.rows, self.tokens, self.heads, self.width) = (rows, tokens, heads, width)
    own = Storage(rows * heads)
    members = Storage(sets.members.count * heads)
    others = Storage(rows * heads * ((tokens + 15) / 16 * 16))
  }

  private func withInputs<R>(
    _ body: (TokenAttentionInputs<Element>, TokenAttentionTensors<Element>) -> R
  ) -> R {
    pass(sets.offsets, sets.members, body)
  }

  private func pass<R>(
    _ offsets: UnsafePointer<Int32>, _ members: UnsafePointer<Int32>,
    _ body: (TokenAttentionInputs<Element>, TokenAttentionTensors<Element>) -> R
  ) -> R {
    let inputs = TokenAttentionInputs(
      rows: rows, sets: sets.bound, tokens: tokens, heads: heads, width: width, query: tensors[0].pointer,
      selfKey: tensors[1].pointer, selfValue: tensors[2].pointer, setKeys: tensors[3].pointer,
      setValues: tensors[4].pointer, tokenKeys: tensors[5].pointer, tokenValues: tensors[6].pointer,
      typeKey: tensors[7].pointer, typeValue: tensors[8].pointer, weights: tensors[9].pointer, offsets: offsets,
      members: members)
    return body(inputs, TokenAttentionTensors(own: own.base, members: self.members.base, tokens: others.base))
  }

  func forward(_ plan: DropoutPlan?) -> Storage<Element> {
    let y = Storage<Element>(tensors[0].count)
    withInputs { inputs, probabilities in Element.Kernels.tokenAttention(inputs, y.base, probabilities, plan) }
    return y
  }

  func backward(_ dy: Storage<Element>, _ nodes: [Node<Element>?]) {
    let results = tensors.map { Storage<Element>($0.count) }
    withInputs { inputs, probabilities in
      Element.Kernels.tokenAttentionGradient(
        inputs, dy.pointer, probabilities, factor: factor,
        TokenAttentionGradients(
          query: results[0].base, selfKey: results[1].base, selfValue: results[2].base, setKeys: results[3].base,
          setValues: results[4].base, tokenKeys: results[5].base, tokenValues: results[6].base,
          typeKey: results[7].base, typeValue: results[8].base, weights: results[9].base))
    }
    for (node, result) in zip(nodes, results) { node?.add(result) }
  }
}
