import HDF5

/// The file that `theriac embed --texts` writes: `/emb` float32 `[n, d]`, a row for each line, in order.
public struct TextEmbeddings: Sendable {
  static let layout = EmbeddingLayout.lines
  static let dataset = "/emb"
  static let hashed = EncoderIdentity.attributes + ["d", "texts_hash"]

  public let encoder: EncoderIdentity
  public let count: Int
  public let contentHash: String
  /// XXH3-128 of the texts, each with its length in front.
  public let textsHash: String

  /// Opens and checks a file whole.
  /// - Throws: `wrongLayout`, `file`, `badEmbeddings`.
  public static func open(_ path: String) throws(TextEncoderError) -> TextEmbeddings {
    try TextEncoderError.wrapping(path) {
      let file = try layout.open(path)
      guard file.exists(dataset), let width = try file.attribute("d")?.intValue else {
        throw TextEncoderError.badEmbeddings(path: path, reason: "it has no dataset \(dataset) or no attribute d")
      }
      let shape = try file.shape(of: dataset)
      guard shape.count == 2, shape[1] == Int(width) else {
        throw TextEncoderError.badEmbeddings(
          path: path, reason: "\(dataset) has shape \(shape), expected [texts, \(width)]")
      }
      let hash = try KindedFile.verify(file)
      let result = TextEmbeddings(
        encoder: try EncoderIdentity(file, width: Int(width)), count: shape[0], contentHash: hash,
        textsHash: try file.attribute("texts_hash")?.stringValue ?? "")
      try file.close()
      return result
    }
  }

  /// What `textsHash` is for some texts.
  public static func hash(of texts: [String]) -> String {
    var bytes: [UInt8] = []
    for text in texts {
      withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { bytes += $0 }
      bytes += text.utf8
    }
    return bytes.withUnsafeBytes(Checksum.xxh3Hex)
  }

  /// The lines of a file of texts.
  ///
  /// UTF-8, with or without a byte order mark; a line ends at a line feed, before which a carriage return does not count.
  /// An empty line is an empty text; what follows the last line feed is a text if it is not empty.
  /// - Throws: `unreadable`, `badTexts` naming the first line that is not UTF-8.
  public static func lines(of path: String) throws(TextEncoderError) -> [String] {
    let file = try MappedFile(path: path)
    var texts: [String] = []
    var start = file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < file.count {
      let end = file.bytes[start...].firstIndex(of: 0x0A) ?? file.count
      let last = end > start && end < file.count && file.bytes[end - 1] == 0x0D ? end - 1 : end
      guard let text = String(validating: UnsafeRawBufferPointer(rebasing: file.bytes[start..<last]), as: UTF8.self)
      else { throw .badTexts(path: path, reason: "line \(texts.count + 1) is not UTF-8") }
      texts.append(text)
      start = end + 1
    }
    return texts
  }
}
