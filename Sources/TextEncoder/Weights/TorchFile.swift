/// Weights that PyTorch's `torch.save` wrote: a state dictionary of tensors, in either of its two formats.
///
/// - since 1.6: a zip file with a pickle `data.pkl` and the numbers of each storage in `data/KEY`, uncompressed;
/// - before: pickles one after the other (magic number, protocol, system, the dictionary, the keys of the storages),
///   then the storages, each with its count in front.
///
/// The pickle goes through `Unpickler`, which builds tensors and nothing else. Numbers are mapped, not copied, where a
/// tensor is float32, in order and aligned.
public final class TorchFile: WeightSource {
  public let path: String
  public var files: [String] { [path] }
  public var names: [String] { tensors.keys.sorted() }
  private let file: MappedFile
  private let tensors: [String: TorchTensor]
  private let storages: [String: Range<Int>]

  /// - Throws: `unreadable`, `corruptWeights`, `refusedPickle`.
  public init(path: String) throws(TextEncoderError) {
    self.path = path
    let file = try MappedFile(path: path)
    self.file = file
    do throws(PickleProblem) {
      let content = try ZipDirectory.isZip(file.bytes) ? TorchContent(zip: file.bytes) : TorchContent(old: file.bytes)
      for (name, tensor) in content.tensors {
        guard let bytes = content.storages[tensor.storage.key] else {
          throw .damaged("tensor \"\(name)\" lies in storage \(tensor.storage.key), which is not there")
        }
        try Self.check(name, tensor, storageBytes: bytes.count)
      }
      tensors = content.tensors
      storages = content.storages
    } catch {
      switch error {
      case .damaged(let reason): throw .corruptWeights(path: path, reason: reason)
      case .refused(let reason): throw .refusedPickle(path: path, reason: reason)
      }
    }
  }

  /// That every element lies in the storage, and that there are not more elements than numbers.
  private static func check(
    _ name: String, _ tensor: TorchTensor, storageBytes: Int
  ) throws(PickleProblem) {
    let available = storageBytes / tensor.format.bytes
    var count = 1
    var last = tensor.offset
    for (length, stride) in zip(tensor.shape, tensor.strides) {
      guard length >= 0, stride >= 0 else { throw .damaged("tensor \"\(name)\" has a negative length or stride") }
      let product = count.multipliedReportingOverflow(by: length)
      let reach = (max(length, 1) - 1).multipliedReportingOverflow(by: stride)
      let sum = last.addingReportingOverflow(reach.partialValue)
      guard !product.overflow, !reach.overflow, !sum.overflow else {
        throw .damaged("tensor \"\(name)\" has the shape \(tensor.shape), too large for any file")
      }
      (count, last) = (product.partialValue, sum.partialValue)
    }
    if count == 0 { return }
    guard tensor.offset >= 0, last < available, count <= available else {
      throw .damaged(
        "tensor \"\(name)\" of shape \(tensor.shape) reaches number \(last) of a storage of \(available)")
    }
  }

  public func shape(of name: String) -> [Int]? { tensors[name]?.shape }

  public func floats(_ name: String, shape: [Int]) throws(TextEncoderError) -> FloatStorage {
    guard let tensor = tensors[name], let range = storages[tensor.storage.key] else {
      throw .missingTensor(name: name, expected: shape, path: path, tensorsInFile: tensors.count)
    }
    guard tensor.shape == shape else {
      throw .wrongShape(name: name, expected: shape, found: tensor.shape, path: path)
    }
    guard tensor.format.isFloat else {
      throw .unsupportedNumberFormat(name: name, format: tensor.format.rawValue, path: path)
    }
    let count = shape.reduce(1, *)
    let raw = UnsafeRawBufferPointer(rebasing: file.bytes[range])
    if tensor.isContiguous, count > 0 {
      let first = tensor.offset * tensor.format.bytes
      let part = UnsafeRawBufferPointer(rebasing: raw[first..<first + count * tensor.format.bytes])
      if let floats = tensor.format.floats(part, count: count, keeping: file) {
        if !floats.isMapped { file.release(range) }
        return floats
      }
    }
    return FloatStorage(
      count: count,
      filledBy: { floats in
        var index = [Int](repeating: 0, count: shape.count)
        var place = tensor.offset
        for i in 0..<count {
          floats[i] = tensor.format.load(raw, place) ?? 0
          var axis = shape.count - 1
          while axis >= 0 {
            index[axis] += 1
            place += tensor.strides[axis]
            if index[axis] < shape[axis] { break }
            place -= tensor.strides[axis] * shape[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      })
  }
}
