/// How the prescriptions of FMCHS are dealt over ranks.
///
/// They form canonical parts by their number, four where 1, 2 or 4 ranks work: a rank holds whole parts, neighbours
/// together. Every part has gradients of its own, which are added neighbours first, (0 + 1) + (2 + 3); the hub adds ranks
/// in the same tree. So the sums, and with them the weights, are the same bits for 1, 2 and 4 ranks.
public enum HerbShards {
  /// The parts of a rank, of how many.
  public static func parts(ofRank rank: Int, size: Int) -> (own: Range<Int>, count: Int) {
    guard [1, 2, 4].contains(size) else { return (rank..<(rank + 1), size) }
    let perRank = 4 / size
    return ((rank * perRank)..<((rank + 1) * perRank), 4)
  }

  /// The part of a visit.
  public static func part(ofVisit visit: Int32, count: Int) -> Int { Int(visit) % count }

  /// Whether a rank holds a visit.
  public static func holds(visit: Int32, rank: Int, size: Int) -> Bool {
    let parts = parts(ofRank: rank, size: size)
    return parts.own.contains(part(ofVisit: visit, count: parts.count))
  }

  /// The sum of the values of all parts, neighbours first; it ends in the place of the first.
  @discardableResult
  static func fold<Value>(_ parts: inout [Value], _ add: (inout Value, Value) -> Void) -> Value? {
    var stride = 1
    while stride < parts.count {
      for first in Swift.stride(from: 0, to: parts.count - stride, by: 2 * stride) {
        add(&parts[first], parts[first + stride])
      }
      stride *= 2
    }
    return parts.first
  }
}
