// The gradient of the fused network: per layer two passes over the rows, each after a BatchNorm's sums are known.

extension GINPass {
  /// - Parameters:
  ///   - dy: `[molecules, C]`
  ///   - nodes: those of `inputs`
  func backward(_ dy: Storage<Element>, _ nodes: [Node<Element>?]) throws {
    let last = layers.count - 1
    WorkTeam.run(parts.count) { number in
      let part = parts[number]
      K.segmentMeanGradient(
        dy.pointer + part.firstMolecule * width, part.part.molecules.offsets, part.slopes.base,
        segments: part.part.molecules.count, width: width, accumulate: false)
      slopeSums(last, part)
    }
    for index in layers.indices.reversed() {
      let place = normPlace(index)
      let (first, second) = norms[index]
      try second.backward(sums(width), weight: nodes[place + 2], bias: nodes[place + 3])
      try WorkTeam.run(parts.count) { number in
        let part = parts[parts.count - 1 - number]
        try nodes[part.places[index].linear2].collecting(width * hidden) { try secondHalf(index, $0, part) }
      }
      try first.backward(sums(hidden), weight: nodes[place], bias: nodes[place + 1])
      try WorkTeam.run(parts.count) { number in
        let part = parts[number]
        try nodes[part.places[index].linear1].collecting(width * hidden) { try firstHalf(index, $0, part) }
        messageGradient(index, part, nodes)
        if index > 0 { slopeSums(index - 1, part) }
      }
    }
  }

  /// The sums of all parts, in the memory of the first.
  private func sums(_ width: Int) -> UnsafeMutableBufferPointer<Double> {
    foldNeighbours(parts.count) { addNumbers(parts[$0].sums.base, parts[$1].sums.pointer, count: 2 * width) }
    return UnsafeMutableBufferPointer(start: parts[0].sums.base, count: 2 * width)
  }

  /// dL/dy of a layer through dropout and ReLU, and its sums for the second BatchNorm.
  private func slopeSums(_ index: Int, _ part: GINPartState<Element>) {
    let (state, norm, relu) = (part.layers[index], norms[index].second, layers[index].relu)
    if index == 0 {
      let colours = part.part.colours
      K.batchSlopesGrouped(
        state.output.pointer, part.slopes.pointer, offsets: colours.memberOffsets, members: colours.members,
        part.grouped.base, groups: colours.count, width: width, relu: relu, state.plan)
    }
    let slopes = index == 0 ? part.grouped.base : part.slopes.base
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

  /// Through the second BatchNorm, the second linear layer and the ReLU before it; sums for the first BatchNorm.
  private func secondHalf(
    _ index: Int, _ dw: UnsafeMutablePointer<Element>, _ part: GINPartState<Element>
  ) throws {
    let (state, norm, to) = (part.layers[index], norms[index].first, norms[index].second)
    let product = products[index].second
    let slopes = index == 0 ? part.grouped.pointer : part.slopes.pointer
    let (weights, count) = (part.weights(index), part.lists(index).count)
    try part.collectSums(width: hidden, rows: count) { rows, sum, products in
      let (narrow, wide) = (rows.lowerBound * width, rows.lowerBound * hidden)
      K.batchSlopeRows(
        state.z2.pointer + narrow, slopes + narrow, weights: weights.map { $0 + rows.lowerBound }, a: to.a.pointer,
        b: to.b.pointer, c: to.c.pointer, part.narrow.base, rows: rows.count, width: width)
      K.batchApply(
        state.z1.pointer + wide, scale: norm.scale.pointer, shift: norm.shift.pointer, part.wide.base,
        rows: rows.count, width: hidden, relu: true, nil)
      try product.weightGradient(
        part.narrow.pointer, part.wide.pointer, dw, rows: rows.count,
        ahead: part.next(after: rows, of: hidden, state.z1, rows: count))
      try product.inputGradient(
        part.narrow.pointer, part.hiddenSlopes.base + wide, rows: rows.count,
        ahead: part.next(after: rows, of: width, state.z2, rows: count))
      K.maskedSums(
        state.z1.pointer + wide, mean: norm.mean.pointer, inverse: norm.inverse.pointer, part.wide.pointer,
        part.hiddenSlopes.base + wide, rows: rows.count, width: hidden, sum: sum, product: products)
    }
  }

  /// Through the first BatchNorm and the first linear layer.
  private func firstHalf(
    _ index: Int, _ dw: UnsafeMutablePointer<Element>, _ part: GINPartState<Element>
  ) throws {
    let (state, to) = (part.layers[index], norms[index].first)
    let (product, weights) = (products[index].first, part.weights(index))
    let (lists, h, bonds) = (part.lists(index), part.input(index), part.bonds(index))
    let factor = 1 + layers[index].weights[0].eps.item
    try GINPartState<Element>.forEachTile(lists.count) { rows in
      let (narrow, wide) = (rows.lowerBound * width, rows.lowerBound * hidden)
      K.batchSlopeRows(
        state.z1.pointer + wide, part.hiddenSlopes.pointer + wide, weights: weights.map { $0 + rows.lowerBound },
        a: to.a.pointer, b: to.b.pointer, c: to.c.pointer, part.wide.base, rows: rows.count, width: hidden)
      K.messageRows(lists, h, bonds, self: factor, part.narrow.base, rows: rows, width: width)
      try product.weightGradient(
        part.wide.pointer, part.narrow.pointer, dw, rows: rows.count,
        ahead: part.next(after: rows, of: hidden, state.z1, rows: lists.count))
      try product.inputGradient(
        part.wide.pointer, part.messageSlopes.base + narrow, rows: rows.count,
        ahead: part.next(after: rows, of: hidden, part.hiddenSlopes, rows: lists.count))
    }
  }

  /// Through the messages, to the layer before or to the feature tables, the bonds and ε.
  private func messageGradient(_ index: Int, _ part: GINPartState<Element>, _ nodes: [Node<Element>?]) {
    let (h, bonds, dy) = (part.input(index), part.bonds(index), part.messageSlopes.pointer)
    let factor = 1 + layers[index].weights[0].eps.item
    let (graph, places) = (part.part.graph, part.places[index])
    let dBonds = part.bondSlopes
    dBonds.base.clear(dBonds.count)
    var dot: Element = 0
    if index > 0 {
      K.messageGradient(
        graph, h, bonds, dy, self: factor, dh: part.slopes.base, dBonds: dBonds.base, width: width, accumulate: false)
      var sum = 0.0
      GINPartState<Element>.forEachTile(graph.nodes) { rows in
        let start = rows.lowerBound * width
        sum += Double(K.dot(h + start, dy + start, rows.count * width))
      }
      dot = Element(sum)
    } else {
      let dAtoms = part.atomSlopes
      dAtoms.base.clear(dAtoms.count)
      dot = K.messageScatter(
        part.lists(0), h, bonds, dy, self: factor, dh: dAtoms.base, dBonds: dBonds.base, width: width)
      Tensor.sumTablesGradient(part.part.features, dAtoms.pointer, nodes[part.tablePlaces], width: width)
    }
    if let rows = graph.bonds, bonds != nil {
      Tensor.sumTablesGradient(rows, dBonds.pointer, nodes[places.bonds], width: width)
    }
    nodes[places.eps]?.collect { d, add in d[0] = (add ? d[0] : 0) + dot }
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
