internal import CBLAS

/// The last hidden state of a ragged batch, by the equations of BERT in inference (no dropout):
///
///     h = LN(word[id] + position[i] + type[0])
///     per layer: q, k, v = h Wᵀ + b;  a = softmax(q kᵀ / √(d / heads)) v per head
///                h = LN(h + a Woᵀ + bo);  h = LN(h + act(h W1ᵀ + b1) W2ᵀ + b2)
///
/// Products run over all tokens of the batch at once; attention runs text by text, so nothing is padded.
struct BERTForward {
  let configuration: BERTConfiguration
  let weights: BERTWeights

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
      var position = weights.positions.pointer
      for id in text {
        let word = weights.words.pointer + Int(id) * d
        BERTKernels.sum(word, position, type, row, count: d)
        position += d
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
    try product(
      workspace.hidden, d, layer.fusedWeight.pointer, d, workspace.fused, 3 * d, rows: tokens, columns: 3 * d, inner: d,
      beta: 1)
    var first = 0
    for length in lengths {
      let rows = workspace.fused + first * 3 * d
      let context = workspace.context + first * d
      for head in 0..<configuration.heads {
        let query = rows + head * width
        try product(
          query, 3 * d, query + d, 3 * d, workspace.scores, length, rows: length, columns: length, inner: width,
          alpha: scale, beta: 0)
        BERTKernels.softmaxRows(workspace.scores, rows: length, width: length)
        try product(
          workspace.scores, length, query + 2 * d, 3 * d, context + head * width, d, rows: length, columns: width,
          inner: length, transposed: false, beta: 0)
      }
      first += length
    }
    // The residual is already in `hidden`: the product adds to it.
    try product(
      workspace.context, d, layer.attentionWeight.pointer, d, workspace.hidden, d, rows: tokens, columns: d, inner: d,
      beta: 1)
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
      try product(
        hidden, d, layer.innerWeight.pointer, d, workspace.inner, f, rows: rows, columns: f, inner: d, beta: 1)
      BERTKernels.activate(workspace.inner, count: rows * f, configuration.activation)
      try product(
        workspace.inner, f, layer.outputWeight.pointer, f, hidden, d, rows: rows, columns: d, inner: f, beta: 1)
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

  /// c = alpha a bᵀ + beta c (or a b when not transposed), row-major, with the row lengths of a, b and c.
  private func product(
    _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>, _ ldb: Int, _ c: UnsafeMutablePointer<Float>,
    _ ldc: Int, rows: Int, columns: Int, inner: Int, transposed: Bool = true, alpha: Float = 1, beta: Float
  ) throws(TextEncoderError) {
    let status = cblas_shim_sgemm(0, transposed ? 1 : 0, rows, columns, inner, alpha, a, lda, b, ldb, beta, c, ldc)
    guard status == 0 else { throw .matrixProduct(status: Int(status), shape: [rows, columns, inner]) }
  }
}
