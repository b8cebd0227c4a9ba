extension Tensor {
  /// Scaled dot-product attention with heads (Vaswani et al., 2017): per item and head,
  /// P = softmax(Q Kᵀ / √w + mask), Y = dropout(P) V, where a head takes w = D / H neighbouring columns of Q and K, and
  /// its share of V's. A query that may see no key gets 0.
  /// - Shape: query `[B, Q, D]`, keys `[B, K, D]`, values `[B, K, E]` → output `[B, Q, E]`, weights P `[B, H, Q, K]`
  /// - Gradient: dV = dropout(P)ᵀ dY, dP = dropout(dY Vᵀ), dS = P ⊙ (dP − Σₖ P dP) / √w, dQ = dS K, dK = dSᵀ Q; the
  ///   mask gets none, and the weights are returned outside the graph
  ///
  /// `dropout` acts on the weights; its mask numbers the items, `[B]`.
  public static func attention(
    query: Tensor, keys: Tensor, values: Tensor, heads: Int, mask: AttentionMask<Element>? = nil,
    dropout: (rate: Double, mask: DropoutMask)? = nil
  ) throws(ShapeError) -> (output: Tensor, weights: Tensor) {
    let (q, k, v) = (query.shape, keys.shape, values.shape)
    try ShapeError.require(
      q.rank == 3 && k.rank == 3 && v.rank == 3 && q[0] == k[0] && q[2] == k[2] && k[0] == v[0] && k[1] == v[1],
      "attention", expected: "[B, Q, D], [B, K, D] and [B, K, E]", got: "\(q), \(k) and \(v)")
    let pass = try AttentionPass<Element>(
      items: q[0], heads: heads, queries: q[1], keys: k[1], width: q[2], valueWidth: v[2], mask: mask, dropout: dropout)
    let sources = AttentionSources(
      query: (query.storage, 0, q[2]), keys: (keys.storage, 0, k[2]), values: (values.storage, 0, v[2]))
    let y = try pass.forward(sources)
    let output = record(y, [q[0], q[1], v[2]], [query, keys, values]) { dy, inputs in
      let gradients = [Storage<Element>(q.count), Storage<Element>(k.count), Storage<Element>(v.count)]
      try pass.backward(
        sources, dy, query: (gradients[0], 0, q[2]), keys: (gradients[1], 0, k[2]), values: (gradients[2], 0, v[2]))
      for (input, gradient) in zip(inputs, gradients) { input?.add(gradient) }
    }
    return (output, Tensor(pass.weights, [q[0], heads, q[1], k[1]]))
  }

  /// The same for queries, keys and values side by side in one tensor, as one linear layer makes them; nothing is
  /// copied apart.
  /// - Shape: x `[B, T, 3 D]` in the order Q, K, V → output `[B, T, D]`, weights `[B, H, T, T]`
  public func selfAttention(
    heads: Int, mask: AttentionMask<Element>? = nil, dropout: (rate: Double, mask: DropoutMask)? = nil
  ) throws(ShapeError) -> (output: Tensor, weights: Tensor) {
    try ShapeError.require(
      shape.rank == 3 && shape.last % 3 == 0, "selfAttention", expected: "[B, T, 3 D]", got: "\(shape)")
    let (items, length, width, packed) = (shape[0], shape[1], shape.last / 3, shape.last)
    let pass = try AttentionPass<Element>(
      items: items, heads: heads, queries: length, keys: length, width: width, valueWidth: width, mask: mask,
      dropout: dropout)
    let sources = AttentionSources(
      query: (storage, 0, packed), keys: (storage, width, packed), values: (storage, 2 * width, packed))
    let y = try pass.forward(sources)
    let output = Tensor.record(y, [items, length, width], [self]) { dy, inputs in
      let dx = Storage<Element>(items * length * packed)
      try pass.backward(
        sources, dy, query: (dx, 0, packed), keys: (dx, width, packed), values: (dx, 2 * width, packed))
      inputs[0]?.add(dx)
    }
    return (output, Tensor(pass.weights, [items, heads, length, length]))
  }
}

/// Where the rows of a matrix lie: memory, place of the first element, elements between rows.
private typealias Rows<Element: TensorElement> = (storage: Storage<Element>, offset: Int, step: Int)

private struct AttentionSources<Element: TensorElement> {
  let query, keys, values: Rows<Element>
}

/// One attention: its extents, its mask, and the weights that the backward pass needs again.
private struct AttentionPass<Element: TensorElement> {
  typealias K = Element.Kernels

  let items, heads, queries, keys: Int
  /// Columns of one head in queries and keys, and in values.
  let width, valueWidth: Int
  let mask: AttentionMask<Element>?
  /// A plan per item, whose rows are heads × queries.
  let dropout: [DropoutPlan]
  let weights: Storage<Element>

  init(
    items: Int, heads: Int, queries: Int, keys: Int, width: Int, valueWidth: Int, mask: AttentionMask<Element>?,
    dropout: (rate: Double, mask: DropoutMask)?
  ) throws(ShapeError) {
    guard heads > 0, width % heads == 0, valueWidth % heads == 0 else {
      throw .value(
        "attention", "\(heads) heads for widths \(width) and \(valueWidth)", expected: "heads that divide both widths")
    }
    try mask?.check(items: items, heads: heads, queries: queries, count: keys)
    var plans: [DropoutPlan] = []
    if let dropout, dropout.rate != 0 {
      let all = try DropoutPlan(rate: dropout.rate, dropout.mask, rowCount: items)
      for item in 0..<items {
        let first = all.globalRow(item) &* UInt64(heads * queries)
        plans.append(
          try DropoutPlan(
            rate: dropout.rate, DropoutMask(dropout.mask.key, rowOffset: Int(truncatingIfNeeded: first)),
            rowCount: heads * queries))
      }
    }
    (self.items, self.heads, self.queries, self.keys, self.mask) = (items, heads, queries, keys, mask)
    (self.width, self.valueWidth) = (width / heads, valueWidth / heads)
    self.dropout = plans
    weights = Storage(items * heads * queries * keys)
  }

  private var factor: Element { Element(1 / Double(max(width, 1)).squareRoot()) }
  private var pairs: Int { queries * keys }

  private func multiply(
    _ product: Product, _ a: UnsafePointer<Element>, _ lda: Int, _ b: UnsafePointer<Element>, _ ldb: Int,
    _ c: UnsafeMutablePointer<Element>, _ ldc: Int
  ) throws(ShapeError) {
    guard product.m > 0, product.n > 0 else { return }
    guard product.k > 0 else {
      for row in 0..<product.m { (c + row * ldc).clear(product.n) }
      return
    }
    let status = K.gemm(product, a, lda: lda, b, ldb: ldb, c, ldc: ldc)
    if status != 0 { throw .library("attention", status: status) }
  }

  /// The first element of one item's and head's block.
  private func place(_ rows: Rows<Element>, item: Int, count: Int, head: Int, width: Int) -> UnsafeMutablePointer<
    Element
  > {
    rows.storage.base + rows.offset + item * count * rows.step + head * width
  }

  /// The weights after dropout of one item, `[heads, queries, keys]`.
  private func dropped(_ item: Int, _ scratch: Storage<Element>?) -> UnsafePointer<Element> {
    let own = weights.pointer + item * heads * pairs
    guard let scratch else { return own }
    K.dropout(own, scratch.base, rows: heads * queries, width: keys, dropout[item], accumulate: false)
    return scratch.pointer
  }

  func forward(_ sources: AttentionSources<Element>) throws(ShapeError) -> Storage<Element> {
    let y = Storage<Element>(items * queries * heads * valueWidth)
    let scratch = dropout.isEmpty ? nil : Storage<Element>(heads * pairs)
    for item in 0..<items {
      for head in 0..<heads {
        let scores = weights.base + (item * heads + head) * pairs
        try multiply(
          Product(transposeB: true, m: queries, n: keys, k: width),
          place(sources.query, item: item, count: queries, head: head, width: width), sources.query.step,
          place(sources.keys, item: item, count: keys, head: head, width: width), sources.keys.step, scores, keys)
        K.scale(factor, scores, scores, pairs)
        K.attentionSoftmax(
          keys: mask?.keysOf(item: item, count: keys),
          pairs: mask?.pairsOf(item: item, head: head, heads: heads, count: pairs), scores, rows: queries, width: keys,
          causalOffset: mask?.isCausal == true ? 0 : nil)
      }
      let kept = dropped(item, scratch)
      let target: Rows<Element> = (y, 0, heads * valueWidth)
      for head in 0..<heads {
        try multiply(
          Product(m: queries, n: valueWidth, k: keys), kept + head * pairs, keys,
          place(sources.values, item: item, count: keys, head: head, width: valueWidth), sources.values.step,
          place(target, item: item, count: queries, head: head, width: valueWidth), target.step)
      }
    }
    return y
  }

  /// Writes the gradients of all rows of queries, keys and values.
  func backward(
    _ sources: AttentionSources<Element>, _ dy: Storage<Element>, query: Rows<Element>, keys dKeys: Rows<Element>,
    values dValues: Rows<Element>
  ) throws(ShapeError) {
    let scratch = dropout.isEmpty ? nil : Storage<Element>(heads * pairs)
    let slopes = Storage<Element>(heads * pairs)
    let slope: Rows<Element> = (dy, 0, heads * valueWidth)
    for item in 0..<items {
      let kept = dropped(item, scratch)
      for head in 0..<heads {
        let source = place(slope, item: item, count: queries, head: head, width: valueWidth)
        try multiply(
          Product(transposeA: true, m: keys, n: valueWidth, k: queries), kept + head * pairs, keys, source, slope.step,
          place(dValues, item: item, count: keys, head: head, width: valueWidth), dValues.step)
        try multiply(
          Product(transposeB: true, m: queries, n: keys, k: valueWidth), source, slope.step,
          place(sources.values, item: item, count: keys, head: head, width: valueWidth), sources.values.step,
          slopes.base + head * pairs, keys)
      }
      let rows = heads * queries
      if !dropout.isEmpty {
        K.dropout(slopes.pointer, slopes.base, rows: rows, width: keys, dropout[item], accumulate: false)
      }
      K.softmaxGradient(
        weights.pointer + item * heads * pairs, slopes.pointer, slopes.base, rows: rows, width: keys, accumulate: false)
      K.scale(factor, slopes.pointer, slopes.base, heads * pairs)
      for head in 0..<heads {
        let scores = slopes.pointer + head * pairs
        try multiply(
          Product(m: queries, n: width, k: keys), scores, keys,
          place(sources.keys, item: item, count: keys, head: head, width: width), sources.keys.step,
          place(query, item: item, count: queries, head: head, width: width), query.step)
        try multiply(
          Product(transposeA: true, m: keys, n: width, k: queries), scores, keys,
          place(sources.query, item: item, count: queries, head: head, width: width), sources.query.step,
          place(dKeys, item: item, count: keys, head: head, width: width), dKeys.step)
      }
    }
  }
}
