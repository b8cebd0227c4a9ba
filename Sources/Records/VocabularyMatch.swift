import Foundation

/// What a word that somebody wrote stands for in a vocabulary.
public enum VocabularyMatch: Equatable, Sendable {
  /// The position of the one entry it names.
  case found(Int)
  /// Several entries have this text; their positions.
  case ambiguous([Int])
  /// None has; the nearest, best first, at most `Vocabulary.nearestLimit`, perhaps none.
  case unknown(nearest: [Int])

  /// The position, if it is one.
  public var index: Int? { if case .found(let index) = self { index } else { nil } }
}

extension Vocabulary {
  /// Suggestions for an unknown word, at most.
  public static let nearestLimit = 5

  /// Looks a word up: by code; by text, or the name in front of it (up to the first ":"); the same without regard to
  /// case, accents and full-width letters; else the nearest names: those that hold the word or are held by it, then by
  /// edit distance over characters, as long as they have a character in common.
  /// - Parameter counts: how often every entry occurs; of equally near names the frequent ones come first
  public func lookup(_ query: String, counts: [Int] = []) -> VocabularyMatch {
    let query = query.trimmingCharacters(in: .whitespacesAndNewlines)
    if query.isEmpty { return .unknown(nearest: []) }
    if let index = codes.firstIndex(of: query) { return .found(index) }
    let names = zip(codes, texts).map { code, text in text.isEmpty ? code : Self.name(text) }
    let exact = texts.indices.filter { texts[$0] == query || names[$0] == query }
    if let match = Self.match(exact) { return match }
    let wanted = Self.folded(query)
    let folded = names.map(Self.folded)
    if let match = Self.match(folded.indices.filter { folded[$0] == wanted }) { return match }
    return .unknown(nearest: Self.nearest(Array(wanted), folded.map { Array($0) }, counts))
  }

  /// An entry for people: "12 头痛", or the code alone where the text says no more.
  public func shown(_ index: Int) -> String {
    let name = Self.name(texts[index])
    return name.isEmpty || name == codes[index] ? codes[index] : "\(codes[index]) \(name)"
  }

  private static func match(_ found: [Int]) -> VocabularyMatch? {
    found.isEmpty ? nil : found.count == 1 ? .found(found[0]) : .ambiguous(found)
  }

  /// An entry's name for people: its text up to the first ":", or the code where there is no text.
  public func name(_ index: Int) -> String {
    let name = Self.name(texts[index])
    return name.isEmpty ? codes[index] : name
  }

  private static func name(_ text: String) -> String {
    text.prefix { $0 != ":" }.trimmingCharacters(in: .whitespaces)
  }

  private static func folded(_ text: String) -> String {
    text.folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
  }

  private static func nearest(_ wanted: [Character], _ names: [[Character]], _ counts: [Int]) -> [Int] {
    var found: [(isApart: Bool, distance: Int, index: Int)] = []
    let own = Set(wanted)
    for (index, name) in names.enumerated() where name.contains(where: own.contains) {
      let isHeld = holds(name, wanted) || holds(wanted, name)
      let distance = editDistance(wanted, name)
      // A word that shares one character of many is no suggestion.
      if isHeld || distance < max(wanted.count, name.count) { found.append((!isHeld, distance, index)) }
    }
    func rank(_ entry: (isApart: Bool, distance: Int, index: Int)) -> (Int, Int, Int, Int) {
      (entry.isApart ? 1 : 0, entry.distance, counts.isEmpty ? 0 : -counts[entry.index], entry.index)
    }
    return found.sorted { rank($0) < rank($1) }.prefix(nearestLimit).map(\.index)
  }

  private static func holds(_ long: [Character], _ short: [Character]) -> Bool {
    guard !short.isEmpty, short.count <= long.count else { return false }
    return (0...(long.count - short.count)).contains { long[$0..<($0 + short.count)].elementsEqual(short) }
  }

  /// Characters to insert, remove or replace (Levenshtein).
  static func editDistance(_ first: [Character], _ second: [Character]) -> Int {
    var row = Array(0...second.count)
    for (i, left) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, right) in second.enumerated() {
        let next = min(row[j + 1] + 1, row[j] + 1, diagonal + (left == right ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[second.count]
  }
}
