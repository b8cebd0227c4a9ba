// Shapes: B rows · S symptoms · H herbs · D = d · W = D / heads.
import Layers
import TensorCore

extension GELRAM {
  /// One post-norm encoder layer over all tokens, computed at the first one only, which is exact: its query meets the
  /// keys of its row's symptoms, which the rows share, and of all herbs, W_k (p_h eh_h + t₂) + b_k = p_h (W_k eh_h) + k₂.
  /// No tensor of (rows, herbs, width) is formed.
  /// - Shape: `[B, D]`
  func firstToken(_ tokens: GELRAMTokens<Element>) throws -> Tensor<Element> {
    let attention = layers[0].attention
    let attendedBD = try attended(tokens).linear(attention.outputWeight, bias: attention.outputBias)
    return try layers[0].finish(tokens.firstBD, attendedBD, tokens.step, rows: tokens.rows)
  }

  /// The attention of the first tokens, heads side by side, before the output projection. `[B, D]`
  private func attended(_ tokens: GELRAMTokens<Element>) throws -> Tensor<Element> {
    let (attention, width) = (layers[0].attention, config.width)
    let own = try tokens.firstBD.linear(attention.inputWeight, bias: attention.inputBias)
      .split([width, width, width])
    let (weight, bias) = try pairWeights()
    let kind = try kind(2).linear(weight: weight, bias: bias).split([width, width])
    guard let symptomKeys = tokens.nodes.symptomKeysSD, let symptomValues = tokens.nodes.symptomValuesSD,
      let herbKeys = tokens.nodes.herbKeysHD, let herbValues = tokens.nodes.herbValuesHD
    else {
      throw ModelError.data("GELRAM", found: "nodes without keys and values", expected: "those of FMCHS.nodes")
    }
    let dropout = tokens.step.flatMap { step in
      attention.dropout.map { ($0.rate, $0.mask(step, rows: tokens.rows)) }
    }
    let weighted = WeightedTokens(
      query: own[0], ownKey: own[1], ownValue: own[2], sharedKeys: symptomKeys, sharedValues: symptomValues,
      weightedKeys: herbKeys, weightedValues: herbValues, keyShift: kind[0], valueShift: kind[1],
      weights: tokens.probabilitiesBH)
    return isFused
      ? try weighted.attended(heads: config.encoderHeads, sets: tokens.sets.rowSets(), dropout: dropout)
      : try weighted.composed(heads: config.encoderHeads, hidden: tokens.sets.hidden(), dropout: dropout)
  }
}

extension TransformerEncoderLayer {
  /// What follows the attention of a post-norm layer, for one token per row: y = LN₁(x + drop(attended));
  /// LN₂(y + drop(W₂ drop(relu(W₁ y)))).
  /// - Shape: x and its attention, after the output projection, `[B, D]` → `[B, D]`
  func finish(
    _ xBD: Tensor<Element>, _ attendedBD: Tensor<Element>, _ step: DropoutStep?, rows: [Int32]
  ) throws -> Tensor<Element> {
    func dropped(_ x: Tensor<Element>, _ number: Int) throws -> Tensor<Element> {
      try dropouts[number](x, step, rows: rows)
    }
    let middleBD = try norm1(xBD + dropped(attendedBD, 0))
    let hidden = try linear1(middleBD, then: activation, dropouts[1], step, rows: rows)
    return try norm2(middleBD + dropped(linear2(hidden), 2))
  }
}

/// Attention of one query per row to a token of its own, to shared tokens that a row may see or not, and to tokens that
/// all rows see with a weight p each.
struct WeightedTokens<Element: TensorElement> {
  /// `[B, D]`
  let query, ownKey, ownValue: Tensor<Element>
  /// `[S, D]`
  let sharedKeys, sharedValues: Tensor<Element>
  /// `[H, D]`: the token's key is p · key + keyShift, its value p · value + valueShift.
  let weightedKeys, weightedValues: Tensor<Element>
  /// `[1, D]`
  let keyShift, valueShift: Tensor<Element>
  /// p `[B, H]`
  let weights: Tensor<Element>

  /// softmax(q · k / √W) v, head by head, in one operation.
  /// - Parameters:
  ///   - sets: the shared tokens that each row sees
  ///   - dropout: of the weights; the mask has a column for each (head, token) of `heads · (1 + S + H)`
  /// - Shape: `[B, D]`
  func attended(
    heads: Int, sets: RowSets, dropout: (rate: Double, mask: DropoutMask)?
  ) throws -> Tensor<Element> {
    try Tensor.weightedTokenAttention(
      query: query, selfKey: ownKey, selfValue: ownValue, setKeys: sharedKeys, setValues: sharedValues, sets: sets,
      tokenKeys: weightedKeys, tokenValues: weightedValues, typeKey: keyShift, typeValue: valueShift, weights: weights,
      heads: heads, dropout: dropout)
  }

  /// The same by single operations.
  /// - Parameter hidden: −∞ for the shared tokens that a row does not see, else 0. `[B, S]`
  func composed(
    heads: Int, hidden: Tensor<Element>, dropout: (rate: Double, mask: DropoutMask)?
  ) throws -> Tensor<Element> {
    let (rows, shared, weighted) = (query.shape[0], sharedKeys.shape[0], weightedKeys.shape[0])
    let width = query.shape.last / heads
    func byHead(_ x: Tensor<Element>) throws -> [Tensor<Element>] { try x.split(Array(repeating: width, count: heads)) }
    let queries = try byHead(query.scaled(by: 1 / Double(width).squareRoot()))
    let (ownKeys, ownValues) = (try byHead(ownKey), try byHead(ownValue))
    let (sharedKeys, sharedValues) = (try byHead(sharedKeys), try byHead(sharedValues))
    let (weightedKeys, weightedValues) = (try byHead(weightedKeys), try byHead(weightedValues))
    let (keyShift, valueShift) = (try byHead(keyShift), try byHead(valueShift))
    let mask = try Tensor.concatenated([.zeros([rows, 1]), hidden, .zeros([rows, weighted])])
    var attention = try (0..<heads).map { head in
      let q = queries[head]
      let own = try (q * ownKeys[head]).sum(axis: 1, keepingAxis: true)
      let weightedScores = try (weights * q.matmul(transposed: weightedKeys[head])).adding(
        column: q.matmul(transposed: keyShift[head]))
      return try Tensor.concatenated([own, q.matmul(transposed: sharedKeys[head]), weightedScores]).softmax(mask: mask)
    }
    if let dropout {
      let tokens = Array(repeating: 1 + shared + weighted, count: heads)
      attention = try Tensor.concatenated(attention).dropout(dropout.rate, dropout.mask).split(tokens)
    }
    let outputs = try (0..<heads).map { head in
      let parts = try attention[head].split([1, shared, weighted])
      let seen = try ownValues[head].multiplied(column: parts[0]) + parts[1].matmul(sharedValues[head])
      let herbs = try (parts[2] * weights).matmul(weightedValues[head])
      return try seen + herbs + parts[2].sum(axis: 1, keepingAxis: true).matmul(valueShift[head])
    }
    return try Tensor.concatenated(outputs)
  }
}

extension IndexSets {
  /// 0 where the row has the number, else −∞. `[rows, bound]`
  func hidden<Element>(_: Element.Type = Element.self) -> Tensor<Element> {
    Tensor.make([count, bound]) { values in
      values.update(repeating: -.infinity)
      for row in 0..<count {
        for index in self[row] { values[row * bound + Int(index)] = 0 }
      }
    }
  }
}
