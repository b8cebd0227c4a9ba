import HDF5
import Layers
import Models
import TensorCore
import Testing

@Suite(.enabled(if: Golden<Float>.isAvailable("fmchs_small.h5"), "needs the golden files (THERIAC_GOLDEN)"))
struct PropertyVAEGoldenTests {
  func tensor(_ file: HDF5File, _ name: String) throws -> Tensor<Double> {
    try Tensor(file.read(name, as: Double.self), file.shape(of: name))
  }

  func expect(_ tensor: Tensor<Double>, _ file: HDF5File, _ name: String) throws {
    let difference = largestDifference(tensor.array, try file.read(name, as: Double.self))
    #expect(difference <= 1e-12, "\(name): \(difference)")
  }

  @Test("sample, losses, gradients, five steps of Adam and the generated vectors agree with PyTorch")
  func training() throws {
    let file = try HDF5File.open("\(Golden<Double>.directory)/fmchs_small.h5")
    let store = ParameterStore<Double>(seed: 1)
    let vae = try PropertyVAE(properties: 5, hidden: 6, latent: 3, outputs: 12, in: store.scope)
    let adam = Adam(store)
    for entry in store.entries {
      for (index, value) in zip(entry.range, try file.read("vae/init/\(entry.name)", as: Double.self)) {
        store.values[index] = value
      }
    }
    let (x, y, noise) = (try tensor(file, "vae/x"), try tensor(file, "vae/y"), try tensor(file, "vae/eps"))
    let (mean, logVariance) = try vae.encode(x)
    try expect(mean, file, "vae/mu0")
    try expect(logVariance, file, "vae/logvar0")
    let first = try noise.selected(axis: 0, 0)
    let sample = try Tensor.normalSample(mean: mean, logVariance: logVariance, noise: first)
    try expect(sample, file, "vae/z0")
    try expect(vae.decode(sample), file, "vae/out0")
    let trace = try file.read("vae/losses", as: Double.self)
    for step in 0..<5 {
      store.zeroGradients()
      let losses = try vae.losses(x, y, noise: noise.selected(axis: 0, step), beta: 0.01)
      try losses.total.backward()
      let found = [losses.total.item, losses.reconstruction.item, losses.divergence.item]
      #expect(largestDifference(found, Array(trace[step * 3..<step * 3 + 3])) <= 1e-9, "step \(step)")
      if step == 0 {
        for (name, value) in zip(["loss0", "rec0", "kl0"], found) {
          let expected = try #require(try file.attribute(name, of: "vae")?.doubleValue)
          #expect(abs(value - expected) <= 1e-12)
        }
        for entry in store.entries {
          try expect(
            Tensor(Array(store.gradients[entry.range]), entry.shape.axes), file, "vae/grad0/\(entry.name)")
        }
      }
      adam.step(learningRate: 1e-3)
    }
    for entry in store.entries {
      let reference = try file.read("vae/after5/\(entry.name)", as: Double.self)
      #expect(largestDifference(Array(store.values[entry.range]), reference) <= 1e-9, "\(entry.name)")
    }
    let generated = try vae.generate(tensor(file, "mmge/prop"))
    #expect(largestDifference(generated.array, try file.read("vae/generated", as: Double.self)) <= 1e-9)
    let (known, vectors) = (try file.read("mmge/has_mol", as: UInt8.self), try tensor(file, "mmge/herb_mol"))
    let filled = try file.read("vae/herb_mol_filled", as: Double.self)
    for herb in 0..<8 {
      let source = known[herb] == 1 ? vectors.array : generated.array
      let rows = herb * 12..<herb * 12 + 12
      #expect(largestDifference(Array(source[rows]), Array(filled[rows])) <= 1e-9)
    }
  }

  @Test("a herb's vector is the normalised sum of its molecules, zeros without one")
  func pooled() throws {
    let file = try HDF5File.open("\(Golden<Double>.directory)/fmchs_small.h5")
    let owners = try file.read("mmge/herb_of_molecule", as: Int64.self).map { Int($0) }
    let found = try HerbVectors.pooled(
      molecules: file.read("mmge/molecules", as: Float.self), width: 12, herbOfMolecule: owners, herbs: 8)
    #expect(largestDifference(found.vectors, try file.read("mmge/herb_mol", as: Double.self)) <= 1e-6)
    #expect(found.isKnown == (try file.read("mmge/has_mol", as: UInt8.self)).map { $0 == 1 })
    let features = try HerbVectors.features(
      properties: file.read("mmge/prop", as: Float.self), propertyWidth: 5,
      vectors: file.read("vae/herb_mol_filled", as: Float.self), width: 12)
    #expect(largestDifference(features, try file.read("Xh", as: Float.self)) == 0)
  }
}

@Suite struct HerbVectorTests {
  /// Vectors that the two properties determine: (1, 0) → e₀, (0, 1) → e₁, (1, 1) → both.
  static let properties: [Float] = [1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 0, 0]
  static let vectors: [Float] =
    [1, 0, 0, 0, 1, 0, 0.6, 0.8, 0, 1, 0, 0, 0, 1, 0, 0.6, 0.8, 0] + Array(repeating: 0, count: 9)
  static let isKnown = [true, true, true, true, true, true, false, false, false]

  static func options(epochs: Int = 300) -> VAEOptions {
    var options = VAEOptions()
    (options.epochs, options.learningRate, options.hidden, options.latent) = (epochs, 1e-2, 16, 2)
    return options
  }

  @Test("herbs without molecules get what their properties say, known ones keep theirs")
  func fill() throws {
    let (filled, report) = try HerbVectors.fill(
      properties: Self.properties, propertyWidth: 2, vectors: Self.vectors, width: 3, isKnown: Self.isKnown,
      options: Self.options())
    #expect(filled.prefix(18).elementsEqual(Self.vectors.prefix(18)))
    #expect(filled[18] > 0.95 && abs(filled[19]) < 0.3, "\(filled[18...])")
    #expect(filled[22] > 0.95 && abs(filled[21]) < 0.3, "\(filled[18...])")
    for herb in 6..<9 {
      let norm = filled[herb * 3..<herb * 3 + 3].reduce(0) { $0 + $1 * $1 }
      #expect(abs(norm - 1) < 1e-5)
    }
    let found = try #require(report)
    #expect(found.filled == 3 && found.filledWithoutProperties == 1 && found.trainedOn == 6)
    #expect(found.cosine > 0.97 && found.cosine > found.meanVectorCosine + 0.1, "\(found)")
    // Two each of e₀, e₁ and (0.6, 0.8): their mean is (1.6, 1.8) / 3.
    let length = (1.6 * 1.6 + 1.8 * 1.8).squareRoot()
    let expected = (1.6 + 1.8 + (0.6 * 1.6 + 0.8 * 1.8)) / length / 3
    #expect(abs(found.meanVectorCosine - expected) < 1e-6)
    #expect(found.rec.isFinite && found.kl > 0)
  }

  @Test("the same seed gives the same bits, another seed others")
  func determinism() throws {
    func run(_ seed: UInt64) throws -> [Float] {
      var options = Self.options(epochs: 3)
      options.seed = seed
      return try HerbVectors.fill(
        properties: Self.properties, propertyWidth: 2, vectors: Self.vectors, width: 3, isKnown: Self.isKnown,
        options: options
      ).filled
    }
    #expect(try run(5) == run(5))
    #expect(try run(5) != run(6))
  }

  @Test("nothing is trained where every herb has molecules")
  func complete() throws {
    let (filled, report) = try HerbVectors.fill(
      properties: [0, 0], propertyWidth: 1, vectors: [1, 2], width: 1, isKnown: [true, true])
    #expect(filled == [1, 2] && report == nil)
  }

  @Test("bad input is refused with a sentence that says what")
  func errors() throws {
    func fill(
      _ properties: [Float] = [1, 0], _ vectors: [Float] = [1, 0], _ known: [Bool] = [true, false],
      _ change: (inout VAEOptions) -> Void = { _ in }
    ) throws {
      var options = Self.options(epochs: 1)
      change(&options)
      _ = try HerbVectors.fill(
        properties: properties, propertyWidth: 1, vectors: vectors, width: 1, isKnown: known, options: options)
    }
    #expect(throws: ModelError.noPairedHerbs(herbs: 2, withMolecules: 1, withProperties: 1)) { try fill([0, 1]) }
    #expect("\(ModelError.noPairedHerbs(herbs: 2, withMolecules: 1, withProperties: 1))".contains("none has both"))
    #expect(throws: ModelError.self) { try fill([1]) }
    #expect(throws: ModelError.self) { try fill([1, 0], [1]) }
    #expect(throws: ModelError.data("The herbs' vectors", found: "nan in row 0, column 0", expected: "finite numbers"))
    {
      try fill([1, 0], [.nan, 0])
    }
    #expect(throws: ModelError.self) { try fill { $0.epochs = 0 } }
    #expect(throws: ModelError.self) { try fill { $0.latent = 0 } }
    #expect(throws: ModelError.self) { try fill { $0.learningRate = .nan } }
    #expect(throws: ModelError.self) { try fill { $0.beta = -1 } }
    #expect(throws: ModelError.self) {
      try HerbVectors.pooled(molecules: [1, 2], width: 1, herbOfMolecule: [0, 3], herbs: 3)
    }
    #expect(throws: ModelError.self) {
      try HerbVectors.pooled(molecules: [1], width: 1, herbOfMolecule: [0, 1], herbs: 3)
    }
    #expect(throws: ModelError.self) {
      try HerbVectors.features(properties: [1, 2, 3], propertyWidth: 2, vectors: [1], width: 1)
    }
  }
}
