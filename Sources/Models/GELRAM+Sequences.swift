// Shapes: B rows · D = d · M herbs of a row · L longest symptom set · T = 1 + M + L tokens.
import Layers
import TensorCore

extension GELRAM {
  /// The encoder over whole sequences: the first token, M herbs (all, or the most probable, or none), the row's symptoms,
  /// and padding that nobody sees. For more than one layer, and for fewer herbs than all. The last layer is computed at the
  /// first token only.
  /// - Shape: `[B, D]`, the output at the first token
  func sequences(_ tokens: GELRAMTokens<Element>) throws -> Tensor<Element> {
    let (sets, width) = (tokens.sets, config.width)
    let rows = sets.count
    var parts = [try tokens.firstBD.reshaped([rows, 1, width])]
    if let herbs = try herbTokens(tokens) { parts.append(herbs) }
    let visible = parts.reduce(0) { $0 + $1.shape[1] }
    if sets.longest > 0 {
      // Padding repeats symptom 0, which the mask hides.
      let places = (0..<rows).flatMap { row in
        let set = sets[row]
        return Array(set) + Array(repeating: Int32(0), count: sets.longest - set.count)
      }
      let symptoms = try tokens.nodes.symptomsSD.gathered(RowIndex(places, bound: config.symptoms))
      parts.append(try symptoms.adding(row: kind(1)).reshaped([rows, sets.longest, width]))
    }
    var x = try Tensor.concatenated(parts, axis: 1)
    let mask = try AttentionMask<Element>.padding(
      lengths: (0..<rows).map { visible + sets[$0].count }, keys: x.shape[1])
    for layer in layers.dropLast() { x = try layer(x, mask: mask, tokens.step, rows: tokens.rows) }
    let (last, first) = (layers[layers.count - 1], try x.sliced(axis: 1, 0..<1))
    let attended = try last.attention(first, keys: x, mask: mask, tokens.step, rows: tokens.rows).output
    return try last.finish(
      first.reshaped([rows, width]), attended.reshaped([rows, width]), tokens.step, rows: tokens.rows)
  }

  /// p_h eh_h + t₂ of the herbs a row takes part with; nil for none. `[B, M, D]`
  private func herbTokens(_ tokens: GELRAMTokens<Element>) throws -> Tensor<Element>? {
    let (p, herbs) = (tokens.probabilitiesBH, config.herbs)
    let rows = p.shape[0]
    let taken: Int
    switch config.herbTokens {
    case .none: return nil
    case .all: taken = herbs
    case .top: taken = min(config.topTokens, herbs)
    }
    let columns = try RowIndex(
      taken == herbs ? (0..<(rows * herbs)).map { Int32($0 % herbs) } : p.largestColumns(taken), bound: herbs)
    let weights = try p.gatheredColumns(columns)
    return try tokens.nodes.herbsHD.gathered(columns).multiplied(column: weights).adding(row: kind(2))
      .reshaped([rows, taken, config.width])
  }
}

extension Tensor {
  /// The columns of the `count` largest elements of every row, largest first; the lower column where two tie.
  /// `[R, C]` → R · count numbers
  fileprivate func largestColumns(_ count: Int) -> [Int32] {
    let width = shape.last
    return withUnsafeBufferPointer { values in
      (0..<shape.rows).flatMap { row in
        let start = row * width
        let order = (0..<width).sorted {
          let (a, b) = (values[start + $0], values[start + $1])
          return a > b || (a == b && $0 < $1)
        }
        return order.prefix(count).map { Int32($0) }
      }
    }
  }
}
