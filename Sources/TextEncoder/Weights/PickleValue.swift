/// A value of a pickle. What holds other values is an `object`, a place in a flat list: no nesting, however deep a
/// file claims it, becomes recursion here.
enum PickleValue: Equatable, Sendable {
  case none
  case bool(Bool)
  case int(Int)
  /// A whole number of more than 8 bytes, little-endian.
  case bigInt([UInt8])
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case global(TorchGlobal)
  case object(Int)
}

/// What an `object` is.
enum PickleKind: Equatable, Sendable {
  case tuple
  case list
  /// Keys and values alternate in `items`. An OrderedDict is one too.
  case dict
  case storage(TorchStorage)
  case tensor(TorchTensor)
}

struct PickleObject: Equatable, Sendable {
  var kind: PickleKind
  var items: [PickleValue] = []
}

/// Numbers in a row that tensors look into.
struct TorchStorage: Equatable, Sendable {
  let key: String
  /// Nil: an untyped storage, counted in bytes.
  let format: NumberFormat?
  /// Numbers (of an untyped storage: bytes) that the pickle claims.
  let count: Int
  /// Where a view of the oldest format begins in the storage.
  var offset = 0
}

/// A view of a storage: element i, j, … is number `offset + i strides[0] + j strides[1] + …`.
struct TorchTensor: Equatable, Sendable {
  let storage: TorchStorage
  let format: NumberFormat
  let offset: Int
  let shape: [Int]
  let strides: [Int]

  /// Whether the elements lie in a row, in order.
  var isContiguous: Bool {
    var expected = 1
    for (length, stride) in zip(shape, strides).reversed() where length != 1 {
      if stride != expected { return shape.contains(0) }
      expected *= length
    }
    return true
  }
}

/// The only names that a pickle may ask for. Each builds a part of a tensor; none can do anything else.
enum TorchGlobal: Equatable, Sendable {
  case orderedDict
  case rebuildTensor
  case rebuildTensorV2
  case rebuildTensorV3
  case rebuildParameter
  case size
  case storage(NumberFormat)
  case untypedStorage
  case format(NumberFormat)

  /// Nil: not allowed.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDict
    case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensorV2
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTensorV3
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", "Size"): self = .size
    case ("torch", "UntypedStorage"), ("torch.storage", "UntypedStorage"): self = .untypedStorage
    case ("torch", _), ("torch.cuda", _):
      if name.hasSuffix("Storage"), let format = Self.storages[String(name.dropLast(7))] {
        self = .storage(format)
      } else if module == "torch", let format = Self.formats[name] {
        self = .format(format)
      } else {
        return nil
      }
    default: return nil
    }
  }

  private static let storages: [String: NumberFormat] = [
    "Float": .float32, "Half": .float16, "BFloat16": .bfloat16, "Double": .float64, "Long": .int64, "Int": .int32,
    "Short": .int16, "Char": .int8, "Byte": .uint8, "Bool": .bool,
  ]
  private static let formats: [String: NumberFormat] = [
    "float32": .float32, "float": .float32, "float16": .float16, "half": .float16, "bfloat16": .bfloat16,
    "float64": .float64, "double": .float64, "int64": .int64, "long": .int64, "int32": .int32, "int": .int32,
    "int16": .int16, "short": .int16, "int8": .int8, "uint8": .uint8, "bool": .bool,
  ]
}
