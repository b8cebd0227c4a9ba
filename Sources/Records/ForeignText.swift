import CTables

/// Text in encodings other than UTF-8, and files that are no text at all.
///
/// Bytes that are not UTF-8 are read as Latin-1, as browsers do: Windows-1252, which has the printed characters of
/// ISO 8859-1 in the same places and € “ ” – … where that has control codes. So nothing is lost; `CSVReader` counts the
/// rows, and refuses them when strict.
enum ForeignText {
  static func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    if let base = bytes.baseAddress, ctables_is_utf8(base, bytes.count) == 0 { return latin1(bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether bytes are characters of ASCII and of GBK (or the larger GB18030), of two or four bytes.
  static func looksLikeGBK(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    func digit(_ index: Int) -> Bool { index < bytes.count && (0x30...0x39).contains(bytes[index]) }
    func lead(_ index: Int) -> Bool { index < bytes.count && (0x81...0xFE).contains(bytes[index]) }
    var index = 0
    while index < bytes.count {
      if bytes[index] < 0x80 {
        index += 1
      } else if lead(index), index + 1 < bytes.count, (0x40...0xFE).contains(bytes[index + 1]), bytes[index + 1] != 0x7F
      {
        index += 2
      } else if lead(index), digit(index + 1), lead(index + 2), digit(index + 3) {
        index += 4
      } else {
        return false
      }
    }
    return true
  }

  private static func latin1(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes {
      let code = (0x80..<0xA0).contains(byte) ? windows1252[Int(byte) - 0x80] : UInt32(byte)
      text.append(Unicode.Scalar(code) ?? "\u{FFFD}")
    }
    return String(text)
  }

  /// 0x80 to 0x9F; the five bytes that Windows leaves free stay control codes.
  private static let windows1252: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D,
    0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,
    0x017E, 0x0178,
  ]

  /// What the first bytes of a file (decompressed) say it is, when that is no table a reader of lines can read, and what
  /// to do about it; nil for text.
  static func refused(_ first: UnsafeBufferPointer<UInt8>) -> (found: String, remedy: String)? {
    for (mark, found, remedy) in marks where first.starts(with: mark) { return (found, remedy) }
    // Text in UTF-16 without a mark: every other byte of a name in ASCII is zero.
    let head = first.prefix(16)
    if head.count >= 8 {
      let even = head.indices.filter { $0 % 2 == 0 }.allSatisfy { head[$0] == 0 }
      let odd = head.indices.filter { $0 % 2 == 1 }.allSatisfy { head[$0] == 0 }
      if even != odd { return utf16 }
    }
    return nil
  }

  private static let utf16 = (found: "UTF-16 text", remedy: "convert it: iconv -f UTF-16 -t UTF-8")

  private static let marks: [(mark: [UInt8], found: String, remedy: String)] = [
    ([0xFF, 0xFE, 0, 0], "UTF-32 text", "convert it: iconv -f UTF-32 -t UTF-8"),
    ([0, 0, 0xFE, 0xFF], "UTF-32 text", "convert it: iconv -f UTF-32 -t UTF-8"),
    ([0xFF, 0xFE], utf16.found, utf16.remedy),
    ([0xFE, 0xFF], utf16.found, utf16.remedy),
    (Array("PK\u{3}\u{4}".utf8), "a zip archive or a spreadsheet", "unpack it, or save it as CSV"),
    (Array("BZh".utf8), "compressed with bzip2", "unpack it, or compress it with gzip"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "compressed with xz", "unpack it, or compress it with gzip"),
    ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd", "unpack it, or compress it with gzip"),
    (Array("PAR1".utf8), "a Parquet file", "save it as CSV"),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file", "give the table as CSV"),
    (Array("<!DOCTYPE".utf8), "a web page", "download the file itself; a login may be needed"),
    (Array("<html".utf8), "a web page", "download the file itself; a login may be needed"),
  ]
}
