// The gradient of the fused network: per layer two passes over the rows, each after a BatchNorm's sums are known.

/// Memory of one part's backward pass.
final class GINPartGradients<Element: TensorElement> {
  /// dL/d(output of the layer at hand) `[atoms, C]`, then the same before dropout and ReLU.
  let slopes: Storage<Element>
  /// The same per colour, in the first layer.
  let grouped: Storage<Element>
  /// dL/d(result of the first linear layer's BatchNorm) `[atoms, D]`
  let hidden: Storage<Element>
  /// dL/d(messages) `[atoms, C]`
  let messages: Storage<Element>
  /// Tiles `[tile, C]` and `[tile, D]`.
  let narrow, wide: Storage<Element>

  init(atoms: Int, colours: Int, width: Int, hidden: Int) {
    slopes = Storage(atoms * width)
    grouped = Storage(colours * width)
    self.hidden = Storage(atoms * hidden)
    messages = Storage(atoms * width)
    narrow = Storage(GINPass<Element>.tile * width)
    wide = Storage(GINPass<Element>.tile * hidden)
  }
}

extension GINPass {
  /// - Parameters:
  ///   - dy: `[molecules, C]`
  ///   - nodes: those of `inputs`
  func backward(_ dy: Storage<Element>, _ nodes: [Node<Element>?]) throws {
    let last = layers.count - 1
    WorkTeam.run(parts.count) { number in
      let part = parts[number]
      let memory = GINPartGradients<Element>(
        atoms: part.part.graph.nodes, colours: part.part.colours.count, width: width, hidden: hidden)
      part.backward = memory
      K.segmentMeanGradient(
        dy.pointer + part.firstMolecule * width, part.part.molecules.offsets, memory.slopes.base,
        segments: part.part.molecules.count, width: width, accumulate: false)
      slopeSums(last, part, memory)
    }
    defer { for part in parts { part.backward = nil } }
    for index in layers.indices.reversed() {
      let place = normPlace(index)
      let second = try norms[index].second.backward(
        parts.map({ $0.sums }), weight: nodes[place + 2], bias: nodes[place + 3])
      try WorkTeam.run(parts.count) { number in
        let part = parts[parts.count - 1 - number]
        guard let memory = part.backward else { return }
        try nodes[part.places[index] + 2].collecting(width * hidden) { dw in
          try secondHalf(index, second, dw, part, memory)
        }
      }
      let first = try norms[index].first.backward(
        parts.map({ $0.sums }), weight: nodes[place], bias: nodes[place + 1])
      try WorkTeam.run(parts.count) { number in
        let part = parts[number]
        guard let memory = part.backward else { return }
        try nodes[part.places[index] + 1].collecting(width * hidden) { dw in
          try firstHalf(index, first, dw, part, memory)
        }
        messageGradient(index, part, memory, nodes)
        if index > 0 { slopeSums(index - 1, part, memory) }
      }
    }
  }

  /// dL/dy of a layer through dropout and ReLU, and its sums for the second BatchNorm.
  private func slopeSums(_ index: Int, _ part: GINPartState<Element>, _ memory: GINPartGradients<Element>) {
    let (state, norm, relu) = (part.layers[index], norms[index].second, layers[index].relu)
    if index == 0 {
      let colours = part.part.colours
      K.batchSlopesGrouped(
        state.output.pointer, memory.slopes.pointer, offsets: colours.memberOffsets, members: colours.members,
        memory.grouped.base, groups: colours.count, width: width, relu: relu, state.plan)
    }
    let slopes = index == 0 ? memory.grouped.base : memory.slopes.base
    part.collectSums(width: width, rows: part.lists(index).count) { rows, sum, product in
      let start = rows.lowerBound * width
      if index > 0 {
        K.batchSlopes(
          state.output.pointer + start, slopes + start, slopes + start, rows: rows.count, width: width, relu: relu,
          state.plan?.shifted(by: rows.lowerBound))
      }
      K.maskedSums(
        state.z2.pointer + start, mean: norm.mean.pointer, inverse: norm.inverse.pointer, nil, slopes + start,
        rows: rows.count, width: width, sum: sum, product: product)
    }
  }

  private typealias Coefficients = (a: Storage<Element>, b: Storage<Element>, c: Storage<Element>)

  /// Through the second BatchNorm, the second linear layer and the ReLU before it; sums for the first BatchNorm.
  private func secondHalf(
    _ index: Int, _ to: Coefficients, _ dw: UnsafeMutablePointer<Element>, _ part: GINPartState<Element>,
    _ memory: GINPartGradients<Element>
  ) throws {
    let (state, norm, product) = (part.layers[index], norms[index].first, products[index].second)
    let slopes = index == 0 ? memory.grouped.pointer : memory.slopes.pointer
    let (weights, count) = (part.weights(index), part.lists(index).count)
    try part.collectSums(width: hidden, rows: count) { rows, sum, products in
      let (narrow, wide) = (rows.lowerBound * width, rows.lowerBound * hidden)
      K.batchSlopeRows(
        state.z2.pointer + narrow, slopes + narrow, weights: weights.map { $0 + rows.lowerBound }, a: to.a.pointer,
        b: to.b.pointer, c: to.c.pointer, memory.narrow.base, rows: rows.count, width: width)
      K.batchApply(
        state.z1.pointer + wide, scale: norm.scale.pointer, shift: norm.shift.pointer, memory.wide.base,
        rows: rows.count, width: hidden, relu: true, nil)
      try product.weightGradient(
        memory.narrow.pointer, memory.wide.pointer, dw, rows: rows.count,
        ahead: part.next(after: rows, of: hidden, state.z1, rows: count))
      try product.inputGradient(
        memory.narrow.pointer, memory.hidden.base + wide, rows: rows.count,
        ahead: part.next(after: rows, of: width, state.z2, rows: count))
      K.maskedSums(
        state.z1.pointer + wide, mean: norm.mean.pointer, inverse: norm.inverse.pointer, memory.wide.pointer,
        memory.hidden.base + wide, rows: rows.count, width: hidden, sum: sum, product: products)
    }
  }

  /// Through the first BatchNorm and the first linear layer.
  private func firstHalf(
    _ index: Int, _ to: Coefficients, _ dw: UnsafeMutablePointer<Element>, _ part: GINPartState<Element>,
    _ memory: GINPartGradients<Element>
  ) throws {
    let (state, product, weights) = (part.layers[index], products[index].first, part.weights(index))
    let (lists, h, bonds) = (part.lists(index), part.input(index), part.bonds[index]?.pointer)
    let factor = 1 + layers[index].weights[0].eps.item
    try GINPartState<Element>.forEachTile(lists.count) { rows in
      let (narrow, wide) = (rows.lowerBound * width, rows.lowerBound * hidden)
      K.batchSlopeRows(
        state.z1.pointer + wide, memory.hidden.pointer + wide, weights: weights.map { $0 + rows.lowerBound },
        a: to.a.pointer, b: to.b.pointer, c: to.c.pointer, memory.wide.base, rows: rows.count, width: hidden)
      K.messageRows(lists, h, bonds, self: factor, memory.narrow.base, rows: rows, width: width)
      try product.weightGradient(
        memory.wide.pointer, memory.narrow.pointer, dw, rows: rows.count,
        ahead: part.next(after: rows, of: hidden, state.z1, rows: lists.count))
      try product.inputGradient(
        memory.wide.pointer, memory.messages.base + narrow, rows: rows.count,
        ahead: part.next(after: rows, of: hidden, memory.hidden, rows: lists.count))
    }
  }

  /// Through the messages, to the layer before or to the feature tables, the bonds and ε.
  private func messageGradient(
    _ index: Int, _ part: GINPartState<Element>, _ memory: GINPartGradients<Element>, _ nodes: [Node<Element>?]
  ) {
    let (h, bonds, dy) = (part.input(index), part.bonds[index], memory.messages.pointer)
    let factor = 1 + layers[index].weights[0].eps.item
    let graph = part.part.graph
    var dot: Element = 0
    part.bondPlaces[index].flatMap { nodes[$0] }.collecting(bonds?.count ?? 0) { dBonds in
      if index > 0 {
        K.messageGradient(
          graph, h, bonds?.pointer, dy, self: factor, dh: memory.slopes.base, dBonds: dBonds, width: width,
          accumulate: false)
        var sum = 0.0
        GINPartState<Element>.forEachTile(graph.nodes) { rows in
          let start = rows.lowerBound * width
          sum += Double(K.dot(h + start, dy + start, rows.count * width))
        }
        dot = Element(sum)
      } else {
        nodes[part.atomPlace].collecting(part.atoms.count) { dh in
          dot = K.messageScatter(
            part.lists(0), h, bonds?.pointer, dy, self: factor, dh: dh, dBonds: dBonds, width: width)
        }
      }
    }
    nodes[part.places[index]]?.collect { d, add in d[0] = (add ? d[0] : 0) + dot }
  }
}

extension Optional {
  /// Memory that a gradient is added to: the node's, set to zero when it is new, or a scrap where there is no node.
  fileprivate func collecting<Element: TensorElement>(
    _ count: Int, _ body: (UnsafeMutablePointer<Element>) throws -> Void
  ) rethrows where Wrapped == Node<Element> {
    guard let node = self else {
      let scrap = Storage<Element>(zeros: count)
      try body(scrap.base)
      return
    }
    try node.collect { pointer, add in
      if !add { pointer.clear(count) }
      try body(pointer)
    }
  }
}
