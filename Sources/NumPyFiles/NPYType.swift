/// The number types of .npy files that are read, with their byte order.
public struct NPYType: Equatable, Sendable, CustomStringConvertible {
  enum Family: Equatable, Sendable { case truth, unsigned, signed, float }

  let family: Family
  /// Bytes of a value: 1, 2, 4 or 8.
  let size: Int
  let isBigEndian: Bool

  public var isFloat: Bool { family == .float }

  /// NumPy's name: "float32", "int64", "bool".
  public var description: String {
    switch family {
    case .truth: "bool"
    case .unsigned: "uint\(8 * size)"
    case .signed: "int\(8 * size)"
    case .float: "float\(8 * size)"
    }
  }

  /// From NumPy's `descr`: "<f4", "|b1", ">i8" ... Nil for what is not read.
  init?(descr: some StringProtocol) {
    guard let order = descr.first, "<>|".contains(order), let size = Int(descr.dropFirst(2)) else { return nil }
    switch (descr.dropFirst().first, size) {
    case ("b", 1): family = .truth
    case ("u", 1), ("u", 2), ("u", 4), ("u", 8): family = .unsigned
    case ("i", 1), ("i", 2), ("i", 4), ("i", 8): family = .signed
    case ("f", 2), ("f", 4), ("f", 8): family = .float
    default: return nil
    }
    guard order != "|" || size == 1 else { return nil }
    self.size = size
    isBigEndian = order == ">"
  }

  /// The bits of value `index`, zero-extended.
  private func bits(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
    func load<T: FixedWidthInteger & UnsignedInteger>(_: T.Type) -> UInt64 {
      let raw = bytes.loadUnaligned(fromByteOffset: index * size, as: T.self)
      return UInt64(isBigEndian ? T(bigEndian: raw) : T(littleEndian: raw))
    }
    return switch size {
    case 1: UInt64(bytes[index])
    case 2: load(UInt16.self)
    case 4: load(UInt32.self)
    default: load(UInt64.self)
    }
  }

  private func signed(_ bits: UInt64) -> Int64 {
    let shift = 64 - 8 * size
    return Int64(bitPattern: bits << shift) >> shift
  }

  func floats(_ bytes: [UInt8], count: Int) -> [Float] {
    bytes.withUnsafeBytes { bytes in
      (0..<count).map { index in
        let bits = bits(bytes, index)
        return switch (family, size) {
        case (.float, 2): Self.half(UInt16(truncatingIfNeeded: bits))
        case (.float, 4): Float(bitPattern: UInt32(truncatingIfNeeded: bits))
        case (.float, _): Float(Double(bitPattern: bits))
        case (.signed, _): Float(signed(bits))
        case (.truth, _): bits == 0 ? 0 : 1
        case (.unsigned, _): Float(bits)
        }
      }
    }
  }

  /// Nil when a value does not fit.
  func integers(_ bytes: [UInt8], count: Int) -> [Int64]? {
    bytes.withUnsafeBytes { bytes in
      var values: [Int64] = []
      values.reserveCapacity(count)
      for index in 0..<count {
        let bits = bits(bytes, index)
        switch family {
        case .truth: values.append(bits == 0 ? 0 : 1)
        case .signed: values.append(signed(bits))
        case .unsigned, .float:
          guard let value = Int64(exactly: bits) else { return nil }
          values.append(value)
        }
      }
      return values
    }
  }

  /// IEEE half precision by its bits; every value is exact in float32.
  private static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 1023)
    return switch exponent {
    case 0: sign * fraction * 0x1p-24
    case 31: fraction == 0 ? sign * .infinity : .nan
    default: sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
    }
  }
}
