import Checkpoints
import Glibc
import HDF5
import Testing

/// A directory that is removed, with all in it, when the test is over.
final class TemporaryDirectory {
  let path: String

  init() throws {
    var template = Array("/tmp/theriac-test-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names() { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  func names() -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

func bytes(of path: String) throws -> [UInt8] {
  let file = try #require(fopen(path, "rb"))
  defer { fclose(file) }
  fseek(file, 0, SEEK_END)
  var bytes = [UInt8](repeating: 0, count: ftell(file))
  rewind(file)
  try #require(fread(&bytes, 1, bytes.count, file) == bytes.count)
  return bytes
}

func put(_ bytes: [UInt8], at path: String) throws {
  let file = try #require(fopen(path, "wb"))
  defer { fclose(file) }
  try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}

/// A small checkpoint whose every field differs from its default.
func sample(epoch: Int = 7, step: Int = 0) -> Checkpoint {
  let parameters = [
    CheckpointTensor(
      name: "visit.gate.weight", shape: [3, 2], values: [1, -0.0, .nan, .infinity, .leastNonzeroMagnitude, 6]),
    CheckpointTensor(name: "molecule.0.bias", shape: [2], values: [7, 8]),
    CheckpointTensor(name: "alpha", shape: [], values: [0.5]),
    CheckpointTensor(name: "empty", shape: [0, 4], values: []),
  ]
  return Checkpoint(
    parameters: parameters, firstMoments: parameters.map { $0.values.map { $0 * 2 } },
    secondMoments: parameters.map { $0.values.map { $0 * 3 } },
    buffers: [CheckpointTensor(name: "norm.mean", shape: [2], values: [0.25, -3])],
    optimizerStep: 901, epoch: epoch, stepInEpoch: step, globalStep: 903, partialLoss: [0.1, -0.0, 3e300],
    seed: .max - 3, bestMetric: 0.5312, bestEpoch: 5, stalled: 2, configYAML: "name: größer\nlr: 0.0001\n",
    cohortHash: "aa11", embeddingsHash: "bb22", worldSize: 4)
}

@Suite struct CheckpointFileTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  @Test("everything comes back bit by bit: order, NaN, -0, scalars, empty tensors, large seeds")
  func roundTrip() throws {
    let checkpoint = sample(step: 120)
    try CheckpointFile.write(checkpoint, to: directory("c.h5"))
    #expect(directory.names() == ["c.h5"])
    let read = try CheckpointFile.read(directory("c.h5"))
    #expect(read.isIdentical(to: checkpoint))
    #expect(read.parameters.map(\.name) == ["visit.gate.weight", "molecule.0.bias", "alpha", "empty"])
    #expect(read.seed == UInt64.max - 3)
  }

  @Test("a checkpoint before the first validation, and one of weights alone, come back")
  func minimal() throws {
    var checkpoint = sample()
    checkpoint.bestMetric = nil
    checkpoint.bestEpoch = nil
    checkpoint.firstMoments = []
    checkpoint.secondMoments = []
    checkpoint.buffers = []
    checkpoint.partialLoss = []
    try CheckpointFile.write(checkpoint, to: directory("c.h5"))
    let read = try CheckpointFile.read(directory("c.h5"))
    #expect(read.isIdentical(to: checkpoint))
    #expect(read.bestMetric == nil && read.bestEpoch == nil && read.firstMoments.isEmpty)
  }

  @Test("isIdentical sees a single bit, and every field")
  func identity() {
    let changes: [(inout Checkpoint) -> Void] = [
      { $0.parameters[0].values[1] = 0 }, { $0.parameters[1].name = "x" }, { $0.parameters[1].shape = [1, 2] },
      { $0.parameters.swapAt(0, 1) }, { $0.firstMoments[1][0] += 1 }, { $0.secondMoments[2][0] += 1 },
      { $0.buffers[0].values[0] += 1 }, { $0.optimizerStep += 1 }, { $0.epoch += 1 }, { $0.stepInEpoch += 1 },
      { $0.globalStep += 1 }, { $0.partialLoss[1] = 0 }, { $0.seed += 1 }, { $0.bestMetric = nil },
      { $0.bestEpoch = 4 }, { $0.stalled += 1 }, { $0.configYAML += " " }, { $0.cohortHash = "" },
      { $0.embeddingsHash = "" }, { $0.worldSize = 1 },
    ]
    #expect(sample().isIdentical(to: sample()))
    for (index, change) in changes.enumerated() {
      var changed = sample()
      change(&changed)
      #expect(!changed.isIdentical(to: sample()), "change \(index)")
    }
  }

  @Test("a checkpoint that contradicts itself is refused before anything is written")
  func inconsistent() throws {
    let changes: [(inout Checkpoint) -> Void] = [
      { $0.parameters[0].values.removeLast() }, { $0.parameters[1].name = "alpha" }, { $0.parameters[1].name = "a/b" },
      { $0.parameters[1].name = "" }, { $0.firstMoments.removeLast() }, { $0.secondMoments = [] },
      { $0.secondMoments[0].append(1) }, { $0.buffers[0].shape = [-1, -2] },
    ]
    for (index, change) in changes.enumerated() {
      var changed = sample()
      change(&changed)
      let path = directory("c.h5")
      let error = #expect(throws: CheckpointError.self, "change \(index)") {
        try CheckpointFile.write(changed, to: path)
      }
      #expect(error?.description.hasPrefix("cannot write checkpoint \(path): ") == true)
    }
    #expect(directory.names() == [])
  }

  @Test("a cohort file is not read as a checkpoint")
  func otherKind() throws {
    let path = directory("cohort.h5")
    try KindedFile.write(at: path, kind: "cohort", schemaVersion: 1) { try $0.write([1.0], shape: [1], to: "x") }
    let error = #expect(throws: CheckpointError.self) { try CheckpointFile.read(path) }
    #expect(error?.description.contains("is a cohort file, not a checkpoint file") == true)
    #expect(throws: CheckpointError.file(.noSuchFile(directory("none.h5")))) {
      try CheckpointFile.read(directory("none.h5"))
    }
  }

  @Test("whatever byte is damaged, the checkpoint is refused or read exactly as written; never a trap")
  func damage() throws {
    let path = directory("c.h5")
    let checkpoint = sample(step: 3)
    try CheckpointFile.write(checkpoint, to: path)
    let whole = try bytes(of: path)
    let stride = Int(getenv("THERIAC_DAMAGE_STRIDE").map { String(cString: $0) } ?? "") ?? 61
    var refused = 0
    var tried = 0
    for place in Swift.stride(from: 0, to: whole.count, by: stride) {
      var damaged = whole
      damaged[place] ^= UInt8(1 << (place % 8))
      try put(damaged, at: path)
      tried += 1
      do {
        let read = try CheckpointFile.read(path)
        #expect(read.isIdentical(to: checkpoint), "byte \(place)")
      } catch {
        refused += 1
        #expect("\(error)".contains(path), "byte \(place): \(error)")
      }
    }
    // Most of so small a file is padding.
    #expect(refused > tried / 20, "\(refused) of \(tried)")
  }

  @Test("a checkpoint cut anywhere is refused")
  func cut() throws {
    let path = directory("c.h5")
    try CheckpointFile.write(sample(), to: path)
    let whole = try bytes(of: path)
    for length in Swift.stride(from: 0, to: whole.count, by: 499) {
      try put(Array(whole[..<length]), at: path)
      #expect(throws: CheckpointError.self, "\(length)") { try CheckpointFile.read(path) }
    }
  }
}
