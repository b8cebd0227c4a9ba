/// Finds many phrases at once in a stream of words (Aho and Corasick, with words as letters): one step a word.
package struct WordAutomaton {
  /// Distinct words of all phrases. A word that is not among them is `unknown` and leads back to the root.
  private(set) var words = ByteInterner()
  package static let unknown = Int32(-1)
  package static let root = Int32(0)

  private var children: [[Int32: Int32]] = [[:]]
  /// The phrase that ends at a state, or −1.
  private var own: [Int32] = [-1]
  package private(set) var lengths: [Int32] = []
  /// After `seal`: (state, word) → state in open addressing, and per state where to go when no word fits.
  private var keys: [UInt64] = []
  private var targets: [Int32] = []
  private var mask = 0
  private var fallbacks: [Int32] = []
  /// Per state: the nearest state among its fallbacks at which a phrase ends, or −1.
  private var shorter: [Int32] = []

  package init() {}

  /// Adds a phrase of one word or more; nil when it is there.
  package mutating func add(_ phrase: [String]) -> Int32? {
    var state = Self.root
    for word in phrase {
      let number = words.index(of: word)
      if let next = children[Int(state)][number] {
        state = next
      } else {
        let next = Int32(children.count)
        children[Int(state)][number] = next
        children.append([:])
        own.append(-1)
        state = next
      }
    }
    guard own[Int(state)] < 0, !phrase.isEmpty else { return nil }
    let index = Int32(lengths.count)
    own[Int(state)] = index
    lengths.append(Int32(phrase.count))
    return index
  }

  /// Call after the last `add`.
  package mutating func seal() {
    let edges = children.reduce(0) { $0 + $1.count }
    var size = 16
    while size < 3 * edges { size *= 2 }
    keys = Array(repeating: .max, count: size)
    targets = Array(repeating: 0, count: size)
    mask = size - 1
    for (state, next) in children.enumerated() {
      for (word, target) in next {
        var slot = Self.slot(Int32(state), word) & mask
        while keys[slot] != .max { slot = (slot + 1) & mask }
        keys[slot] = Self.key(Int32(state), word)
        targets[slot] = target
      }
    }
    fallbacks = Array(repeating: 0, count: children.count)
    shorter = Array(repeating: -1, count: children.count)
    var queue = children[0].values.sorted()
    var first = 0
    while first < queue.count {
      let state = queue[first]
      first += 1
      for (word, target) in children[Int(state)].sorted(by: { $0.key < $1.key }) {
        fallbacks[Int(target)] = step(fallbacks[Int(state)], word)
        queue.append(target)
      }
      let fallback = fallbacks[Int(state)]
      shorter[Int(state)] = own[Int(fallback)] >= 0 ? fallback : shorter[Int(fallback)]
    }
    children = []
  }

  package func step(_ from: Int32, _ word: Int32) -> Int32 {
    if word == Self.unknown { return Self.root }
    var state = from
    while true {
      var slot = Self.slot(state, word) & mask
      let key = Self.key(state, word)
      while keys[slot] != .max {
        if keys[slot] == key { return targets[slot] }
        slot = (slot + 1) & mask
      }
      if state == Self.root { return Self.root }
      state = fallbacks[Int(state)]
    }
  }

  /// The number of a word; `unknown` for one that no phrase has.
  package func number(_ word: String) -> Int32 {
    var word = word
    return word.withUTF8 { words.find($0) } ?? Self.unknown
  }

  /// Calls `found` with the phrases that end here, the longest first.
  @inline(__always)
  package func phrases(at state: Int32, _ found: (Int32) -> Void) {
    var state = own[Int(state)] >= 0 ? state : shorter[Int(state)]
    while state > 0 {
      found(own[Int(state)])
      state = shorter[Int(state)]
    }
  }

  private static func key(_ state: Int32, _ word: Int32) -> UInt64 {
    UInt64(UInt32(state)) << 32 | UInt64(UInt32(word))
  }

  private static func slot(_ state: Int32, _ word: Int32) -> Int {
    let mixed = key(state, word) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 33)
  }
}
