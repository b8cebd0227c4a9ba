/// Where the entries of a zip file lie. Only what PyTorch writes: entries stored without compression, zip64 or not.
///
/// Every number is checked against the file before it is used; entries that overlap are refused.
struct ZipDirectory {
  /// Name → bytes of the content within the file.
  let entries: [String: Range<Int>]

  /// Most entries that are believed; BERT-base has 210.
  static let most = 200_000

  /// Whether the file begins like a zip file.
  static func isZip(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

  /// - Throws: the reason, as a part of a sentence about the file.
  init(_ bytes: UnsafeRawBufferPointer) throws(PickleProblem) {
    let directory = try Self.directory(bytes)
    var entries: [String: Range<Int>] = [:]
    var ranges: [Range<Int>] = []
    var position = directory.start
    for _ in 0..<directory.count {
      let (name, header, size, next) = try Self.entry(bytes, position, directory.end)
      position = next
      let data = try Self.content(bytes, header, size, name, directory.start)
      guard entries.updateValue(data, forKey: name) == nil else {
        throw .damaged("its zip directory has \"\(name)\" twice")
      }
      ranges.append(header..<data.upperBound)
    }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    for (before, after) in zip(ranges, ranges.dropFirst()) where after.lowerBound < before.upperBound {
      throw .damaged("two entries of its zip directory overlap at byte \(after.lowerBound)")
    }
    self.entries = entries
  }

  private static func number(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ count: Int) -> UInt64 {
    (0..<count).reversed().reduce(0) { $0 << 8 | UInt64(bytes[at + $1]) }
  }

  /// The directory's place and its number of entries, from the record at the end of the file.
  private static func directory(
    _ bytes: UnsafeRawBufferPointer
  ) throws(PickleProblem) -> (start: Int, end: Int, count: Int) {
    let last = bytes.count - 22
    var found: Int?
    var at = last
    while at >= max(0, last - 65_535) {
      if bytes[at] == 0x50, number(bytes, at, 4) == 0x0605_4B50, number(bytes, at + 20, 2) == bytes.count - at - 22 {
        found = at
        break
      }
      at -= 1
    }
    guard let record = found else { throw .damaged("it begins as a zip file, but its directory is missing") }
    var count = number(bytes, record + 10, 2)
    var size = number(bytes, record + 12, 4)
    var start = number(bytes, record + 16, 4)
    var end = record
    if record >= 20, number(bytes, record - 20, 4) == 0x0706_4B50 {
      let place = number(bytes, record - 12, 8)
      guard record - 20 >= 56, place <= UInt64(record - 20 - 56), number(bytes, Int(place), 4) == 0x0606_4B50 else {
        throw .damaged("its zip64 directory is not where it should be")
      }
      count = number(bytes, Int(place) + 32, 8)
      size = number(bytes, Int(place) + 40, 8)
      start = number(bytes, Int(place) + 48, 8)
      end = Int(place)
    }
    guard start <= UInt64(end), size <= UInt64(end) - start else {
      throw .damaged("its zip directory claims bytes \(start) and \(size) more, beyond the file")
    }
    guard count <= UInt64(most), count * 46 <= size else {
      throw .damaged("its zip directory claims \(count) entries in \(size) bytes")
    }
    return (Int(start), Int(start + size), Int(count))
  }

  /// One directory entry: its name, the place of its local header, its size, and where the next one begins.
  private static func entry(
    _ bytes: UnsafeRawBufferPointer, _ at: Int, _ end: Int
  ) throws(PickleProblem) -> (name: String, header: Int, size: Int, next: Int) {
    guard end - at >= 46, number(bytes, at, 4) == 0x0201_4B50 else {
      throw .damaged("its zip directory breaks off at byte \(at)")
    }
    let flags = number(bytes, at + 8, 2)
    let method = number(bytes, at + 10, 2)
    var packed = number(bytes, at + 20, 4)
    var size = number(bytes, at + 24, 4)
    let nameLength = Int(number(bytes, at + 28, 2))
    let extraLength = Int(number(bytes, at + 30, 2))
    let commentLength = Int(number(bytes, at + 32, 2))
    var header = number(bytes, at + 42, 4)
    guard end - at - 46 >= nameLength + extraLength + commentLength else {
      throw .damaged("its zip directory breaks off at byte \(at)")
    }
    let raw = UnsafeRawBufferPointer(rebasing: bytes[at + 46..<at + 46 + nameLength])
    guard let name = String(validating: raw, as: UTF8.self) else {
      throw .damaged("its zip directory has a name that is not UTF-8 at byte \(at)")
    }
    var field = at + 46 + nameLength
    let extraEnd = field + extraLength
    while extraEnd - field >= 4 {
      let kind = number(bytes, field, 2)
      let length = Int(number(bytes, field + 2, 2))
      guard extraEnd - field - 4 >= length else { break }
      if kind == 1 {  // zip64: the numbers that did not fit, in this order
        var at = field + 4
        let fieldEnd = at + length
        func next(_ value: UInt64) throws(PickleProblem) -> UInt64 {
          guard value == 0xFFFF_FFFF else { return value }
          guard fieldEnd - at >= 8 else { throw .damaged("its zip64 entry \"\(name)\" is too short") }
          defer { at += 8 }
          return number(bytes, at, 8)
        }
        size = try next(size)
        packed = try next(packed)
        header = try next(header)
      }
      field += 4 + length
    }
    guard method == 0, packed == size else {
      throw .damaged("its zip entry \"\(name)\" is compressed, which PyTorch never does")
    }
    guard flags & 1 == 0 else { throw .damaged("its zip entry \"\(name)\" is encrypted") }
    guard header <= UInt64(bytes.count), size <= UInt64(bytes.count) else {
      throw .damaged("its zip entry \"\(name)\" claims \(size) bytes at byte \(header), beyond the file")
    }
    return (name, Int(header), Int(size), at + 46 + nameLength + extraLength + commentLength)
  }

  /// The content behind a local header.
  private static func content(
    _ bytes: UnsafeRawBufferPointer, _ header: Int, _ size: Int, _ name: String, _ limit: Int
  ) throws(PickleProblem) -> Range<Int> {
    guard header <= limit - 30, number(bytes, header, 4) == 0x0403_4B50 else {
      throw .damaged("its zip entry \"\(name)\" is not where its directory says")
    }
    let start = header + 30 + Int(number(bytes, header + 26, 2)) + Int(number(bytes, header + 28, 2))
    guard start <= limit, size <= limit - start else {
      throw .damaged("its zip entry \"\(name)\" claims \(size) bytes at byte \(header), beyond the file")
    }
    return start..<start + size
  }
}
