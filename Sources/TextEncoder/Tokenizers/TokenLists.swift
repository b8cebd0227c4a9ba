/// Token ids of many texts one after the other: text i has `ids[offsets[i] ..< offsets[i + 1]]`.
public struct TokenLists: Equatable, Sendable {
  public private(set) var ids: [Int32] = []
  public private(set) var offsets: [Int] = [0]
  /// Texts that lost tokens to the limit.
  public private(set) var truncated = 0

  public init() {}

  public var count: Int { offsets.count - 1 }
  public func length(_ text: Int) -> Int { offsets[text + 1] - offsets[text] }
  public subscript(text: Int) -> ArraySlice<Int32> { ids[offsets[text]..<offsets[text + 1]] }

  public mutating func append(_ text: TokenizedText) {
    ids.append(contentsOf: text.ids)
    offsets.append(ids.count)
    if text.isTruncated { truncated += 1 }
  }
}

/// Which texts are computed together: longest first, then by position, cut where a batch would exceed the budget.
///
/// It depends on the texts and the budget alone, never on the number of threads, so that the numbers do not either.
struct BatchPlan: Equatable, Sendable {
  /// Texts in the order of computation.
  let order: [Int]
  /// Batch b is `order[bounds[b] ..< bounds[b + 1]]`.
  let bounds: [Int]
  /// Most tokens in one batch, and in one text.
  let mostTokens: Int
  let longest: Int

  var count: Int { bounds.count - 1 }
  subscript(batch: Int) -> ArraySlice<Int> { order[bounds[batch]..<bounds[batch + 1]] }

  init(_ lists: TokenLists, budget: Int) {
    let order = (0..<lists.count).sorted { (lists.length($1), $0) < (lists.length($0), $1) }
    var bounds = [0]
    var tokens = 0
    var most = 0
    for (position, text) in order.enumerated() {
      let length = lists.length(text)
      if tokens + length > budget, tokens > 0 {
        bounds.append(position)
        tokens = 0
      }
      tokens += length
      most = max(most, tokens)
    }
    if !order.isEmpty { bounds.append(order.count) }
    self.order = order
    self.bounds = bounds
    mostTokens = most
    longest = order.first.map(lists.length) ?? 0
  }
}
