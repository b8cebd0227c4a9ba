import TensorCore

/// One kernel at a shape of the step.
struct OpCase {
  let name, shape: String
  let cost: StepCost
  let body: () -> Void

  /// - Parameters:
  ///   - floats: floats read and written.
  ///   - working: floats of the memory they lie in, where that is less.
  init(
    _ name: String, _ shape: String, flops: Int, floats: Int, working: Int?, indices: Int, _ body: @escaping () -> Void
  ) {
    self.name = name
    self.shape = shape
    cost = StepCost(
      flops: Double(flops), bytes: Double((floats + indices) * 4), working: working.map { Double(($0 + indices) * 4) })
    self.body = body
  }
}

/// The kernels of a step with memory of their own, at its shapes.
struct OpCases {
  typealias K = VectorKernels
  let shape: StepShape
  let graph: GraphEdges
  private let segments: [Int32]
  private(set) var all: [OpCase] = []

  init(_ shape: StepShape, molecules: BenchMolecules) throws {
    self.shape = shape
    let batch = molecules.batch
    graph = try GraphEdges(
      nodes: batch.atomCount, source: batch.sources, target: batch.targets, bonds: batch.bonds,
      bondDims: benchBondDims)
    segments = batch.atomOffsets.map { Int32($0) }
    try addFused(molecules)
    addGraph()
    addNormalisation()
    addEncoderProducts()
    addPatientProducts()
    addElementwise()
    addOptimiser()
  }

  mutating func add(
    _ name: String, _ shape: String, flops: Int, floats: Int, working: Int? = nil, indices: Int = 0,
    _ body: @escaping () -> Void
  ) {
    all.append(OpCase(name, shape, flops: flops, floats: floats, working: working, indices: indices, body))
  }

  // MARK: The molecule encoder, operation by operation

  private mutating func addGraph() {
    let (a, e, s) = (shape.atoms, shape.edges, shape.options.dS)
    let (graph, segments) = (graph, segments)
    let kinds = graph.bonds?.distinctCount ?? 1
    let (h, y, dh) = (FloatBuffer(scattered: a * s), FloatBuffer(scattered: a * s), FloatBuffer(a * s))
    let (bonds, dBonds) = (FloatBuffer(scattered: kinds * s), FloatBuffer(kinds * s))
    add("message", "A=\(a) E=\(e) S=\(s)", flops: 3 * e * s + a * s, floats: 2 * a * s, indices: 2 * e + a) {
      K.message(graph, h.input, bonds.input, self: 1, y.base, width: s)
    }
    add(
      "message gradient", "A=\(a) E=\(e) S=\(s)", flops: 4 * e * s + a * s, floats: 3 * a * s, indices: 2 * e + a
    ) {
      K.messageGradient(
        graph, h.input, bonds.input, y.input, self: 1, dh: dh.base, dBonds: dBonds.base, width: s, accumulate: false)
    }
    let n = segments.count - 1
    let means = FloatBuffer(scattered: n * s)
    add("molecule mean", "A=\(a) N=\(n) S=\(s)", flops: a * s, floats: a * s + n * s, indices: n) {
      K.segmentMean(h.input, segments, means.base, segments: n, width: s)
    }
    add("molecule mean gradient", "A=\(a) N=\(n) S=\(s)", flops: a * s, floats: a * s + n * s, indices: n) {
      K.segmentMeanGradient(means.input, segments, dh.base, segments: n, width: s, accumulate: false)
    }
    let table = FloatBuffer(scattered: 80 * s)
    let index = (0..<a).map { Int32(truncatingIfNeeded: ($0 &* 40_503) % 80) }
    add("atom rows", "A=\(a) S=\(s)", flops: 0, floats: a * s + 80 * s, indices: a) {
      K.gather(table.input, index, y.base, rows: a, width: s)
    }
  }

  private mutating func addNormalisation() {
    let a = shape.atoms
    for (width, name) in [(2 * shape.options.dS, "2S"), (shape.options.dS, "S")] {
      let text = "A=\(a) \(name)=\(width)"
      let plan =
        name == "S"
        ? try? DropoutPlan(
          rate: 0.7, DropoutMask(DropoutKey(seed: 1, step: 1, layer: 16)), rowCount: a) : nil
      let (x, y) = (FloatBuffer(scattered: a * width), FloatBuffer(scattered: a * width))
      let (dy, dx) = (FloatBuffer(scattered: a * width), FloatBuffer(a * width))
      let rows = (0..<3).map { _ in FloatBuffer(scattered: width) }
      let sums = (0..<2).map { _ in DoubleBuffer(width) }
      let extra = plan == nil ? "" : " + dropout"
      add("batch norm moments", text, flops: 3 * a * width, floats: a * width) {
        K.columnMoments(x.input, rows: a, width: width, mean: sums[0].base, squares: sums[1].base)
      }
      add("batch norm apply" + extra, text, flops: 3 * a * width, floats: 2 * a * width) {
        K.batchApply(
          x.input, scale: rows[0].input, shift: rows[1].input, y.base, rows: a, width: width, relu: true, plan)
      }
      add("batch norm sums" + extra, text, flops: 6 * a * width, floats: 3 * a * width) {
        K.batchSums(
          x.input, mean: rows[0].input, inverse: rows[1].input, y.input, dy.input, rows: a, width: width, relu: true,
          plan, sum: sums[0].base, product: sums[1].base)
      }
      add("batch norm gradient" + extra, text, flops: 5 * a * width, floats: 4 * a * width) {
        K.batchGradient(
          x.input, y.input, dy.input, a: rows[0].input, b: rows[1].input, c: rows[2].input, dx.base, rows: a,
          width: width, relu: true, plan, accumulate: false)
      }
    }
  }

  private mutating func addProducts(_ name: String, rows: Int, inputs: Int, outputs: Int) {
    let text = "[\(rows), \(inputs)] → \(outputs)"
    let (x, w) = (FloatBuffer(scattered: rows * inputs), FloatBuffer(scattered: inputs * outputs))
    let (y, dw) = (FloatBuffer(scattered: rows * outputs), FloatBuffer(inputs * outputs))
    let flops = 2 * rows * inputs * outputs
    let floats = inputs * outputs + rows * (inputs + outputs)
    add(name, text, flops: flops, floats: floats) {
      _ = K.gemm(Product(transposeB: true, m: rows, n: outputs, k: inputs), x.input, w.input, y.base)
    }
    let gradient = FloatBuffer(rows * inputs)
    add(name + " dx", text, flops: flops, floats: floats) {
      _ = K.gemm(Product(m: rows, n: inputs, k: outputs), y.input, w.input, gradient.base)
    }
    add(name + " dW", text, flops: flops, floats: floats + inputs * outputs, working: floats) {
      _ = K.gemm(Product(transposeA: true, m: outputs, n: inputs, k: rows, beta: 1), y.input, x.input, dw.base)
    }
  }

  private mutating func addEncoderProducts() {
    let s = shape.options.dS
    addProducts("GIN linear 1", rows: shape.atoms, inputs: s, outputs: 2 * s)
    addProducts("GIN linear 2", rows: shape.atoms, inputs: 2 * s, outputs: s)
  }

  // MARK: The rest

  private mutating func addPatientProducts() {
    let o = shape.options
    addProducts("query and keys", rows: o.batch, inputs: o.dEnc, outputs: o.dK)
    addProducts("patient", rows: o.batch, inputs: 2 * o.dEnc, outputs: o.dEnc)
    addProducts("patient projection", rows: o.batch, inputs: o.dEnc, outputs: o.dK)
    addProducts("medication projection", rows: shape.medications, inputs: o.dEnc + o.dS, outputs: o.dK)
    addProducts("scores", rows: o.batch, inputs: o.dK, outputs: shape.medications)
  }

  private mutating func addElementwise() {
    let (b, m, d) = (shape.options.batch, shape.medications, shape.options.dEnc)
    let (x, y, dx) = (FloatBuffer(scattered: b * d), FloatBuffer(scattered: b * d), FloatBuffer(b * d))
    add("gelu", "[\(b), \(d)]", flops: 20 * b * d, floats: 2 * b * d) { K.activate(.gelu, x.input, y.base, b * d) }
    add("gelu gradient", "[\(b), \(d)]", flops: 25 * b * d, floats: 4 * b * d) {
      K.activateGradient(.gelu, x.input, x.input, y.input, dx.base, b * d, accumulate: false)
    }
    let bias = FloatBuffer(scattered: d)
    let plan = try? DropoutPlan(rate: 0.7, DropoutMask(DropoutKey(seed: 1, step: 1, layer: 1)), rowCount: b)
    add("bias + gelu + dropout", "[\(b), \(d)]", flops: 22 * b * d, floats: 2 * b * d + d) {
      K.biasActivate(.gelu, x.input, bias: bias.input, y.base, rows: b, width: d, plan)
    }
    add("bias + gelu + dropout gradient", "[\(b), \(d)]", flops: 28 * b * d, floats: 3 * b * d + d) {
      K.biasActivateGradient(.gelu, x.input, bias: bias.input, y.input, dx.base, rows: b, width: d, plan)
    }
    let (z, dz) = (FloatBuffer(scattered: b * m), FloatBuffer(b * m))
    let targets = FloatBuffer(b * m)
    for index in stride(from: 0, to: b * m, by: 6) { targets.base[index] = 1 }
    add("bce", "[\(b), \(m)]", flops: 10 * b * m, floats: 2 * b * m) {
      _ = K.crossEntropyBinary(z.input, targets.input, b * m)
    }
    add("bce gradient", "[\(b), \(m)]", flops: 10 * b * m, floats: 3 * b * m) {
      K.crossEntropyBinaryGradient(z.input, targets.input, factor: 1, dz.base, b * m, accumulate: false)
    }
    let pairs = b * (m / 6) * (m - m / 6)
    add("margin", "[\(b), \(m)]", flops: 3 * pairs, floats: 2 * b * m) {
      _ = K.margin(z.input, targets.input, rows: b, width: m)
    }
    add("margin gradient", "[\(b), \(m)]", flops: 3 * pairs, floats: 3 * b * m) {
      K.marginGradient(z.input, targets.input, factor: 1, dz.base, rows: b, width: m, accumulate: false)
    }
  }

  private mutating func addOptimiser() {
    let p = shape.parameters
    let (w, g, m, v) = (FloatBuffer(scattered: p), FloatBuffer(scattered: p), FloatBuffer(p), FloatBuffer(p))
    let rule = AdamRule<Float>(
      beta1: 0.9, beta2: 0.999, epsilon: 1e-8, rate: 5e-5, rootCorrection: 1, coupledDecay: 1e-5, weightFactor: 1)
    add("Adam", "P=\(p)", flops: 14 * p, floats: 7 * p, working: 4 * p) {
      K.adam(rule, weights: w.base, gradients: g.input, mean: m.base, square: v.base, p)
    }
    add("add to gradients", "P=\(p)", flops: 2 * p, floats: 3 * p, working: 2 * p) { K.axpy(1e-30, w.input, g.base, p) }
  }
}
