internal import CHDF5

/// Number types that a dataset can hold. The conformances below are all there are.
public protocol HDF5Scalar: BitwiseCopyable, Sendable {
  static var scalarType: HDF5ScalarType { get }
}

/// The name of a number type, as errors and `typeName(of:)` print it.
public enum HDF5ScalarType: String, Sendable {
  case float32, float64, int32, int64, uint8, uint32, uint64
}

extension Float: HDF5Scalar { public static var scalarType: HDF5ScalarType { .float32 } }
extension Double: HDF5Scalar { public static var scalarType: HDF5ScalarType { .float64 } }
extension Int32: HDF5Scalar { public static var scalarType: HDF5ScalarType { .int32 } }
extension Int64: HDF5Scalar { public static var scalarType: HDF5ScalarType { .int64 } }
extension UInt8: HDF5Scalar { public static var scalarType: HDF5ScalarType { .uint8 } }
extension UInt32: HDF5Scalar { public static var scalarType: HDF5ScalarType { .uint32 } }
extension UInt64: HDF5Scalar { public static var scalarType: HDF5ScalarType { .uint64 } }

extension HDF5ScalarType {
  var isFloat: Bool { self == .float32 || self == .float64 }

  /// The type of values in memory.
  var memoryType: hid_t {
    switch self {
    case .float32: CHDF5_native_float()
    case .float64: CHDF5_native_double()
    case .int32: CHDF5_native_int32()
    case .int64: CHDF5_native_int64()
    case .uint8: CHDF5_native_uint8()
    case .uint32: CHDF5_native_uint32()
    case .uint64: CHDF5_native_uint64()
    }
  }

  /// The type of values in files: little-endian on every machine.
  var fileType: hid_t {
    switch self {
    case .float32: CHDF5_file_float()
    case .float64: CHDF5_file_double()
    case .int32: CHDF5_file_int32()
    case .int64: CHDF5_file_int64()
    case .uint8: CHDF5_file_uint8()
    case .uint32: CHDF5_file_uint32()
    case .uint64: CHDF5_file_uint64()
    }
  }
}

/// The type of a dataset or attribute as its file declares it.
enum StoredType: Equatable, CustomStringConvertible {
  case float(bits: Int, bigEndian: Bool)
  case integer(bits: Int, signed: Bool, bigEndian: Bool)
  case string(fixedSize: Int?)
  case other(String)

  /// - Parameter type: an open HDF5 type; stays open.
  init(_ type: hid_t) {
    let bits = 8 * H5Tget_size(type)
    let bigEndian = bits > 8 && H5Tget_order(type) == H5T_ORDER_BE
    switch H5Tget_class(type) {
    case H5T_FLOAT: self = .float(bits: bits, bigEndian: bigEndian)
    case H5T_INTEGER: self = .integer(bits: bits, signed: H5Tget_sign(type) == H5T_SGN_2, bigEndian: bigEndian)
    case H5T_STRING: self = .string(fixedSize: H5Tis_variable_str(type) > 0 ? nil : bits / 8)
    case H5T_COMPOUND: self = .other("compound records")
    case H5T_ENUM: self = .other("an enumeration")
    case H5T_VLEN: self = .other("variable-length lists")
    case H5T_ARRAY: self = .other("arrays")
    case H5T_REFERENCE: self = .other("references")
    case H5T_OPAQUE: self = .other("opaque bytes")
    default: self = .other("an unknown type")
    }
  }

  var description: String {
    switch self {
    case .float(let bits, let bigEndian): "float\(bits)\(bigEndian ? " (big-endian)" : "")"
    case .integer(let bits, let signed, let bigEndian):
      "\(signed ? "int" : "uint")\(bits)\(bigEndian ? " (big-endian)" : "")"
    case .string: "strings"
    case .other(let name): name
    }
  }

  /// Floats are read from floats of any width, integers from integers of any width; nothing else is converted.
  func isReadable(as scalar: HDF5ScalarType) -> Bool {
    switch self {
    case .float: scalar.isFloat
    case .integer: !scalar.isFloat
    case .string, .other: false
    }
  }
}
