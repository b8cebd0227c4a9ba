/// Named tensors on disk, whatever the form of the files.
public protocol WeightSource: Sendable {
  /// The file (of several: the index) that errors name.
  var path: String { get }
  /// The files that hold the tensors.
  var files: [String] { get }
  /// Names of all tensors, sorted.
  var names: [String] { get }
  /// Shape of a tensor, nil when there is none of that name.
  func shape(of name: String) -> [Int]?
  /// The numbers of a tensor as float32: the file's own memory when it is aligned float32, else a converted copy.
  /// - Throws: `missingTensor`, `wrongShape`, `unsupportedNumberFormat`.
  func floats(_ name: String, shape: [Int]) throws(TextEncoderError) -> FloatStorage
}

/// Where a model folder keeps its weights.
enum WeightFiles {
  /// In the order in which they are looked for, as in transformers.
  static let names = [
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
  ]

  /// Opens the first form that the folder has.
  /// - Throws: `missingFile` when it has none, and what reading throws.
  static func open(folder: String) throws(TextEncoderError) -> any WeightSource {
    guard let name = names.first(where: { PLMFolder.exists(folder + "/" + $0) }) else {
      throw .missingFile(name: "model.safetensors or pytorch_model.bin", folder: folder, hint: hint(folder))
    }
    if name.hasSuffix(".index.json") { return try ShardedWeights(index: name, folder: folder) }
    return try one(folder + "/" + name)
  }

  /// Opens one file by its name's end.
  static func one(_ path: String) throws(TextEncoderError) -> any WeightSource {
    path.hasSuffix(".safetensors") ? try SafeTensors(path: path) : try TorchFile(path: path)
  }

  private static func hint(_ folder: String) -> String {
    for name in ["tf_model.h5", "flax_model.msgpack", "model.ckpt.index", "rust_model.ot", "model.onnx"]
    where PLMFolder.exists(folder + "/" + name) {
      return "\(name) is not read; take the folder's safetensors or PyTorch weights"
    }
    return "expected the Hugging Face folder of a BERT or RoBERTa model with its weights"
  }
}

/// Weights in several files with an index that says which tensor is where.
public final class ShardedWeights: WeightSource {
  public let path: String
  public let files: [String]
  public let names: [String]
  private let sources: [String: any WeightSource]
  private let place: [String: String]

  /// Most files that an index may name.
  static let mostFiles = 1_000

  /// - Throws: `unreadable`, `badConfiguration`, `missingFile`, `corruptWeights` when the index and the files disagree.
  init(index name: String, folder: String) throws(TextEncoderError) {
    path = folder + "/" + name
    let json = try JSONFile(path: path)
    guard let map = try json.file("weight_map"), map.object.count > 0 else {
      throw .badConfiguration(file: path, key: "weight_map", expected: "an object of tensor names", found: "nothing")
    }
    var place: [String: String] = [:]
    for member in map.object.members {
      guard case .string(let file) = member.value, Self.isPlain(file) else {
        throw .badConfiguration(
          file: path, key: member.key, expected: "the name of a file beside the index", found: member.value.summary)
      }
      place[member.key] = file
    }
    let fileNames = Set(place.values).sorted()
    guard fileNames.count <= Self.mostFiles else {
      throw .corruptWeights(path: path, reason: "it names \(fileNames.count) files, more than \(Self.mostFiles)")
    }
    var sources: [String: any WeightSource] = [:]
    for file in fileNames {
      guard PLMFolder.exists(folder + "/" + file) else {
        throw .missingFile(name: file, folder: folder, hint: "\(name) says that it holds a part of the weights")
      }
      sources[file] = try WeightFiles.one(folder + "/" + file)
    }
    for (tensor, file) in place.sorted(by: { $0.key < $1.key }) where sources[file]?.shape(of: tensor) == nil {
      throw .corruptWeights(path: path, reason: "it says that \(file) holds tensor \"\(tensor)\", which is not there")
    }
    self.sources = sources
    self.place = place
    names = place.keys.sorted()
    files = [path] + fileNames.map { folder + "/" + $0 }
  }

  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".") && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
      && (name.hasSuffix(".safetensors") || name.hasSuffix(".bin"))
  }

  public func shape(of name: String) -> [Int]? { place[name].flatMap { sources[$0] }?.shape(of: name) }

  public func floats(_ name: String, shape: [Int]) throws(TextEncoderError) -> FloatStorage {
    guard let source = place[name].flatMap({ sources[$0] }) else {
      throw .missingTensor(name: name, expected: shape, path: path, tensorsInFile: names.count)
    }
    return try source.floats(name, shape: shape)
  }
}
