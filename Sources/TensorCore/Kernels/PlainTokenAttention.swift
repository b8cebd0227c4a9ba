// The plain loops of one query per row over weighted tokens, and of losses of sets.

extension KernelSet {
  public static func tokenAttention(
    _ inputs: TokenAttentionInputs<Element>, _ y: Out, _ probabilities: TokenAttentionTensors<Element>,
    _ plan: DropoutPlan?
  ) {
    let (width, columns, heads, stride) = (inputs.width, inputs.columns, inputs.heads, inputs.stride)
    let factor = Element(plan?.factor ?? 1)
    for row in 0..<inputs.rows {
      let members = Int(inputs.offsets[row])..<Int(inputs.offsets[row + 1])
      for head in 0..<heads {
        let place = row * columns + head * width
        let query = inputs.query + place
        let own = probabilities.own + row * heads + head
        let tokens = probabilities.tokens + (row * heads + head) * stride
        let typeScore = inputs.scale * dot(query, inputs.typeKey + head * width, width)
        own.pointee = inputs.scale * dot(query, inputs.selfKey + place, width)
        var largest = own.pointee > -Element.infinity ? own.pointee : -Element.infinity
        for m in members {
          let key = inputs.setKeys + Int(inputs.members[m]) * columns + head * width
          let score = inputs.scale * dot(query, key, width)
          probabilities.members[m * heads + head] = score
          if score > largest { largest = score }
        }
        for t in 0..<inputs.tokens {
          let product = inputs.scale * dot(query, inputs.tokenKeys + t * columns + head * width, width)
          tokens[t] = inputs.weights[row * inputs.tokens + t] * product + typeScore
          if tokens[t] > largest { largest = tokens[t] }
        }
        own.pointee = Element.exponential(own.pointee - largest)
        var sum = own.pointee
        for m in members {
          let e = Element.exponential(probabilities.members[m * heads + head] - largest)
          probabilities.members[m * heads + head] = e
          sum += e
        }
        for t in 0..<inputs.tokens {
          tokens[t] = Element.exponential(tokens[t] - largest)
          sum += tokens[t]
        }
        let first = head * inputs.maskColumns
        /// Normalises a probability, marks it where it is dropped, and returns what it counts.
        func finish(_ p: Out, column: Int) -> Element {
          p.pointee /= sum
          if let plan, !plan.keeps(row: row, column: first + column) { p.pointee = -p.pointee }
          return kept(p.pointee, factor)
        }
        let out = y + place
        let ownWeight = finish(own, column: 0)
        for c in 0..<width { out[c] = ownWeight * inputs.selfValue[place + c] }
        for m in members {
          let member = Int(inputs.members[m])
          let weight = finish(probabilities.members + m * heads + head, column: 1 + member)
          for c in 0..<width { out[c] += weight * inputs.setValues[member * columns + head * width + c] }
        }
        var all: Element = 0
        for t in 0..<inputs.tokens {
          let weight = finish(tokens + t, column: 1 + inputs.sets + t)
          all += weight
          let value = weight * inputs.weights[row * inputs.tokens + t]
          for c in 0..<width { out[c] += value * inputs.tokenValues[t * columns + head * width + c] }
        }
        for c in 0..<width { out[c] += all * inputs.typeValue[head * width + c] }
        for t in inputs.tokens..<stride { tokens[t] = 0 }
      }
    }
  }

  public static func tokenAttentionGradient(
    _ inputs: TokenAttentionInputs<Element>, _ dy: In, _ probabilities: TokenAttentionTensors<Element>,
    factor: Element, _ gradients: TokenAttentionGradients<Element>
  ) {
    let (width, columns, heads) = (inputs.width, inputs.columns, inputs.heads)
    gradients.clear(inputs)
    let slopes = Storage<Element>(inputs.tokens + inputs.sets + 1)
    for row in 0..<inputs.rows {
      let members = Int(inputs.offsets[row])..<Int(inputs.offsets[row + 1])
      for head in 0..<heads {
        let (place, column) = (row * columns + head * width, head * width)
        let (query, slope) = (inputs.query + place, dy + place)
        let tokens = probabilities.tokens + (row * heads + head) * inputs.stride
        let weights = inputs.weights + row * inputs.tokens
        let typeSlope = dot(slope, inputs.typeValue + column, width)
        /// The gradient of a probability, given that of what it counts.
        func through(_ p: Element, _ slope: Element) -> Element { isDropped(p) ? 0 : factor * slope }
        let own = probabilities.own[row * heads + head]
        let ownSlope = through(own, dot(slope, inputs.selfValue + place, width))
        var inner = magnitude(own) * ownSlope
        for (number, m) in members.enumerated() {
          let p = probabilities.members[m * heads + head]
          let value = inputs.setValues + Int(inputs.members[m]) * columns + column
          slopes.base[number] = through(p, dot(slope, value, width))
          inner += magnitude(p) * slopes.base[number]
        }
        let tokenSlopes = slopes.base + members.count
        var all: Element = 0
        for t in 0..<inputs.tokens {
          let (p, value) = (tokens[t], inputs.tokenValues + t * columns + column)
          let product = dot(slope, value, width)
          tokenSlopes[t] = through(p, weights[t] * product + typeSlope)
          inner += magnitude(p) * tokenSlopes[t]
          let counted = kept(p, factor)
          all += counted
          gradients.weights[row * inputs.tokens + t] += counted * product
          for c in 0..<width { gradients.tokenValues[t * columns + column + c] += counted * weights[t] * slope[c] }
        }
        for c in 0..<width { gradients.typeValue[column + c] += all * slope[c] }

        /// Adds the gradient of scale · q · key for the score's slope.
        func score(_ s: Element, _ key: In, _ dKey: Out) {
          for c in 0..<width {
            gradients.query[place + c] += s * inputs.scale * key[c]
            dKey[c] += s * inputs.scale * query[c]
          }
        }
        score(magnitude(own) * (ownSlope - inner), inputs.selfKey + place, gradients.selfKey + place)
        for c in 0..<width { gradients.selfValue[place + c] = kept(own, factor) * slope[c] }
        for (number, m) in members.enumerated() {
          let (p, at) = (probabilities.members[m * heads + head], Int(inputs.members[m]) * columns + column)
          score(magnitude(p) * (slopes.base[number] - inner), inputs.setKeys + at, gradients.setKeys + at)
          for c in 0..<width { gradients.setValues[at + c] += kept(p, factor) * slope[c] }
        }
        var total: Element = 0
        for t in 0..<inputs.tokens {
          let (s, at) = (magnitude(tokens[t]) * (tokenSlopes[t] - inner), t * columns + column)
          total += s
          gradients.weights[row * inputs.tokens + t] +=
            s * inputs.scale * dot(query, inputs.tokenKeys + at, width)
          score(s * weights[t], inputs.tokenKeys + at, gradients.tokenKeys + at)
        }
        score(total, inputs.typeKey + column, gradients.typeKey + column)
      }
    }
  }

  public static func crossEntropyOfSets(
    _ logits: In, offsets: UnsafePointer<Int32>, members: UnsafePointer<Int32>, low: Element, high: In,
    slopes: Out?, rows: Int, width: Int
  ) -> Double {
    var total = 0.0
    for row in 0..<rows {
      let z = logits + row * width
      for c in 0..<width {
        let e = Element.exponential(-abs(z[c]))
        total += ((z[c] < 0 ? 0 : z[c]) - z[c] * low + Element.logOnePlus(e)).widened
        if let slopes { slopes[row * width + c] = (z[c] >= 0 ? 1 / (1 + e) : e / (1 + e)) - low }
      }
      for m in Int(offsets[row])..<Int(offsets[row + 1]) {
        total -= (z[Int(members[m])] * (high[row] - low)).widened
        if let slopes { slopes[row * width + Int(members[m])] -= high[row] - low }
      }
    }
    return total
  }
}

extension TokenAttentionGradients {
  func clear(_ inputs: TokenAttentionInputs<Element>) {
    for rows in [query, selfKey, selfValue] { rows.clear(inputs.rows * inputs.columns) }
    for rows in [setKeys, setValues] { rows.clear(inputs.sets * inputs.columns) }
    for rows in [tokenKeys, tokenValues] { rows.clear(inputs.tokens * inputs.columns) }
    for row in [typeKey, typeValue] { row.clear(inputs.columns) }
    weights.clear(inputs.rows * inputs.tokens)
  }
}
