import Foundation

/// Finds the symptoms that a note says its patient has.
///
/// The text is read once, as words in small letters; blanks, line breaks, hyphens and slashes only divide words. Phrases
/// do not reach over commas, brackets or ends of sentences. Of overlapping phrases the leftmost counts, then the longest.
/// Not thread-safe.
package final class NoteScanner {
  /// Why a mention was not counted, for the report.
  package struct Counts: Equatable {
    package var found = 0
    package var negated = 0
    package var others = 0
    package var possible = 0
  }

  package private(set) var counts = Counts()
  let lexicon: SymptomLexicon
  private let automaton: WordAutomaton
  private var sections: NoteSections
  private var scope = SentenceScope()

  private var state = WordAutomaton.root
  private var word = -1
  private var pending: (phrase: Int32, first: Int, last: Int)?
  /// The word being read; a hyphenated one whole, with the place of its last hyphen.
  private let letters = UnsafeMutablePointer<UInt8>.allocate(capacity: NoteScanner.wordLimit)
  private var length = 0
  private var hyphen = 0
  private static let wordLimit = 64

  package init(_ lexicon: SymptomLexicon, sections: [String]) {
    self.lexicon = lexicon
    automaton = lexicon.automaton
    self.sections = NoteSections(sections)
  }

  deinit { letters.deallocate() }

  /// The symptoms of a note, each once, in the order of their first mention; nil when the note has no section that
  /// counts.
  package func symptoms(in note: UnsafeBufferPointer<UInt8>) -> [Int32]? {
    guard let base = note.baseAddress else { return nil }
    var isWanted = sections.beginsWanted
    var sawWanted = isWanted
    scope.beginNote()
    var position = 0
    while position < note.count {
      let rest = note.count - position
      let end =
        memchr(base + position, 0x0A, rest).map {
          (base + position).distance(to: $0.assumingMemoryBound(to: UInt8.self))
        }
        ?? rest
      let line = UnsafeBufferPointer(start: base + position, count: end)
      if let first = Self.firstVisible(line) {
        let text = UnsafeBufferPointer(rebasing: line[first...])
        if let heading = sections.heading(text) {
          endSentence()
          scope.endList()
          isWanted = heading.isWanted
          sawWanted = sawWanted || isWanted
          if isWanted { read(UnsafeBufferPointer(rebasing: text[heading.length...])) }
        } else if isWanted {
          if let marker = Self.bullet(text) {
            endPhrase()
            scope.beginItem(word: word)
            read(UnsafeBufferPointer(rebasing: text[marker...]))
          } else {
            // A wrapped line of the list goes on in small letters; a sentence of its own ends the list.
            if scope.deniesList, (0x41...0x5A).contains(text[0]) {
              endSentence()
              scope.endList()
            }
            read(text)
          }
        }
      } else {
        endSentence()
        scope.endList()
      }
      position += end + 1
    }
    endSentence()
    guard sawWanted else { return nil }
    counts.found += scope.symptoms.count
    counts.negated += scope.negated
    counts.others += scope.others
    counts.possible += scope.possible
    return scope.symptoms
  }

  package func symptoms(in note: String) -> [Int32]? {
    var note = note
    return note.withUTF8 { symptoms(in: $0) }
  }

  private static func firstVisible(_ line: UnsafeBufferPointer<UInt8>) -> Int? {
    line.firstIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }
  }

  /// Bytes of the mark that begins a line of a list ("- ", "*", "1. ", "2) "); nil for other lines.
  private static func bullet(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
    guard text.count > 1 else { return nil }
    if "-*#".utf8.contains(text[0]), text[1] == 0x20 || text[0] != UInt8(ascii: "-") { return 1 }
    if text.starts(with: [0xE2, 0x80, 0xA2]) { return 3 }
    let digits = text.prefix(3).prefix { (0x30...0x39).contains($0) }.count
    guard (1...2).contains(digits), digits + 1 < text.count, text[digits + 1] == 0x20 else { return nil }
    return text[digits] == UInt8(ascii: ".") || text[digits] == UInt8(ascii: ")") ? digits + 1 : nil
  }

  /// Wanted sections that no note had, with the headings that were seen most; nil when every section was found.
  package var missed: (sections: [String], seen: [(name: String, count: Int)])? { sections.missed }

  /// One line, or what is behind its heading.
  private func read(_ text: UnsafeBufferPointer<UInt8>) {
    var position = 0
    let count = text.count
    while position < count {
      let byte = text[position]
      switch NoteByte.of(byte) {
      case .letter:
        if length < Self.wordLimit {
          letters[length] = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
          length += 1
        }
      case .apostrophe: break
      case .blank: endWord()
      case .hyphen:
        if length > hyphen, position + 1 < count, NoteByte.of(text[position + 1]) == .letter {
          if hyphen > 0 { endWord(keeping: true) }
          hyphen = length
        } else {
          endWord()
        }
      case .clause:
        if byte == UInt8(ascii: "("), position + 2 < count, text[position + 2] == UInt8(ascii: ")"),
          text[position + 1] == UInt8(ascii: "-") || text[position + 1] == UInt8(ascii: "+")
        {
          endPhrase()
          scope.sign(isNegative: text[position + 1] == UInt8(ascii: "-"), word: word)
          position += 2
        } else if byte == 0xE2 {
          // Three bytes of typography: ’ is an apostrophe, the others divide.
          let isApostrophe = position + 2 < count && text[position + 1] == 0x80 && text[position + 2] == 0x99
          if !isApostrophe { endPhrase() }
          position += 2
        } else if byte == UInt8(ascii: "["), position + 2 < count, text[position + 1] == UInt8(ascii: "*") {
          endPhrase()
          position = Self.behindMask(text, position)
          continue
        } else {
          endPhrase()
          if byte == UInt8(ascii: ",") { scope.endClause(word: word) }
          if byte == UInt8(ascii: "+") { scope.sign(isNegative: false, word: word) }
        }
      case .colon:
        endPhrase()
        scope.colon(word: word)
      case .sentence:
        if byte != UInt8(ascii: ".") || Self.endsSentence(text, position, letters, length) {
          endSentence()
        } else {
          endWord()
        }
      }
      position += 1
    }
    endWord()
  }

  /// A full stop with a blank or nothing behind it, that does not follow an abbreviation.
  private static func endsSentence(
    _ text: UnsafeBufferPointer<UInt8>, _ position: Int, _ letters: UnsafeMutablePointer<UInt8>, _ length: Int
  ) -> Bool {
    if position + 1 < text.count {
      let next = text[position + 1]
      guard next == 0x20 || next == 0x09 || next == 0x0D || next == 0x22 || next == 0x29 else { return false }
    }
    if length == 1, !(0x30...0x39).contains(letters[0]) { return false }
    let word = UnsafeBufferPointer(start: letters, count: length)
    return !abbreviations.contains { $0.elementsEqual(word) }
  }

  private static let abbreviations = ["dr", "mr", "mrs", "ms", "pt", "vs", "approx", "st", "hx"].map { Array($0.utf8) }

  /// Behind a mark of removed names, "[**…**]", which may not close in this line.
  private static func behindMask(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int {
    var position = position + 2
    while position < text.count, text[position] != UInt8(ascii: "]") { position += 1 }
    return position + 1
  }

  /// - Parameter keeping: the second half of a hyphenated word stays as the first of the next.
  private func endWord(keeping: Bool = false) {
    guard length > 0 else { return }
    defer {
      length = keeping ? length - hyphen : 0
      hyphen = 0
    }
    if hyphen > 0 {
      let whole = automaton.words.find(UnsafeBufferPointer(start: letters, count: length))
      if let whole, !keeping { return take(whole) }
      take(automaton.words.find(UnsafeBufferPointer(start: letters, count: hyphen)) ?? WordAutomaton.unknown)
      if keeping {
        memmove(letters, letters + hyphen, length - hyphen)
        return
      }
      take(
        automaton.words.find(UnsafeBufferPointer(start: letters + hyphen, count: length - hyphen))
          ?? WordAutomaton.unknown)
    } else {
      take(automaton.words.find(UnsafeBufferPointer(start: letters, count: length)) ?? WordAutomaton.unknown)
    }
  }

  private func take(_ number: Int32) {
    word += 1
    state = automaton.step(state, number)
    if state == WordAutomaton.root { return }
    automaton.phrases(at: state) { phrase in
      let first = word - Int(automaton.lengths[Int(phrase)]) + 1
      if let waiting = pending {
        if first > waiting.last {
          commit(waiting)
          pending = (phrase, first, word)
        } else if first <= waiting.first {
          pending = (phrase, first, word)
        }
      } else {
        pending = (phrase, first, word)
      }
    }
  }

  private func commit(_ found: (phrase: Int32, first: Int, last: Int)) {
    scope.take(lexicon.meanings[Int(found.phrase)], first: found.first, last: found.last)
  }

  private func endPhrase() {
    endWord()
    if let pending { commit(pending) }
    pending = nil
    state = WordAutomaton.root
  }

  private func endSentence() {
    endPhrase()
    scope.endSentence(word: word)
  }
}

/// What a byte of a note does.
enum NoteByte {
  case letter, apostrophe, blank, hyphen, clause, colon, sentence

  @inline(__always)
  static func of(_ byte: UInt8) -> NoteByte {
    switch byte {
    case 0x61...0x7A, 0x41...0x5A, 0x30...0x39: .letter
    case 0x20, 0x09, 0x0D, UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "*"), UInt8(ascii: "\""): .blank
    case UInt8(ascii: "'"): .apostrophe
    case UInt8(ascii: "-"): .hyphen
    case UInt8(ascii: "."), UInt8(ascii: ";"), UInt8(ascii: "?"), UInt8(ascii: "!"), 0x0A: .sentence
    case UInt8(ascii: ":"): .colon
    case 0xE2: .clause
    case 0x80...: .letter
    default: .clause
    }
  }
}
