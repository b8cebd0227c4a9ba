import Foundation
import TextEncoder

/// BERT by the book in double precision: one text, plain loops, nothing shared with the fast forward.
struct PlainBERT {
  let file: SafeTensors
  let configuration: BERTConfiguration

  private func tensor(_ name: String, _ shape: [Int]) throws -> [Double] {
    try file.floats(name, shape: shape).array.map(Double.init)
  }

  private func linear(_ x: [[Double]], _ name: String, _ inputs: Int, _ outputs: Int) throws -> [[Double]] {
    let w = try tensor(name + ".weight", [outputs, inputs])
    let b = try tensor(name + ".bias", [outputs])
    return x.map { row in
      var y = b
      for o in 0..<outputs { for i in 0..<inputs { y[o] += row[i] * w[o * inputs + i] } }
      return y
    }
  }

  private func norm(_ x: [[Double]], _ name: String) throws -> [[Double]] {
    let d = configuration.hiddenSize
    let scale = try tensor(name + ".weight", [d])
    let shift = try tensor(name + ".bias", [d])
    return x.map { row in
      let mean = row.reduce(0, +) / Double(d)
      let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(d)
      let root = (variance + Double(configuration.layerNormEpsilon)).squareRoot()
      return (0..<d).map { (row[$0] - mean) / root * scale[$0] + shift[$0] }
    }
  }

  private func activate(_ x: Double) -> Double {
    switch configuration.activation {
    case .geluErf: x / 2 * (1 + erf(x / 2.0.squareRoot()))
    case .geluTanh: x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .relu: max(x, 0)
    }
  }

  private func add(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    zip(a, b).map { zip($0, $1).map { $0 + $1 } }
  }

  func lastHidden(_ ids: [Int32]) throws -> [[Double]] {
    let (d, f) = (configuration.hiddenSize, configuration.intermediateSize)
    let words = try tensor("embeddings.word_embeddings.weight", [configuration.vocabularySize, d])
    let positions = try tensor("embeddings.position_embeddings.weight", [configuration.maxPositions, d])
    let types = try tensor("embeddings.token_type_embeddings.weight", [configuration.tokenTypes, d])
    var h = ids.enumerated().map { position, id in
      (0..<d).map { words[Int(id) * d + $0] + positions[position * d + $0] + types[$0] }
    }
    h = try norm(h, "embeddings.LayerNorm")
    for layer in 0..<configuration.layers {
      let at = "encoder.layer.\(layer)."
      let q = try linear(h, at + "attention.self.query", d, d)
      let k = try linear(h, at + "attention.self.key", d, d)
      let v = try linear(h, at + "attention.self.value", d, d)
      var context = h.map { _ in [Double](repeating: 0, count: d) }
      for head in 0..<configuration.heads {
        let columns = head * configuration.headSize..<(head + 1) * configuration.headSize
        for i in h.indices {
          let scores: [Double] = h.indices.map { j in
            var product = 0.0
            for column in columns { product += q[i][column] * k[j][column] }
            return product / Double(configuration.headSize).squareRoot()
          }
          let most = scores.max() ?? 0
          let weights = scores.map { exp($0 - most) }
          let sum = weights.reduce(0, +)
          for column in columns { for j in h.indices { context[i][column] += weights[j] / sum * v[j][column] } }
        }
      }
      let attended = try linear(context, at + "attention.output.dense", d, d)
      h = try norm(add(h, attended), at + "attention.output.LayerNorm")
      let inner = try linear(h, at + "intermediate.dense", d, f).map { $0.map(activate) }
      h = try norm(add(h, try linear(inner, at + "output.dense", f, d)), at + "output.LayerNorm")
    }
    return h
  }
}
