/// The last hidden state of a ragged batch, by the equations of BERT and RoBERTa in inference (no dropout):
///
///     h = LN(word[id] + position[i] + type[0])      (RoBERTa: position[i + padding + 1])
///     per layer: q, k, v = h Wᵀ + b;  a = softmax(q kᵀ / √(d / heads)) v per head
///                h = LN(h + a Woᵀ + bo);  h = LN(h + act(h W1ᵀ + b1) W2ᵀ + b2)
///
/// Products run over all tokens of the batch at once; attention runs text by text, so nothing is padded.
struct BERTForward {
  let configuration: BERTConfiguration
  let weights: BERTWeights
  let products = EncoderProducts()

  /// Fills `workspace.hidden` with `[Σ lengths, d]`.
  /// - Precondition: ids are in the vocabulary, lengths at most `maxPositions` and the workspace's sizes.
  func callAsFunction(_ texts: [ArraySlice<Int32>], _ workspace: BERTWorkspace) throws(TextEncoderError) {
    let lengths = texts.map(\.count)
    let tokens = lengths.reduce(0, +)
    embed(texts, workspace)
    for layer in weights.layers {
      try attend(layer, lengths, tokens, workspace)
      try feedForward(layer, tokens, workspace)
    }
  }

  private func embed(_ texts: [ArraySlice<Int32>], _ workspace: BERTWorkspace) {
    let d = configuration.hiddenSize
    let type = weights.types.pointer  // every text is one segment: type 0
    var row = workspace.hidden
    for text in texts {
      var next = configuration.firstPosition
      for id in text {
        var position = next
        if configuration.family == .roberta, Int(id) == configuration.paddingID {
          position = configuration.paddingID  // padding does not count, not even in the middle of a text
        } else {
          next += 1
        }
        let word = weights.words.pointer + Int(id) * d
        BERTKernels.sum(word, weights.positions.pointer + position * d, type, row, count: d)
        row += d
      }
    }
    let tokens = texts.reduce(0) { $0 + $1.count }
    normalize(workspace, workspace.hidden, tokens, nil, weights.embeddingScale, weights.embeddingShift)
  }

  private func attend(
    _ layer: BERTLayerWeights, _ lengths: [Int], _ tokens: Int, _ workspace: BERTWorkspace
  ) throws(TextEncoderError) {
    let d = configuration.hiddenSize
    let width = configuration.headSize
    let scale = 1 / Float(width).squareRoot()
    BERTKernels.fillRows(workspace.fused, rows: tokens, with: layer.fusedBias.pointer, width: 3 * d)
    try products.add(workspace.hidden, layer.fusedWeight, to: workspace.fused, rows: tokens, inner: d, columns: 3 * d)
    var first = 0
    for length in lengths {
      let rows = workspace.fused + first * 3 * d
      let context = workspace.context + first * d
      for head in 0..<configuration.heads {
        let query = rows + head * width
        try products.multiply(
          query, 3 * d, query + d, 3 * d, workspace.scores, length, rows: length, columns: length, inner: width,
          alpha: scale, beta: 0)
        BERTKernels.softmaxRows(workspace.scores, rows: length, width: length)
        try products.multiply(
          workspace.scores, length, query + 2 * d, 3 * d, context + head * width, d, rows: length, columns: width,
          inner: length, transposed: false, beta: 0)
      }
      first += length
    }
    // The residual is already in `hidden`: the product adds to it.
    try products.add(workspace.context, layer.attentionWeight, to: workspace.hidden, rows: tokens, inner: d, columns: d)
    normalize(workspace, workspace.hidden, tokens, layer.attentionBias, layer.attentionScale, layer.attentionShift)
  }

  private func feedForward(
    _ layer: BERTLayerWeights, _ tokens: Int, _ workspace: BERTWorkspace
  ) throws(TextEncoderError) {
    let d = configuration.hiddenSize
    let f = configuration.intermediateSize
    var first = 0
    while first < tokens {
      let rows = min(BERTWorkspace.innerRows, tokens - first)
      let hidden = workspace.hidden + first * d
      BERTKernels.fillRows(workspace.inner, rows: rows, with: layer.innerBias.pointer, width: f)
      try products.add(hidden, layer.innerWeight, to: workspace.inner, rows: rows, inner: d, columns: f)
      BERTKernels.activate(workspace.inner, count: rows * f, configuration.activation)
      try products.add(workspace.inner, layer.outputWeight, to: hidden, rows: rows, inner: f, columns: d)
      normalize(workspace, hidden, rows, layer.outputBias, layer.outputScale, layer.outputShift)
      first += rows
    }
  }

  private func normalize(
    _ workspace: BERTWorkspace, _ rows: UnsafeMutablePointer<Float>, _ count: Int, _ bias: FloatStorage?,
    _ scale: FloatStorage, _ shift: FloatStorage
  ) {
    BERTKernels.layerNormRows(
      rows, rows: count, width: configuration.hiddenSize, adding: bias?.pointer, scale: scale.pointer,
      shift: shift.pointer, epsilon: configuration.layerNormEpsilon, moments: workspace.moments)
  }
}
