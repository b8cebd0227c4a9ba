import Glibc

/// A named float32 tensor in row-major order.
public struct CheckpointTensor: Equatable, Sendable {
  /// Module path, such as "visit.gate.weight".
  public var name: String
  public var shape: [Int]
  public var values: [Float]

  public init(name: String, shape: [Int], values: [Float]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}

/// All that training needs to go on as if it had never stopped.
public struct Checkpoint: Sendable {
  /// In the order in which the model registered them.
  public var parameters: [CheckpointTensor]
  /// Adam's moments, one array per parameter in the same order; both empty in a checkpoint that only holds weights.
  public var firstMoments, secondMoments: [[Float]]
  /// BatchNorm's running statistics.
  public var buffers: [CheckpointTensor]
  /// Updates done by the optimiser (the t of Adam's bias correction).
  public var optimizerStep: Int
  /// Epochs completed.
  public var epoch: Int
  /// Steps done in the epoch in progress; 0 between epochs.
  public var stepInEpoch: Int
  /// Steps since the start of the run, the counter of dropout masks.
  public var globalStep: Int
  /// Loss sums of the epoch in progress, in the trainer's order.
  public var partialLoss: [Double]
  public var seed: UInt64
  /// Best validation metric so far and the epoch that gave it; nil before the first validation.
  public var bestMetric: Double?
  public var bestEpoch: Int?
  /// Epochs since the best one.
  public var stalled: Int
  /// The resolved configuration.
  public var configYAML: String
  /// Content hashes of the data trained on.
  public var cohortHash, embeddingsHash: String
  /// Workers that took part; information only, a run may resume on another number.
  public var worldSize: Int

  public init(
    parameters: [CheckpointTensor], firstMoments: [[Float]], secondMoments: [[Float]], buffers: [CheckpointTensor],
    optimizerStep: Int, epoch: Int, stepInEpoch: Int, globalStep: Int, partialLoss: [Double], seed: UInt64,
    bestMetric: Double?, bestEpoch: Int?, stalled: Int, configYAML: String, cohortHash: String, embeddingsHash: String,
    worldSize: Int
  ) {
    self.parameters = parameters
    self.firstMoments = firstMoments
    self.secondMoments = secondMoments
    self.buffers = buffers
    self.optimizerStep = optimizerStep
    self.epoch = epoch
    self.stepInEpoch = stepInEpoch
    self.globalStep = globalStep
    self.partialLoss = partialLoss
    self.seed = seed
    self.bestMetric = bestMetric
    self.bestEpoch = bestEpoch
    self.stalled = stalled
    self.configYAML = configYAML
    self.cohortHash = cohortHash
    self.embeddingsHash = embeddingsHash
    self.worldSize = worldSize
  }
}

extension Checkpoint {
  /// Whether everything is equal bit by bit: -0 differs from 0, and a NaN equals itself.
  public func isIdentical(to other: Checkpoint) -> Bool {
    Self.same(parameters, other.parameters) && Self.same(buffers, other.buffers)
      && Self.same(firstMoments, other.firstMoments) && Self.same(secondMoments, other.secondMoments)
      && optimizerStep == other.optimizerStep && epoch == other.epoch && stepInEpoch == other.stepInEpoch
      && globalStep == other.globalStep && partialLoss.map(\.bitPattern) == other.partialLoss.map(\.bitPattern)
      && seed == other.seed && bestMetric?.bitPattern == other.bestMetric?.bitPattern && bestEpoch == other.bestEpoch
      && stalled == other.stalled && configYAML == other.configYAML && cohortHash == other.cohortHash
      && embeddingsHash == other.embeddingsHash && worldSize == other.worldSize
  }

  private static func same(_ a: [CheckpointTensor], _ b: [CheckpointTensor]) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy { $0.name == $1.name && $0.shape == $1.shape && same($0.values, $1.values) }
  }

  private static func same(_ a: [[Float]], _ b: [[Float]]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { same($0, $1) }
  }

  private static func same(_ a: [Float], _ b: [Float]) -> Bool {
    a.withUnsafeBytes { left in b.withUnsafeBytes { right in left.elementsEqual(byBytes: right) } }
  }

  /// Checks that names can be dataset names and are used once, and that every count fits.
  /// - Throws: `inconsistent`
  func validate(for path: String) throws(CheckpointError) {
    try Self.validate(parameters, "parameter", path)
    try Self.validate(buffers, "buffer", path)
    for (moments, order) in [(firstMoments, "first"), (secondMoments, "second")] {
      guard moments.count == parameters.count || (firstMoments.isEmpty && secondMoments.isEmpty) else {
        throw .inconsistent(path, "\(parameters.count) parameters have \(moments.count) \(order) moments")
      }
      for (parameter, values) in zip(parameters, moments) where values.count != parameter.values.count {
        throw .inconsistent(
          path,
          "the \(order) moment of \(parameter.name) has \(values.count) values instead of \(parameter.values.count)")
      }
    }
  }

  private static func validate(_ tensors: [CheckpointTensor], _ noun: String, _ path: String) throws(CheckpointError) {
    var seen: Set<String> = []
    for tensor in tensors {
      let name = tensor.name
      if name.isEmpty || name == "." || name.contains("/") || name.utf8.contains(0) {
        throw .inconsistent(path, "\"\(name)\" cannot name a \(noun): it is empty or holds '/'")
      }
      guard seen.insert(name).inserted else { throw .inconsistent(path, "two \(noun)s are named \(name)") }
      let count = tensor.shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
      guard tensor.shape.allSatisfy({ $0 >= 0 }), count == tensor.values.count else {
        throw .inconsistent(path, "\(noun) \(name) of shape \(tensor.shape) has \(tensor.values.count) values")
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func elementsEqual(byBytes other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard let left = baseAddress, let right = other.baseAddress else { return count == 0 }
    return memcmp(left, right, count) == 0
  }
}
