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
  /// With bfloat16 products: the weights that they take.
  let packed: PackedWeights?
  private let products: EncoderProducts

  init(_ configuration: BERTConfiguration, _ weights: BERTWeights, _ packed: PackedWeights?) {
    self.configuration = configuration
    self.weights = weights
    self.packed = packed
    products = EncoderProducts(precision: packed?.precision ?? .float32)
  }

  /// Fills `workspace.hidden` with `[Σ lengths, d]`.
  /// - Precondition: ids are in the vocabulary, lengths at most `maxPositions` and the workspace's sizes.
  func callAsFunction(_ texts: [ArraySlice<Int32>], _ workspace: BERTWorkspace) throws(TextEncoderError) {
    let lengths = texts.map(\.count)
    let tokens = lengths.reduce(0, +)
    embed(texts, workspace)
    for (index, layer) in weights.layers.enumerated() {
      try attend(layer, packed?.layers[index], lengths, tokens, workspace)
      try feedForward(layer, packed?.layers[index], tokens, workspace)
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
    normalize(workspace, 0, tokens, nil, weights.embeddingScale, weights.embeddingShift)
  }

  private func attend(
    _ layer: BERTLayerWeights, _ packed: PackedLayer?, _ lengths: [Int], _ tokens: Int, _ workspace: BERTWorkspace
  ) throws(TextEncoderError) {
    let d = configuration.hiddenSize
    let width = configuration.headSize
    let scale = 1 / Float(width).squareRoot()
    if let packed {
      products.multiply(
        rounded: workspace.roundedHidden, packed.fused, bias: layer.fusedBias, to: workspace.fused, rows: tokens,
        adding: false, scratch: workspace.productScratch)
    } else {
      BERTKernels.fillRows(workspace.fused, rows: tokens, with: layer.fusedBias.pointer, width: 3 * d)
      try products.multiply(
        workspace.hidden, layer.fusedWeight, to: workspace.fused, rows: tokens, inner: d, columns: 3 * d, adding: true)
    }
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
    if let packed {
      products.multiply(
        workspace.context, packed.attention, bias: layer.attentionBias, to: workspace.hidden, rows: tokens,
        adding: true, scratch: workspace.productScratch)
    } else {
      try products.multiply(
        workspace.context, layer.attentionWeight, to: workspace.hidden, rows: tokens, inner: d, columns: d,
        adding: true)
    }
    normalize(
      workspace, 0, tokens, packed == nil ? layer.attentionBias : nil, layer.attentionScale, layer.attentionShift)
  }

  private func feedForward(
    _ layer: BERTLayerWeights, _ packed: PackedLayer?, _ tokens: Int, _ workspace: BERTWorkspace
  ) throws(TextEncoderError) {
    let d = configuration.hiddenSize
    let f = configuration.intermediateSize
    var first = 0
    while first < tokens {
      let rows = min(BERTWorkspace.innerRows, tokens - first)
      let hidden = workspace.hidden + first * d
      if let packed {
        products.multiply(
          rounded: workspace.roundedHidden + first * d, packed.inner, bias: layer.innerBias, to: workspace.inner,
          rows: rows, adding: false, scratch: workspace.productScratch)
        BERTKernels.activate(
          workspace.inner, count: rows * f, rounded: workspace.roundedInner, configuration.activation)
        products.multiply(
          rounded: workspace.roundedInner, packed.output, bias: layer.outputBias, to: hidden, rows: rows, adding: true,
          scratch: workspace.productScratch)
      } else {
        try products.multiply(
          hidden, layer.innerWeight, to: workspace.inner, rows: rows, inner: d, columns: f, adding: false)
        BERTKernels.activate(
          workspace.inner, rows: rows, width: f, adding: layer.innerBias.pointer, configuration.activation)
        try products.multiply(
          workspace.inner, layer.outputWeight, to: hidden, rows: rows, inner: f, columns: d, adding: true)
      }
      normalize(
        workspace, first, rows, packed == nil ? layer.outputBias : nil, layer.outputScale, layer.outputShift)
      first += rows
    }
  }

  /// LayerNorm of `count` rows of `hidden` from `first` on.
  private func normalize(
    _ workspace: BERTWorkspace, _ first: Int, _ count: Int, _ bias: FloatStorage?, _ scale: FloatStorage,
    _ shift: FloatStorage
  ) {
    let start = first * configuration.hiddenSize
    BERTKernels.layerNormRows(
      workspace.hidden + start, rows: count, width: configuration.hiddenSize, adding: bias?.pointer,
      scale: scale.pointer, shift: shift.pointer, epsilon: configuration.layerNormEpsilon,
      rounded: packed == nil ? nil : workspace.roundedHidden + start)
  }
}
