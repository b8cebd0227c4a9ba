import Reports
import TextEncoder
import Training

/// About how much memory a benchmark takes, so that sizes which a machine does not have are refused before they are
/// asked for.
struct MemoryNeed {
  /// One share: bytes, what they hold, and which options decide about them.
  struct Share {
    var bytes: Double
    var what, options: String
  }

  private(set) var shares: [Share] = []

  mutating func add(_ bytes: Double, _ what: String, _ options: String) {
    shares.append(Share(bytes: bytes, what: what, options: options))
  }

  /// - Throws: `BenchError.memory` when this machine has less.
  func check(available: Double = Machine.availableMemory) throws(BenchError) {
    let needed = shares.reduce(0) { $0 + $1.bytes }
    guard needed > available, let most = shares.max(by: { $0.bytes < $1.bytes }) else { return }
    throw .memory(needed: needed, available: available, most: most.what, share: most.bytes, options: most.options)
  }

  private static let float = Double(MemoryLayout<Float>.stride)

  /// Training steps, or the scoring of visits.
  /// - Parameters:
  ///   - processes: how many hold a copy of the weights
  ///   - scored: visits that are scored against all medications
  init(_ options: BenchOptions, molecules: BenchMolecules, visits: Int, processes: Int = 1, scored: Int = 0) {
    let (parameters, encoder) = Self.parameters(options, medications: molecules.medicationCount)
    let (d, s, b) = (Double(options.dEnc), Double(options.dS), Double(options.batch))
    let (atoms, medications) = (Double(molecules.batch.atomCount), Double(molecules.medicationCount))
    let (layers, copies, float) = (Double(options.layers), Double(processes), Self.float)
    add(
      float * Double(visits * VisitTable.Text.allCases.count) * d, "embeddings of the visits",
      scored > 0 ? "--d-enc or --visits" : "--d-enc, --batch or --steps")
    // Weights, gradients and two moments; the encoder's gradients in four parts more.
    add(copies * float * (4 * parameters + 4 * encoder), "weights", "--d-enc, --d-k, --d-s or --layers")
    // Per layer two results of products and the layer's own, 2 S + S + S; the backward pass needs three times one layer's.
    add(copies * float * atoms * s * (4 * layers + 12), "molecules", "--d-s, --layers or --molecules")
    // The program itself, measured.
    add(copies * 40 * 0x1p20, "programs", "--workers")
    let width = d + s + Double(options.dK)
    add(copies * float * 6 * medications * width, "medications", "--d-enc, --d-k, --d-s or --molecules")
    add(
      copies * float * b * (3 * d * Double(options.history + 6) + 10 * Double(options.dK) + 8 * medications), "batch",
      "--batch, --history or --d-enc")
    if scored > 0 { add(2 * float * Double(scored) * medications, "scores", "--visits or --molecules") }
  }

  /// Numbers that are trained, and those of the molecule encoder among them.
  private static func parameters(_ options: BenchOptions, medications: Int) -> (all: Double, encoder: Double) {
    let shape = StepShape(
      atoms: 0, neighbourhoods: 0, edges: 0, medications: medications, parameters: 0, options: options)
    let s = Double(options.dS)
    let encoder = Double(options.layers) * (4 * s * s + 30 * s) + 200 * s
    return (encoder + shape.maps.reduce(0) { $0 + Double($1.inputs) * Double($1.outputs) }, encoder)
  }

  /// The kernels of a step, each with memory of its own, beside the step.
  mutating func addKernels(_ options: BenchOptions, molecules: BenchMolecules) {
    let (parameters, _) = Self.parameters(options, medications: molecules.medicationCount)
    let atoms = Double(molecules.batch.atomCount) * Double(options.dS)
    add(Self.float * (50 * atoms + 7 * parameters), "buffers of the kernels", "--d-enc, --d-k, --d-s or --batch")
  }

  /// The encoding of texts with random weights, which are held as they are made and once more packed.
  init(_ shape: EmbedBench.Shape) {
    let (width, inner) = (Double(shape.width), Double(shape.inner))
    let rows = Double(shape.vocabulary + 512)
    add(
      Self.float * 2 * Double(shape.layers) * width * (4 * width + 2 * inner), "layers", "--layers, --width or --inner")
    add(Self.float * rows * width, "embeddings of the tokens", "--vocabulary or --width")
  }

  /// The vectors of texts.
  init(texts: Int, width: Int) {
    add(Self.float * Double(texts) * Double(width + 128), "vectors of the texts", "--texts or --width")
  }
}
