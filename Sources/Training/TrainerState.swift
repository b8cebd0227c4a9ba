import Checkpoints
import Layers
import TensorCore

/// Everything that a rank needs to go on exactly where another stopped. Equal on all ranks at a step boundary.
public struct TrainerState: Sendable {
  public var parameters: [CheckpointTensor] = []
  public var firstMoments: [[Float]] = []
  public var secondMoments: [[Float]] = []
  /// BatchNorm running statistics.
  public var buffers: [CheckpointTensor] = []
  public var optimizerStep = 0
  /// Epochs completed, and steps done of the next one.
  public var epoch = 0
  public var stepInEpoch = 0
  /// Sums over those steps: the total and the model's terms (`LossSums.stored`); empty at the beginning of an epoch.
  public var partialLoss: [Double] = []

  public init() {}
}

extension TrainerState {
  private static let what = "the saved state"

  public var packed: [UInt8] {
    var packer = Packer()
    packer.reserve(parameters.reduce(4096) { $0 + $1.values.count * 12 + 256 })
    packer.put([optimizerStep, epoch, stepInEpoch].map(Int64.init))
    packer.put(partialLoss)
    for tensors in [parameters, buffers] {
      packer.put(Int64(tensors.count))
      for tensor in tensors {
        packer.put(tensor.name)
        packer.put(tensor.shape.map(Int64.init))
        packer.put(tensor.values)
      }
    }
    for moment in firstMoments + secondMoments { packer.put(moment) }
    return packer.bytes
  }

  /// - Throws: `PackingError` when the bytes are not a state of this version.
  public init(packed bytes: UnsafeRawBufferPointer) throws(PackingError) {
    var unpacker = Unpacker(bytes, of: Self.what)
    let counters = try unpacker.takeList(of: Int64.self).map { Int($0) }
    guard counters.count == 3 else {
      throw PackingError(what: Self.what, offset: unpacker.offset, needed: 3, available: counters.count)
    }
    (optimizerStep, epoch, stepInEpoch) = (counters[0], counters[1], counters[2])
    partialLoss = try unpacker.takeList()
    var lists: [[CheckpointTensor]] = []
    for _ in 0..<2 {
      var tensors: [CheckpointTensor] = []
      for _ in 0..<(try unpacker.take(Int64.self)) {
        let name = try unpacker.takeText()
        let shape = try unpacker.takeList(of: Int64.self).map { Int($0) }
        tensors.append(CheckpointTensor(name: name, shape: shape, values: try unpacker.takeList()))
      }
      lists.append(tensors)
    }
    (parameters, buffers) = (lists[0], lists[1])
    for _ in parameters { firstMoments.append(try unpacker.takeList()) }
    for _ in parameters { secondMoments.append(try unpacker.takeList()) }
  }

  /// The part of a checkpoint that ranks need.
  public init(_ checkpoint: Checkpoint) {
    parameters = checkpoint.parameters
    firstMoments = checkpoint.firstMoments
    secondMoments = checkpoint.secondMoments
    buffers = checkpoint.buffers
    optimizerStep = checkpoint.optimizerStep
    epoch = checkpoint.epoch
    stepInEpoch = checkpoint.stepInEpoch
    partialLoss = checkpoint.partialLoss
  }
}

extension Trainer {
  public var state: TrainerState {
    var state = TrainerState()
    let moments = optimizer.moments
    for entry in store.entries {
      state.parameters.append(
        CheckpointTensor(name: entry.name, shape: entry.shape.axes, values: Array(store.values[entry.range])))
      state.firstMoments.append(Array(moments[0].values[entry.range]))
      state.secondMoments.append(Array(moments[1].values[entry.range]))
    }
    state.buffers = store.buffers.map {
      CheckpointTensor(name: $0.name, shape: $0.shape.axes, values: Array($0.values))
    }
    state.optimizerStep = optimizer.stepCount
    state.epoch = epoch
    state.stepInEpoch = stepInEpoch
    state.partialLoss = lossInEpoch.stored(job.config.model)
    return state
  }

  /// Takes over a state; names and shapes must be those of this model.
  /// - Throws: `TrainingError.stateMismatch` naming the first difference; nothing is changed then.
  public func restore(_ state: TrainerState) throws {
    let entries = store.entries
    try Self.match(
      expected: entries.map { ($0.name, $0.shape.axes) }, found: state.parameters.map { ($0.name, $0.shape) },
      counts: state.parameters.map(\.values.count))
    try Self.match(
      expected: store.buffers.map { ($0.name, $0.shape.axes) }, found: state.buffers.map { ($0.name, $0.shape) },
      counts: state.buffers.map(\.values.count))
    let hasMoments =
      state.firstMoments.count == entries.count && state.secondMoments.count == entries.count
      && zip(entries, zip(state.firstMoments, state.secondMoments)).allSatisfy {
        $0.range.count == $1.0.count && $0.range.count == $1.1.count
      }
    let loss =
      state.partialLoss.isEmpty
      ? LossSums() : LossSums(stored: state.partialLoss, job.config.model, steps: state.stepInEpoch)
    guard hasMoments, let loss else {
      throw TrainingError.stateMismatch("the optimiser's moments are missing or of other sizes")
    }
    let moments = optimizer.moments
    for (index, entry) in entries.enumerated() {
      Self.copy(state.parameters[index].values, to: store.values, entry.range)
      Self.copy(state.firstMoments[index], to: moments[0].values, entry.range)
      Self.copy(state.secondMoments[index], to: moments[1].values, entry.range)
    }
    for (buffer, saved) in zip(store.buffers, state.buffers) {
      Self.copy(saved.values, to: buffer.values, 0..<saved.values.count)
    }
    optimizer.stepCount = state.optimizerStep
    epoch = state.epoch
    stepInEpoch = state.stepInEpoch
    lossInEpoch = loss
  }

  private static func copy(_ values: [Float], to target: UnsafeMutableBufferPointer<Float>, _ range: Range<Int>) {
    for (index, value) in zip(range, values) { target[index] = value }
  }

  private static func match(expected: [(String, [Int])], found: [(String, [Int])], counts: [Int]) throws {
    for (index, (name, shape)) in expected.enumerated() {
      guard index < found.count else { throw TrainingError.stateMismatch("\(name) is missing") }
      guard found[index].0 == name, found[index].1 == shape, counts[index] == shape.reduce(1, *) else {
        throw TrainingError.stateMismatch(
          "expected \(name) of shape \(shape), found \(found[index].0) of shape \(found[index].1)")
      }
    }
    guard found.count == expected.count else {
      throw TrainingError.stateMismatch("\(found[expected.count].0) is not a part of this model")
    }
  }
}
