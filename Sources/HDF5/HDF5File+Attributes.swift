internal import CHDF5
import Glibc

/// The value of an attribute: one string, integer or float.
public enum HDF5Attribute: Equatable, Sendable {
  case string(String), int(Int64), double(Double)

  /// The string, or nil for another type.
  public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
  /// The integer, or nil for another type.
  public var intValue: Int64? { if case .int(let value) = self { value } else { nil } }
  /// The float, or an integer as one; nil for a string.
  public var doubleValue: Double? {
    switch self {
    case .double(let value): value
    case .int(let value): Double(value)
    case .string: nil
    }
  }
}

extension HDF5File {
  /// Sets an attribute of a group or dataset, replacing one of that name.
  public func setAttribute(_ name: String, _ value: HDF5Attribute, on object: String = "/") throws(HDF5Error) {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    _ = try writableID()
    try withObject(object) { id, _ throws(HDF5Error) in
      if H5Aexists(id, name) > 0 { H5Adelete(id, name) }
      switch value {
      case .int(var number): try writeAttribute(name, CHDF5_file_int64(), CHDF5_native_int64(), &number, id, object)
      case .double(var number):
        try writeAttribute(name, CHDF5_file_double(), CHDF5_native_double(), &number, id, object)
      case .string(let text):
        let label = Self.label(name, object)
        let packed = try PackedStrings([text], dataset: label, file: path)
        let type = try Self.stringType(path)
        defer { H5Tclose(type) }
        var failure: HDF5Error?
        packed.withPointers { pointers in
          do throws(HDF5Error) {
            try writeAttribute(name, type, type, pointers, id, object)
          } catch {
            failure = error
          }
        }
        if let failure { throw failure }
      }
    }
  }

  /// An attribute of a group or dataset; nil when it has none of that name.
  /// - Throws: `wrongType` for arrays and types other than strings, integers and floats
  public func attribute(_ name: String, of object: String = "/") throws(HDF5Error) -> HDF5Attribute? {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    return try withObject(object) { id, _ throws(HDF5Error) in
      guard H5Aexists(id, name) > 0 else { return nil }
      return try readAttribute(name, id, object)
    }
  }

  /// All attributes of a group or dataset.
  public func attributes(of object: String) throws(HDF5Error) -> [String: HDF5Attribute] {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    return try withObject(object) { id, _ throws(HDF5Error) in
      var names = CHDF5_names()
      defer { free(names.bytes) }
      guard CHDF5_attribute_names(id, &names) >= 0 else { throw damage("the attributes of \(Self.absolute(object))") }
      var result: [String: HDF5Attribute] = [:]
      for name in Self.names(names) { result[name] = try readAttribute(name, id, object) }
      return result
    }
  }

  private static func label(_ name: String, _ object: String) -> String {
    "attribute \(name) of \(absolute(object))"
  }

  private func writeAttribute(
    _ name: String, _ fileType: hid_t, _ memoryType: hid_t, _ value: UnsafeRawPointer?, _ id: hid_t, _ object: String
  ) throws(HDF5Error) {
    let space = H5Screate(H5S_SCALAR)
    defer { H5Sclose(space) }
    let attribute = H5Acreate2(id, name, fileType, space, CHDF5_default_properties(), CHDF5_default_properties())
    guard attribute >= 0 else {
      throw .writeFailed(Self.label(name, object), file: path, reason: HDF5Library.reason())
    }
    defer { H5Aclose(attribute) }
    guard H5Awrite(attribute, memoryType, value) >= 0 else {
      throw .writeFailed(Self.label(name, object), file: path, reason: HDF5Library.reason())
    }
  }

  private func readAttribute(_ name: String, _ id: hid_t, _ object: String) throws(HDF5Error) -> HDF5Attribute {
    let label = Self.label(name, object)
    let attribute = H5Aopen(id, name, CHDF5_default_properties())
    guard attribute >= 0 else { throw damage(label) }
    defer { H5Aclose(attribute) }
    let typeID = H5Aget_type(attribute)
    guard typeID >= 0 else { throw damage(label) }
    defer { H5Tclose(typeID) }
    let space = H5Aget_space(attribute)
    guard space >= 0 else { throw damage(label) }
    defer { H5Sclose(space) }
    let count = H5Sget_simple_extent_npoints(space)
    let type = StoredType(typeID)
    guard count == 1 else {
      throw .wrongType(label, file: path, expected: "one value", found: "\(count) values of type \(type)")
    }
    switch type {
    case .integer(let bits, let isSigned, _):
      if bits == 64 && !isSigned {
        var value: UInt64 = 0
        guard H5Aread(attribute, CHDF5_native_uint64(), &value) >= 0 else { throw damage(label) }
        guard let number = Int64(exactly: value) else { throw .outOfRange(label, file: path, type: "int64") }
        return .int(number)
      }
      var value: Int64 = 0
      guard H5Aread(attribute, CHDF5_native_int64(), &value) >= 0 else { throw damage(label) }
      return .int(value)
    case .float:
      var value: Double = 0
      guard H5Aread(attribute, CHDF5_native_double(), &value) >= 0 else { throw damage(label) }
      return .double(value)
    case .string(.some(let size)):
      var bytes = [UInt8](repeating: 0, count: size)
      guard H5Aread(attribute, typeID, &bytes) >= 0 else { throw damage(label) }
      let isSpacePadded = H5Tget_strpad(typeID) == H5T_STR_SPACEPAD
      guard let text = String(paddedBytes: bytes[...], isSpacePadded: isSpacePadded) else {
        throw .badString(label, file: path, index: 0, reason: "is not UTF-8")
      }
      return .string(text)
    case .string(.none):
      var pointer: UnsafeMutablePointer<CChar>?
      guard H5Aread(attribute, typeID, &pointer) >= 0 else { throw damage(label) }
      defer { H5free_memory(pointer) }
      guard let text = pointer.map({ String(validatingCString: $0) }) ?? "" else {
        throw .badString(label, file: path, index: 0, reason: "is not UTF-8")
      }
      return .string(text)
    case .other(let found):
      throw .wrongType(label, file: path, expected: "a string, an integer or a float", found: found)
    }
  }
}
