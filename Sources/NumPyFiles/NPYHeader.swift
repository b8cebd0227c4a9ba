/// The header of a .npy file: a Python dictionary `{'descr': '<f4', 'fortran_order': False, 'shape': (805, 27), }`.
struct NPYHeader {
  let type: NPYType
  let isFortran: Bool
  let shape: [Int]

  /// Bytes of all values; nil when the product does not fit.
  var byteCount: Int? {
    var count = type.size
    // A zero anywhere makes the array empty, whatever the other axes are.
    if shape.contains(0) { return 0 }
    for length in shape {
      let product = count.multipliedReportingOverflow(by: length)
      if product.overflow { return nil }
      count = product.partialValue
    }
    return count
  }

  init(_ bytes: ArraySlice<UInt8>, path: String) throws(NPYError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .damaged(path, reason: "its header is not text")
    }
    func value(of key: String) throws(NPYError) -> Substring {
      guard let range = text.firstRange(of: "'\(key)':") ?? text.firstRange(of: "\"\(key)\":") else {
        throw .damaged(path, reason: "its header has no \(key)")
      }
      return text[range.upperBound...].drop { $0 == " " }
    }
    let order = try value(of: "fortran_order")
    guard order.hasPrefix("True") || order.hasPrefix("False") else {
      throw .damaged(path, reason: "its header says neither True nor False for fortran_order")
    }
    isFortran = order.hasPrefix("True")
    shape = try Self.shape(try value(of: "shape"), path: path)

    let descr = try value(of: "descr")
    guard let quote = descr.first, quote == "'" || quote == "\"" else {
      throw .unsupportedType(path, descr: "\(descr.prefix { $0 != "]" }.prefix(60))…")
    }
    let word = descr.dropFirst().prefix { $0 != quote }
    guard let type = NPYType(descr: word) else { throw .unsupportedType(path, descr: "'\(word.prefix(60))'") }
    self.type = type
  }

  /// `(805, 27)`, `(805,)`, `()`.
  private static func shape(_ text: Substring, path: String) throws(NPYError) -> [Int] {
    let problem = NPYError.damaged(path, reason: "the shape in its header is not a tuple of numbers")
    guard text.first == "(", let end = text.firstIndex(of: ")") else { throw problem }
    var parts = text[text.index(after: text.startIndex)..<end].split(separator: ",", omittingEmptySubsequences: false)
    if parts.last?.allSatisfy({ $0 == " " }) == true { parts.removeLast() }
    var shape: [Int] = []
    for part in parts {
      guard let length = Int(part.filter { $0 != " " }), length >= 0 else { throw problem }
      shape.append(length)
    }
    guard shape.count <= 64 else { throw problem }
    return shape
  }
}
