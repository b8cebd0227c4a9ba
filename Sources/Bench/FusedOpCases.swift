import Molecules
import TensorCore

// The kernels of the fused molecule encoder, over all atoms in tiles as the step calls them.
extension OpCases {
  /// Rows of a tile, as in the fused encoder.
  private static let tile = 96

  mutating func addFused(_ molecules: BenchMolecules) throws {
    let batch = molecules.batch
    let features = try CategoryRows(batch.atoms, dims: MoleculeFeatures.atomDims)
    let colours = try GraphColours(features: features, graph: graph)
    addTileProducts()
    addTileMessages(colours)
    addTileNormalisation(colours)
  }

  private static func tiles(_ rows: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
    for first in stride(from: 0, to: rows, by: tile) { body(first, min(tile, rows - first)) }
  }

  private mutating func addTileProducts() {
    let (a, s) = (shape.atoms, shape.options.dS)
    for (name, inputs, outputs) in [("tile product 1", s, 2 * s), ("tile product 2", 2 * s, s)] {
      let text = "[\(a), \(inputs)] → \(outputs)"
      let (x, y) = (FloatBuffer(scattered: a * inputs), FloatBuffer(scattered: a * outputs))
      let (w, dw) = (FloatBuffer(scattered: inputs * outputs), FloatBuffer(inputs * outputs))
      let (flops, floats) = (2 * a * inputs * outputs, a * (inputs + outputs) + inputs * outputs)
      add(name, text, flops: flops, floats: floats) {
        Self.tiles(a) { first, count in
          _ = K.product(
            x.input + first * inputs, w.input, y.base + first * outputs, m: count, n: outputs, k: inputs)
        }
      }
      add(name + " dW", text, flops: flops, floats: floats) {
        Self.tiles(a) { first, count in
          _ = K.productTransposed(
            y.input + first * outputs, x.input + first * inputs, dw.base, rows: count, m: outputs, n: inputs)
        }
      }
    }
  }

  private mutating func addTileMessages(_ colours: GraphColours) {
    let (a, e, s) = (shape.atoms, shape.edges, shape.options.dS)
    let lists = graph.incoming
    let kinds = graph.bonds?.distinctCount ?? 1
    let text = "A=\(a) E=\(e) S=\(s)"
    let (h, y, dh) = (FloatBuffer(scattered: a * s), FloatBuffer(scattered: a * s), FloatBuffer(a * s))
    let (bonds, dBonds) = (FloatBuffer(scattered: kinds * s), FloatBuffer(kinds * s))
    add("tile message", text, flops: 3 * e * s + a * s, floats: 2 * a * s, indices: 2 * e + a) {
      Self.tiles(a) { first, count in
        K.messageRows(
          lists, h.input, bonds.input, self: 1, y.base + first * s, rows: first..<(first + count), width: s)
      }
    }
    add("message scatter", text, flops: 4 * e * s + a * s, floats: 4 * a * s, working: 3 * a * s, indices: 2 * e + a) {
      _ = K.messageScatter(
        lists, h.input, bonds.input, y.input, self: 1, dh: dh.base, dBonds: dBonds.base, width: s)
    }
    let u = colours.count
    let table = FloatBuffer(scattered: a * s)
    add("tile message, first layer", "U=\(u) S=\(s)", flops: 3 * e * u / a * s, floats: u * s, indices: u) {
      Self.tiles(u) { first, count in
        K.messageRows(
          colours.lists, table.input, bonds.input, self: 1, y.base + first * s, rows: first..<(first + count),
          width: s)
      }
    }
  }

  private mutating func addTileNormalisation(_ colours: GraphColours) {
    let (a, s) = (shape.atoms, shape.options.dS)
    let plan = try? DropoutPlan(
      rate: 0.7, DropoutMask(DropoutKey(seed: 1, step: 1, layer: 16)), rowCount: a)
    for (width, name) in [(2 * s, "2S"), (s, "S")] {
      let text = "A=\(a) \(name)=\(width)"
      let (x, y, g) = (FloatBuffer(scattered: a * width), FloatBuffer(scattered: a * width), FloatBuffer(a * width))
      let rows = (0..<3).map { _ in FloatBuffer(scattered: width) }
      let sums = (0..<2).map { _ in DoubleBuffer(width) }
      add("tile moments", text, flops: 3 * a * width, floats: a * width) {
        var seen = 0.0
        Self.tiles(a) { first, count in
          seen += K.mergeMoments(
            x.input + first * width, weights: nil, rows: count, width: width, seen: seen, mean: sums[0].base,
            squares: sums[1].base)
        }
      }
      add("tile masked sums", text, flops: 5 * a * width, floats: 4 * a * width, working: 3 * a * width) {
        Self.tiles(a) { first, count in
          K.maskedSums(
            x.input + first * width, mean: rows[0].input, inverse: rows[1].input, y.input + first * width,
            g.base + first * width, rows: count, width: width, sum: sums[0].base, product: sums[1].base)
        }
      }
      add("tile slope rows", text, flops: 4 * a * width, floats: 3 * a * width) {
        Self.tiles(a) { first, count in
          K.batchSlopeRows(
            x.input + first * width, g.input + first * width, weights: nil, a: rows[0].input, b: rows[1].input,
            c: rows[2].input, y.base + first * width, rows: count, width: width)
        }
      }
    }
    let (x, y, g) = (FloatBuffer(scattered: a * s), FloatBuffer(scattered: a * s), FloatBuffer(a * s))
    let rows = (0..<2).map { _ in FloatBuffer(scattered: s) }
    add("slopes + dropout", "A=\(a) S=\(s)", flops: 2 * a * s, floats: 3 * a * s) {
      K.batchSlopes(y.input, x.input, g.base, rows: a, width: s, relu: true, plan)
    }
    add("apply rows + dropout, first layer", "A=\(a) S=\(s)", flops: 3 * a * s, floats: 2 * a * s, indices: a) {
      K.batchApplyRows(
        x.input, colours.colourOfAtom, scale: rows[0].input, shift: rows[1].input, y.base, rows: a, width: s,
        relu: true, plan)
    }
  }
}
