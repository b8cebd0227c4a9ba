import Models
import TensorCore

/// Gradients of the patient side as sufficient factors: the gradient of y = x Wᵀ is δᵀx, and for a batch of visits x and
/// δ are far smaller than W. Every rank sends the factors of its own visits; every rank forms the same full gradient from
/// all of them, in the order of the batch, whoever computed which visit.
///
/// Layers whose factors would be larger than the gradient itself are left dense: each rank accumulates its own visits'
/// gradient, and `denseRanges` are summed over ranks.
final class StepFactors: LinearGradientSink {
  private struct Layer {
    let weight: Parameter<Float>
    let bias: Parameter<Float>?
    let name: String
    let inputs, outputs, rowsPerVisit: Int
    let isDense: Bool
    var floatsPerVisit: Int { rowsPerVisit * (inputs + outputs) }
    /// First float of this layer in a rank's message, for one visit; to be scaled by the rank's visits.
    var offset = 0
    /// Factors of the whole batch, in its order.
    var x = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
    var dy = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
  }

  private var layers: [Layer] = []
  private var indexOfLayer: [String: Int] = [:]
  private let floatsPerVisit: Int
  private let width, medications: Int
  private let batch: Int
  private var message: [UInt8] = []
  private var rows: [Int32] = []
  private var isAlone = false
  private var factors: [LinearFactors<Float>] = []
  /// p_v `[B, K]` and dz `[B, M]` of the whole batch, after `exchange`.
  private(set) var visitBK: [Float]
  private(set) var gradientBM: [Float]

  private static let headerBytes = 32

  /// - Parameter batch: visits of a full step.
  init(_ patientLayers: [PatientLayer<Float>], batch: Int, width: Int, medications: Int) {
    self.batch = batch
    self.width = width
    self.medications = medications
    var offset = width + medications
    for layer in patientLayers {
      let (inputs, outputs) = (layer.weight.shape.last, layer.weight.shape.rows)
      let isDense = batch * layer.rowsPerVisit * (inputs + outputs) > inputs * outputs
      var entry = Layer(
        weight: layer.weight, bias: layer.bias, name: layer.weight.name, inputs: inputs, outputs: outputs,
        rowsPerVisit: layer.rowsPerVisit, isDense: isDense, offset: offset)
      if !isDense {
        offset += entry.floatsPerVisit
        entry.x = .allocate(capacity: batch * layer.rowsPerVisit * inputs)
        entry.dy = .allocate(capacity: batch * layer.rowsPerVisit * outputs)
        entry.x.initialize(repeating: 0)
        entry.dy.initialize(repeating: 0)
      }
      indexOfLayer[entry.name] = layers.count
      layers.append(entry)
    }
    floatsPerVisit = offset
    visitBK = [Float](repeating: 0, count: batch * width)
    gradientBM = [Float](repeating: 0, count: batch * medications)
  }

  deinit {
    for layer in layers {
      layer.x.deallocate()
      layer.dy.deallocate()
    }
  }

  /// Places of the weights whose gradients the optimiser forms from factors: nothing is added to them in the store.
  var factoredRanges: [Range<Int>] { layers.filter { !$0.isDense }.map { $0.weight.range } }

  /// Names of the parameters whose gradients ranks sum instead.
  var denseParameters: Set<String> {
    Set(layers.filter(\.isDense).flatMap { [$0.weight.name] + ($0.bias.map { [$0.name] } ?? []) })
  }

  /// Starts a step of one rank, which holds all visits of the batch in their order: nothing is sent.
  func beginAlone() {
    isAlone = true
  }

  /// Starts the message of one step for the visits at these positions of the batch.
  func begin(rows: [Int32]) {
    isAlone = false
    self.rows = rows
    let positions = (rows.count * 4 + 7) / 8 * 8
    let size = Self.headerBytes + positions + rows.count * floatsPerVisit * 4
    message.removeAll(keepingCapacity: true)
    message.append(contentsOf: repeatElement(0, count: size))
    message.withUnsafeMutableBytes { bytes in
      bytes.storeBytes(of: UInt64(rows.count), as: UInt64.self)
      rows.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(rebasing: bytes[Self.headerBytes..<(Self.headerBytes + source.count)])
          .copyMemory(from: source)
      }
    }
  }

  func linear(
    weight: Parameter<Float>, bias: Parameter<Float>?, x: UnsafeBufferPointer<Float>, dy: UnsafeBufferPointer<Float>,
    rows count: Int
  ) throws {
    guard let index = indexOfLayer[weight.name], !layers[index].isDense else {
      try weight.accumulateLinearGradient(bias: bias, x: x, dy: dy, rows: count)
      return
    }
    let layer = layers[index]
    if isAlone {
      guard x.count <= layer.x.count, dy.count <= layer.dy.count else {
        throw TrainingError.stateMismatch("a batch of \(count) rows of \(weight.name)")
      }
      _ = layer.x.update(fromContentsOf: x)
      _ = layer.dy.update(fromContentsOf: dy)
      return
    }
    put(x, at: layer.offset)
    put(dy, at: layer.offset + layer.rowsPerVisit * layer.inputs)
  }

  /// The factors of z = p_v Ẽᵀ.
  func logits(visits: UnsafeBufferPointer<Float>, gradient: UnsafeBufferPointer<Float>) {
    put(visits, at: 0)
    put(gradient, at: width)
  }

  /// Floats of all own visits, placed after those of the blocks before: a block starts at visits × its offset.
  private func put(_ values: UnsafeBufferPointer<Float>, at offset: Int) {
    let positions = (rows.count * 4 + 7) / 8 * 8
    let start = Self.headerBytes + positions + rows.count * offset * 4
    message.withUnsafeMutableBytes { bytes in
      UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + values.count * 4)])
        .copyMemory(from: UnsafeRawBufferPointer(values))
    }
  }

  /// Sends the own factors and the own part of the loss; takes everybody's.
  /// - Returns: the loss of the step over all ranks.
  func exchange(
    _ own: LossSums, visits: Int, step: Int, through exchange: any StepExchange
  ) throws -> LossSums {
    message.withUnsafeMutableBytes { bytes in
      bytes.storeBytes(of: own.terms[0], toByteOffset: 8, as: Double.self)
      bytes.storeBytes(of: own.terms[1], toByteOffset: 16, as: Double.self)
      bytes.storeBytes(of: own.total, toByteOffset: 24, as: Double.self)
    }
    var sums = LossSums()
    var covered = [Bool](repeating: false, count: visits)
    try message.withUnsafeBytes { own in
      try exchange.allGather(own) { rank, bytes in try self.take(bytes, from: rank, &sums, &covered) }
    }
    if let missing = covered.firstIndex(of: false) {
      throw TrainingError.visitNotComputed(position: missing, step: step)
    }
    sums.steps = 1
    return sums
  }

  private func take(
    _ bytes: UnsafeRawBufferPointer, from rank: Int, _ sums: inout LossSums, _ covered: inout [Bool]
  ) throws {
    let count = bytes.count >= Self.headerBytes ? Int(bytes.loadUnaligned(as: UInt64.self)) : -1
    let positions = (max(count, 0) * 4 + 7) / 8 * 8
    let expected = Self.headerBytes + positions + max(count, 0) * floatsPerVisit * 4
    guard count >= 0, count <= covered.count, bytes.count == expected else {
      throw TrainingError.exchangeMismatch(what: "gradients", rank: rank, expected: expected, found: bytes.count)
    }
    sums.terms[0] += bytes.loadUnaligned(fromByteOffset: 8, as: Double.self)
    sums.terms[1] += bytes.loadUnaligned(fromByteOffset: 16, as: Double.self)
    sums.total += bytes.loadUnaligned(fromByteOffset: 24, as: Double.self)
    let floats = UnsafeRawBufferPointer(rebasing: bytes[(Self.headerBytes + positions)...])
    for own in 0..<count {
      let position = Int(bytes.loadUnaligned(fromByteOffset: Self.headerBytes + own * 4, as: Int32.self))
      guard position >= 0, position < covered.count else {
        throw TrainingError.exchangeMismatch(what: "a position", rank: rank, expected: covered.count, found: position)
      }
      covered[position] = true
      visitBK.withUnsafeMutableBufferPointer {
        place(floats, block: 0, visits: count, own: own, size: width, into: $0, at: position)
      }
      gradientBM.withUnsafeMutableBufferPointer {
        place(floats, block: width, visits: count, own: own, size: medications, into: $0, at: position)
      }
      for index in layers.indices where !layers[index].isDense {
        let (x, dy) = (
          layers[index].rowsPerVisit * layers[index].inputs, layers[index].rowsPerVisit * layers[index].outputs
        )
        let block = layers[index].offset
        place(floats, block: block, visits: count, own: own, size: x, into: layers[index].x, at: position)
        place(floats, block: block + x, visits: count, own: own, size: dy, into: layers[index].dy, at: position)
      }
    }
  }

  private func place(
    _ floats: UnsafeRawBufferPointer, block: Int, visits: Int, own: Int, size: Int,
    into destination: UnsafeMutableBufferPointer<Float>, at position: Int
  ) {
    let start = (visits * block + own * size) * 4
    UnsafeMutableRawBufferPointer(
      rebasing: UnsafeMutableRawBufferPointer(destination)[(position * size * 4)..<((position + 1) * size * 4)]
    ).copyMemory(from: UnsafeRawBufferPointer(rebasing: floats[start..<(start + size * 4)]))
  }

  /// The factors of every factored layer over the whole batch, for the optimiser; their biases' gradients db = Σδ are
  /// set in the store. Valid until the next step begins.
  func take(visits: Int) throws -> [LinearFactors<Float>] {
    factors.removeAll(keepingCapacity: true)
    for layer in layers where !layer.isDense {
      let rows = visits * layer.rowsPerVisit
      let dy = UnsafeBufferPointer(rebasing: layer.dy[..<(rows * layer.outputs)])
      try layer.bias?.setBiasGradient(dy, rows: rows)
      factors.append(
        try LinearFactors(
          layer.weight, x: UnsafeBufferPointer(rebasing: layer.x[..<(rows * layer.inputs)]), dy: dy, rows: rows))
    }
    return factors
  }
}
