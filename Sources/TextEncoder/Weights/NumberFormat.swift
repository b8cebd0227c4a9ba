/// How a stored number becomes a float32.
enum NumberFormat: String, Sendable {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float64 = "F64"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint8 = "U8"
  case bool = "BOOL"

  /// Bytes of one number.
  var bytes: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  var isFloat: Bool {
    switch self {
    case .float32, .float16, .bfloat16, .float64: true
    default: false
    }
  }

  /// Number `index` of packed little-endian numbers; nil for whole numbers, which are no weights.
  @inline(__always) func load(_ raw: UnsafeRawBufferPointer, _ index: Int) -> Float? {
    switch self {
    case .float32: raw.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
    case .float16:
      Float(Float16(bitPattern: raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
    case .bfloat16:
      Float(bitPattern: UInt32(raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)) << 16)
    case .float64: Float(raw.loadUnaligned(fromByteOffset: 8 * index, as: Double.self))
    default: nil
    }
  }

  /// `count` packed numbers as float32: the memory itself when it is aligned float32, else a converted copy.
  /// Nil for whole numbers.
  func floats(_ raw: UnsafeRawBufferPointer, count: Int, keeping owner: AnyObject) -> FloatStorage? {
    guard isFloat else { return nil }
    if self == .float32, let base = raw.baseAddress, Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0 {
      return FloatStorage(mapped: base.bindMemory(to: Float.self, capacity: count), count: count, keeping: owner)
    }
    return FloatStorage(count: count) { load(raw, $0) ?? 0 }
  }
}
