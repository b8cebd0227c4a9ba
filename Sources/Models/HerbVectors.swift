import Layers
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Molecular vectors of herbs (MMGE, spec 3.1). Tables are flat, row by row.
public enum HerbVectors {
  /// For each herb the sum of its molecules' vectors, divided by its L2 norm; zeros for a herb without molecules.
  /// - Parameters:
  ///   - molecules: `[molecules, width]`
  ///   - herbOfMolecule: whose each molecule is
  /// - Returns: `[herbs, width]`, and which herbs have at least one molecule
  /// - Throws: `ModelError.data` for tables that do not fit and for herbs that do not exist
  public static func pooled(
    molecules: [Float], width: Int, herbOfMolecule: [Int], herbs: Int
  ) throws(ModelError) -> (vectors: [Float], isKnown: [Bool]) {
    try require("The molecules' vectors", molecules, rows: herbOfMolecule.count, width: width)
    if let place = herbOfMolecule.firstIndex(where: { $0 < 0 || $0 >= herbs }) {
      throw .data(
        "The molecules' vectors", found: "herb \(herbOfMolecule[place]) at row \(place)",
        expected: "herbs in 0..<\(herbs)")
    }
    var sums = Array(repeating: 0.0, count: herbs * width)
    var isKnown = Array(repeating: false, count: herbs)
    for (row, herb) in herbOfMolecule.enumerated() {
      isKnown[herb] = true
      for column in 0..<width { sums[herb * width + column] += Double(molecules[row * width + column]) }
    }
    for herb in 0..<herbs {
      let place = herb * width..<(herb + 1) * width
      let norm = max(sums[place].reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12)
      for index in place { sums[index] /= norm }
    }
    return (sums.map { Float($0) }, isKnown)
  }

  /// Properties and vectors of each herb side by side: the features Xh. `[herbs, P]`, `[herbs, V]` → `[herbs, P + V]`
  /// - Throws: `ModelError.data` unless both tables have as many rows
  public static func features(
    properties: [Float], propertyWidth: Int, vectors: [Float], width: Int
  ) throws(ModelError) -> [Float] {
    let herbs = propertyWidth > 0 ? properties.count / propertyWidth : 0
    try require("The herbs' properties", properties, rows: herbs, width: propertyWidth)
    try require("The herbs' vectors", vectors, rows: herbs, width: width)
    var features: [Float] = []
    features.reserveCapacity(properties.count + vectors.count)
    for herb in 0..<herbs {
      features += properties[herb * propertyWidth..<(herb + 1) * propertyWidth]
      features += vectors[herb * width..<(herb + 1) * width]
    }
    return features
  }

  /// Vectors of the herbs without molecules from their properties: a VAE is trained on the herbs that have both, and
  /// generates the others'; those of known herbs stay as they are. A herb with neither molecules nor properties gets
  /// decode(μ(0)), like every other such herb. The same inputs and seed give the same bits.
  /// - Parameters:
  ///   - properties: `[herbs, propertyWidth]`, 0 or 1
  ///   - vectors: `[herbs, width]`; rows of unknown herbs are replaced
  ///   - isKnown: which herbs have molecules
  ///   - betweenSteps: called before every step of the VAE; what it throws ends the training
  /// - Returns: the vectors `[herbs, width]`; a report, nil where every herb is known and nothing is trained
  /// - Throws: `ModelError` for tables that do not fit or hold NaN or infinity, for options that cannot be, and where no
  ///   herb has both
  public static func fill(
    properties: [Float], propertyWidth: Int, vectors: [Float], width: Int, isKnown: [Bool],
    options: VAEOptions = VAEOptions(), betweenSteps: () throws -> Void = {}
  ) throws -> (filled: [Float], report: VAEReport?) {
    let herbs = isKnown.count
    try options.validate()
    try require("The herbs' properties", properties, rows: herbs, width: propertyWidth)
    try require("The herbs' vectors", vectors, rows: herbs, width: width)
    let missing = isKnown.indices.filter { !isKnown[$0] }
    if missing.isEmpty { return (vectors, nil) }
    let hasProperties = (0..<herbs).map { herb in
      properties[herb * propertyWidth..<(herb + 1) * propertyWidth].contains { $0 != 0 }
    }
    let paired = isKnown.indices.filter { isKnown[$0] && hasProperties[$0] }
    guard !paired.isEmpty else {
      throw ModelError.noPairedHerbs(
        herbs: herbs, withMolecules: herbs - missing.count, withProperties: hasProperties.count { $0 })
    }
    let allX = try Tensor(properties, [herbs, propertyWidth])
    let x = try allX.gathered(RowIndex(paired.map { Int32($0) }, bound: herbs))
    let y = try Tensor(vectors, [herbs, width]).gathered(RowIndex(paired.map { Int32($0) }, bound: herbs))
    let (vae, losses) = try trained(x, y, options, betweenSteps)
    let generated = try vae.generate(allX).array
    var filled = vectors
    for herb in missing {
      filled.replaceSubrange(herb * width..<(herb + 1) * width, with: generated[herb * width..<(herb + 1) * width])
    }
    let mean = y.meanRows().array
    let report = VAEReport(
      rec: losses.rec, kl: losses.kl,
      cosine: meanCosine(y.array, width: width) { generated[paired[$0] * width..<(paired[$0] + 1) * width] },
      meanVectorCosine: meanCosine(y.array, width: width) { _ in mean[...] }, filled: missing.count,
      filledWithoutProperties: missing.count { !hasProperties[$0] }, trainedOn: paired.count)
    return (filled, report)
  }

  /// A VAE after `options.epochs` full-batch steps of Adam, its parameters constants, and the last step's losses.
  private static func trained(
    _ x: Tensor<Float>, _ y: Tensor<Float>, _ options: VAEOptions, _ betweenSteps: () throws -> Void
  ) throws -> (PropertyVAE<Float>, (rec: Double, kl: Double)) {
    let store = ParameterStore<Float>(seed: options.seed)
    let vae = try PropertyVAE(
      properties: x.shape.last, hidden: options.hidden, latent: options.latent, outputs: y.shape.last, in: store.scope)
    let adam = Adam(store)
    var last = (rec: Double.nan, kl: Double.nan)
    for epoch in 0..<options.epochs {
      try betweenSteps()
      let key = DropoutKey(seed: options.seed, step: UInt64(epoch), layer: DropoutLayers.herbNoise)
      let noise = try Tensor<Float>.normalNoise([x.shape[0], options.latent], DropoutMask(key))
      store.zeroGradients()
      let losses = try vae.losses(x, y, noise: noise, beta: options.beta)
      try losses.total.backward()
      adam.step(learningRate: options.learningRate)
      last = (Double(losses.reconstruction.item), Double(losses.divergence.item))
    }
    store.recordsGradients = false
    return (vae, last)
  }

  /// The mean over rows of the cosine of a row and another vector; 0 for a row of zeros.
  private static func meanCosine(
    _ rows: [Float], width: Int, _ other: (_ row: Int) -> ArraySlice<Float>
  ) -> Double {
    let count = rows.count / max(width, 1)
    let sum = (0..<count).reduce(0.0) { sum, row in
      var (product, a, b) = (0.0, 0.0, 0.0)
      for (x, y) in zip(rows[row * width..<(row + 1) * width], other(row)) {
        product += Double(x) * Double(y)
        a += Double(x) * Double(x)
        b += Double(y) * Double(y)
      }
      return sum + product / max((a * b).squareRoot(), 1e-24)
    }
    return sum / Double(max(count, 1))
  }

  private static func require(
    _ what: String, _ values: [Float], rows: Int, width: Int
  ) throws(ModelError) {
    guard width > 0, values.count == rows * width else {
      throw .data(what, found: "\(values.count) numbers", expected: "\(rows) rows of \(width) (at least 1)")
    }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw .data(
        what, found: "\(values[place]) in row \(place / width), column \(place % width)", expected: "finite numbers")
    }
  }
}
