import HDF5
import Records

/// Rows that earlier files of embeddings have, by the text that they are of.
struct KnownRows {
  /// A row in one of the datasets of the files.
  struct Row {
    let block: Int
    let row: Int
    /// Negative: the text was longer than the limit.
    let tokens: Int32
  }

  /// Files from which nothing is taken, each with its reason.
  private(set) var notes: [String] = []
  private var rows: [TextKey: Row] = [:]
  private var blocks: [MappedFloats] = []

  subscript(key: TextKey) -> Row? { rows[key] }

  /// - Parameters:
  ///   - files: of any texts: of visits, a vocabulary or a text file; of equal texts the first counts.
  ///   - identity: rows of another encoder, or of other settings, are left.
  ///   - output: if it is among the files and cannot be read, that is a note, because it will be replaced.
  /// - Throws: `file`, `badEmbeddings` when another file cannot be read.
  init(_ files: [String], of identity: EncoderIdentity, output: String) throws(TextEncoderError) {
    var seen: Set<String> = []
    for path in files where seen.insert(path).inserted {
      do throws(TextEncoderError) {
        try TextEncoderError.wrapping(path) { try take(path, identity) }
      } catch  where path == output {
        notes.append("\(error) Nothing was taken over from it.")
      }
    }
  }

  private mutating func take(_ path: String, _ identity: EncoderIdentity) throws {
    let file = try HDF5File.open(path)
    let layout = try KindedFile.kind(of: file).flatMap(EmbeddingLayout.init) ?? .visits
    // Opening checks the content's hash.
    let encoder: EncoderIdentity
    let datasets: [String]
    switch layout {
    case .visits:
      encoder = try EmbeddingsFile.open(path, checkingAll: true).encoder
      datasets = [EmbeddingsFile.visitsName, EmbeddingsFile.medicationsName]
    case .vocabulary:
      encoder = try VocabularyEmbeddings.open(path).encoder
      datasets = CodeKind.allCases.map(VocabularyEmbeddings.dataset)
    case .lines:
      encoder = try TextEmbeddings.open(path).encoder
      datasets = [TextEmbeddings.dataset]
    }
    guard encoder == identity else {
      notes.append(
        "\(path) was made by another encoder or with other settings (\(encoder.summary)): nothing taken over.")
      return
    }
    guard datasets.allSatisfy({ file.exists(TextKey.dataset($0)) && file.exists(TextKey.tokens($0)) }) else {
      notes.append("\(path) does not say which texts its rows are of, as files of older versions: nothing taken over.")
      return
    }
    for name in datasets { try take(name, of: file, width: identity.width) }
    try file.close()
  }

  private mutating func take(_ name: String, of file: HDF5File, width: Int) throws {
    let block = try file.map(name)
    let keys = try file.read(TextKey.dataset(name), as: UInt64.self)
    let tokens = try file.read(TextKey.tokens(name), as: Int32.self)
    let count = block.count / max(width, 1)
    guard keys.count == 2 * count, tokens.count == count else {
      throw TextEncoderError.badEmbeddings(
        path: file.path,
        reason: "\(name) has \(count) texts, but there are \(keys.count / 2) keys and \(tokens.count) counts of tokens")
    }
    for row in 0..<count {
      let key = TextKey(high: keys[2 * row], low: keys[2 * row + 1])
      if rows[key] == nil { rows[key] = Row(block: blocks.count, row: row, tokens: tokens[row]) }
    }
    blocks.append(block)
  }

  /// Appends the numbers of a row.
  func append(_ row: Row, width: Int, to numbers: inout [Float]) {
    blocks[row.block].withUnsafeBufferPointer { numbers += $0[row.row * width..<(row.row + 1) * width] }
  }
}

/// The rows of distinct texts, new and known ones.
struct DistinctRows {
  private let keys: [TextKey]
  private let known: KnownRows
  private let encoded: EncodedRows
  /// For each text its number among the new ones; −1: known.
  private let number: [Int32]
  private var width: Int { encoded.width }

  /// - Parameter new: texts whose rows are those of `encoded`, in its order.
  init(keys: [TextKey], known: KnownRows, new: [Int], encoded: EncodedRows) {
    self.keys = keys
    self.known = known
    self.encoded = encoded
    var number = [Int32](repeating: -1, count: keys.count)
    for (index, text) in new.enumerated() { number[text] = Int32(index) }
    self.number = number
  }

  /// Tokens of a text, negative for one that was longer than the limit.
  private func signedTokens(_ text: Int) -> Int32 {
    let new = Int(number[text])
    guard new >= 0 else { return known[keys[text]]?.tokens ?? 0 }
    return encoded.isLong(new) ? -encoded.tokens(new) : encoded.tokens(new)
  }

  func isLong(_ text: Int) -> Bool { signedTokens(text) < 0 }
  var totalTokens: Int { keys.indices.reduce(0) { $0 + Int(signedTokens($1).magnitude) } }

  /// Writes the rows of some texts, their keys and their tokens.
  /// - Parameter leading: shape of the rows without their width.
  func write(
    _ texts: [Int32], leading: [Int], to dataset: String, of file: HDF5File
  ) throws(HDF5Error) {
    let inner = leading.dropFirst().reduce(1, *)
    let rows = try file.rowWriter(dataset, shape: leading + [width], as: Float.self)
    let block = max(1, (4 << 20) / (inner * width))
    for first in stride(from: 0, to: leading[0], by: block) {
      var numbers: [Float] = []
      for text in texts[first * inner..<min(first + block, leading[0]) * inner] {
        let new = Int(number[Int(text)])
        if new >= 0 {
          encoded.append(new, to: &numbers)
        } else if let row = known[keys[Int(text)]] {
          known.append(row, width: width, to: &numbers)
        }
      }
      try rows.write(numbers, at: first)
    }
    let halves = texts.flatMap { [keys[Int($0)].high, keys[Int($0)].low] }
    try file.write(halves, shape: leading + [2], to: TextKey.dataset(dataset))
    try file.write(texts.map { signedTokens(Int($0)) }, shape: leading, to: TextKey.tokens(dataset))
  }
}
