/// Which keys an attention's queries may see: numbers that are added to the scores, 0 or −∞ for a plain yes or no.
public struct AttentionMask<Element: TensorElement> {
  /// Added for every query and head of an item. - Shape: `[B, K]`
  public var keys: Tensor<Element>?
  /// Added for every head. - Shape: `[Q, K]` for all items, `[B, Q, K]`, or `[B, H, Q, K]` with the heads apart
  public var pairs: Tensor<Element>?
  /// Query t sees the keys 0 … t only.
  public var isCausal: Bool

  public init(keys: Tensor<Element>? = nil, pairs: Tensor<Element>? = nil, isCausal: Bool = false) {
    self.keys = keys?.detached()
    self.pairs = pairs?.detached()
    self.isCausal = isCausal
  }

  /// Query t sees the keys 0 … t.
  public static var causal: AttentionMask { AttentionMask(isCausal: true) }

  /// Hides the keys from `lengths[b]` on: the padding of sequences of different lengths.
  /// - Throws: `ShapeError.index` for a length outside 0 … keys
  public static func padding(
    lengths: [Int], keys: Int, isCausal: Bool = false
  ) throws(ShapeError) -> AttentionMask {
    for (item, length) in lengths.enumerated() where length < 0 || length > keys {
      throw .index("AttentionMask.padding", position: item, value: length, bound: keys + 1)
    }
    let hidden = Tensor<Element>.make([lengths.count, keys]) { values in
      for (item, length) in lengths.enumerated() {
        for key in 0..<keys { values[item * keys + key] = key < length ? 0 : -.infinity }
      }
    }
    return AttentionMask(keys: hidden, isCausal: isCausal)
  }

  /// Hides the keys whose mark is above 0 (torch's `key_padding_mask`).
  public static func hiding(_ marks: Tensor<Element>) throws(ShapeError) -> AttentionMask {
    AttentionMask(keys: try Tensor<Element>.zeros(marks.shape.axes).maskedFill(marks, with: -.infinity))
  }

  /// - Throws: `ShapeError` unless the mask fits.
  func check(items: Int, heads: Int, queries: Int, count: Int) throws(ShapeError) {
    if let keys {
      try ShapeError.require(
        keys.shape == [items, count], "attention", expected: "a mask of keys of [\(items), \(count)]",
        got: "\(keys.shape)")
    }
    if let pairs {
      let fitting: [Shape] = [[queries, count], [items, queries, count], [items, heads, queries, count]]
      try ShapeError.require(
        fitting.contains(pairs.shape), "attention",
        expected: "a mask of pairs of \(fitting[0]), \(fitting[1]) or \(fitting[2])", got: "\(pairs.shape)")
    }
  }

  func keysOf(item: Int, count: Int) -> UnsafePointer<Element>? {
    keys.map { $0.storage.pointer + item * count }
  }

  func pairsOf(item: Int, head: Int, heads: Int, count: Int) -> UnsafePointer<Element>? {
    pairs.map { pairs in
      switch pairs.shape.rank {
      case 2: pairs.storage.pointer
      case 3: pairs.storage.pointer + item * count
      default: pairs.storage.pointer + (item * heads + head) * count
      }
    }
  }
}
