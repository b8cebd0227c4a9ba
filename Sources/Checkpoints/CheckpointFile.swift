import HDF5

/// A checkpoint as an HDF5 file, kind "checkpoint".
///
/// Layout (tensors: float32, chunked, with Fletcher-32 checksums; PATH is the module path with its dots, so that
/// `h5py.File(f)["parameters"]["visit.gate.weight"]` is the tensor):
/// ```
/// /parameter_names, /buffer_names   strings, in the order the model registered them
/// /parameters/PATH, /buffers/PATH   values
/// /moments/first/PATH, /moments/second/PATH   in the shape of the parameter; absent when only weights are held
/// /partial_loss                     float64 sums
/// root attributes, all of which count in content_hash:
///   optimizer_step, epoch, step_in_epoch, global_step, stalled, world_size   integers
///   best_metric (float), best_epoch (integer)   absent before the first validation
///   seed   decimal text: it may exceed a signed integer
///   config_yaml, cohort_hash, embeddings_hash   texts
/// ```
public enum CheckpointFile {
  public static let kind = "checkpoint"
  public static let schemaVersion = 1

  /// Writes atomically; the file is re-opened and compared bit by bit before it takes its name.
  /// - Throws: `inconsistent` before anything is written, `file`, `notAsWritten`
  public static func write(_ checkpoint: Checkpoint, to path: String) throws(CheckpointError) {
    try checkpoint.validate(for: path)
    do {
      try AtomicFile.hdf5(at: path) { file in
        try encode(checkpoint, into: file)
      } verify: { file in
        try KindedFile.verify(file)
        guard try decode(file).isIdentical(to: checkpoint) else { throw CheckpointError.notAsWritten(path) }
      }
    } catch {
      throw CheckpointError(error, path: path)
    }
  }

  /// Reads and verifies a checkpoint.
  /// - Throws: `file` (missing, damaged, of another kind or schema), `malformed`
  public static func read(_ path: String) throws(CheckpointError) -> Checkpoint {
    do {
      let file = try KindedFile.open(path, kind: kind, schemaVersions: 1...schemaVersion)
      try KindedFile.verify(file)
      return try decode(file)
    } catch {
      throw CheckpointError(error, path: path)
    }
  }

  private static func encode(_ checkpoint: Checkpoint, into file: HDF5File) throws {
    try file.writeStrings(checkpoint.parameters.map(\.name), to: "parameter_names")
    try file.writeStrings(checkpoint.buffers.map(\.name), to: "buffer_names")
    for (index, tensor) in checkpoint.parameters.enumerated() {
      let path = tensor.name
      try file.write(tensor.values, shape: tensor.shape, to: "parameters/\(path)", layout: .checksummed())
      if checkpoint.firstMoments.isEmpty { continue }
      for (order, moments) in [("first", checkpoint.firstMoments), ("second", checkpoint.secondMoments)] {
        try file.write(moments[index], shape: tensor.shape, to: "moments/\(order)/\(path)", layout: .checksummed())
      }
    }
    for tensor in checkpoint.buffers {
      try file.write(tensor.values, shape: tensor.shape, to: "buffers/\(tensor.name)", layout: .checksummed())
    }
    try file.write(
      checkpoint.partialLoss, shape: [checkpoint.partialLoss.count], to: "partial_loss", layout: .checksummed())
    let attributes = attributes(of: checkpoint)
    for (name, value) in attributes { try file.setAttribute(name, value) }
    try KindedFile.seal(file, kind: kind, schemaVersion: schemaVersion, hashing: attributes.map(\.name))
  }

  private static func attributes(of checkpoint: Checkpoint) -> [(name: String, value: HDF5Attribute)] {
    var result: [(name: String, value: HDF5Attribute)] = [
      ("optimizer_step", .int(Int64(checkpoint.optimizerStep))), ("epoch", .int(Int64(checkpoint.epoch))),
      ("step_in_epoch", .int(Int64(checkpoint.stepInEpoch))), ("global_step", .int(Int64(checkpoint.globalStep))),
      ("stalled", .int(Int64(checkpoint.stalled))), ("world_size", .int(Int64(checkpoint.worldSize))),
      ("seed", .string(String(checkpoint.seed))), ("config_yaml", .string(checkpoint.configYAML)),
      ("cohort_hash", .string(checkpoint.cohortHash)), ("embeddings_hash", .string(checkpoint.embeddingsHash)),
    ]
    if let metric = checkpoint.bestMetric { result.append(("best_metric", .double(metric))) }
    if let epoch = checkpoint.bestEpoch { result.append(("best_epoch", .int(Int64(epoch)))) }
    return result
  }

  private static func decode(_ file: HDF5File) throws -> Checkpoint {
    let attributes = try file.attributes(of: "/")
    func malformed(_ reason: String) -> CheckpointError { .malformed(file.path, reason) }
    func int(_ name: String) throws -> Int {
      guard let value = attributes[name]?.intValue else { throw malformed("attribute \(name) is not an integer") }
      return Int(value)
    }
    func text(_ name: String) throws -> String {
      guard let value = attributes[name]?.stringValue else { throw malformed("attribute \(name) is not a text") }
      return value
    }
    let parameters = try tensors("parameter", in: file)
    let hasMoments = file.exists("moments")
    func moments(_ order: String) throws -> [[Float]] {
      guard hasMoments else { return [] }
      return try parameters.map { parameter in
        let path = "moments/\(order)/\(parameter.name)"
        guard try file.shape(of: path) == parameter.shape else {
          throw malformed("/\(path) has another shape than its parameter")
        }
        return try file.read(path)
      }
    }
    guard let seed = UInt64(try text("seed")) else { throw malformed("attribute seed is not a number") }
    return Checkpoint(
      parameters: parameters, firstMoments: try moments("first"), secondMoments: try moments("second"),
      buffers: try tensors("buffer", in: file), optimizerStep: try int("optimizer_step"), epoch: try int("epoch"),
      stepInEpoch: try int("step_in_epoch"), globalStep: try int("global_step"),
      partialLoss: try file.read("partial_loss"), seed: seed, bestMetric: attributes["best_metric"]?.doubleValue,
      bestEpoch: attributes["best_epoch"] == nil ? nil : try int("best_epoch"), stalled: try int("stalled"),
      configYAML: try text("config_yaml"), cohortHash: try text("cohort_hash"),
      embeddingsHash: try text("embeddings_hash"), worldSize: try int("world_size"))
  }

  /// Reads /parameters or /buffers in the order of the list of names.
  private static func tensors(_ noun: String, in file: HDF5File) throws -> [CheckpointTensor] {
    try file.readStrings("\(noun)_names").map { name in
      let path = "\(noun)s/\(name)"
      return CheckpointTensor(name: name, shape: try file.shape(of: path), values: try file.read(path))
    }
  }
}
