/// A string that is one token wherever it stands in a text, before any other rule: special tokens, and those that were
/// added to a vocabulary later.
public struct AddedToken: Equatable, Sendable {
  public var content: String
  public var id: Int32
  /// White space in front of it, behind it, belongs to it.
  public var takesSpaceBefore = false
  public var takesSpaceBehind = false
  /// Only where no letter, digit or underscore stands beside it.
  public var isSingleWord = false
  /// Looked for in the normalised text instead of the text as it is.
  public var isNormalized = false

  public init(_ content: String, id: Int32) {
    self.content = content
    self.id = id
  }

  /// The special tokens and the others; of equal strings the stated one wins.
  static func join(_ special: SpecialTokens, _ added: [AddedToken], id: (String) -> Int32?) -> [AddedToken] {
    var tokens = added
    for name in special.all where !tokens.contains(where: { $0.content.utf8.elementsEqual(name.utf8) }) {
      guard let id = id(name) else { continue }
      var token = AddedToken(name, id: id)
      token.takesSpaceBefore = special.maskTakesSpace && name == special.mask
      tokens.append(token)
    }
    return tokens.filter { !$0.content.isEmpty }
  }
}

/// Finds added tokens: the leftmost, of those that begin there the longest.
struct AddedTokenMatcher: Sendable {
  private let tokens: [(bytes: [UInt8], token: AddedToken)]
  private let firstBytes: [Bool]

  init(_ tokens: [AddedToken]) {
    self.tokens = tokens.map { (Array($0.content.utf8), $0) }.filter { !$0.0.isEmpty }
      .sorted { $0.0.count > $1.0.count }
    var first = [Bool](repeating: false, count: 256)
    for (bytes, _) in self.tokens { first[Int(bytes[0])] = true }
    firstBytes = first
  }

  /// Appends the ids of added tokens, and calls `body` with each part between them, until `ids` has more than `limit`.
  func split(
    _ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], limit: Int,
    _ body: (UnsafeBufferPointer<UInt8>, inout [Int32]) -> Void
  ) {
    var start = 0
    var position = 0
    while !tokens.isEmpty, position < text.count, ids.count <= limit {
      guard firstBytes[Int(text[position])],
        let (bytes, token) = tokens.first(where: { text[position...].starts(with: $0.bytes) })
      else {
        position += 1
        continue
      }
      var first = position
      var end = position + bytes.count
      position = end
      if token.isSingleWord, Self.endsWithWord(text, first) || Self.startsWithWord(text, end) { continue }
      if token.takesSpaceBefore { first = max(Self.spaceBefore(text, first), start) }
      if token.takesSpaceBehind { end = Self.spaceBehind(text, end) }
      if start < first { body(UnsafeBufferPointer(rebasing: text[start..<first]), &ids) }
      guard ids.count <= limit else { return }
      ids.append(token.id)
      start = end
      position = max(position, end)
    }
    if ids.count <= limit, start < text.count { body(UnsafeBufferPointer(rebasing: text[start...]), &ids) }
  }

  private static func before(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> (Unicode.Scalar, Int)? {
    guard position > 0 else { return nil }
    var start = position - 1
    while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
    return (text.scalar(at: start), start)
  }

  private static func endsWithWord(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
    before(text, position).map { CharacterClasses.isWord($0.0) } ?? false
  }

  private static func startsWithWord(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
    position < text.count && CharacterClasses.isWord(text.scalar(at: position))
  }

  private static func spaceBefore(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int {
    var position = position
    while let (scalar, start) = before(text, position), scalar.properties.isWhitespace { position = start }
    return position
  }

  private static func spaceBehind(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int {
    var position = position
    while position < text.count {
      let scalar = text.scalar(at: position)
      guard scalar.properties.isWhitespace else { break }
      position += UTF8.width(scalar)
    }
    return position
  }
}
