import Random

/// What the masks of one dropout layer in one step depend on, besides the element's row and column.
public struct DropoutKey: Equatable, Sendable {
  /// The run's.
  public var seed: UInt64
  /// The global number of the step.
  public var step: UInt64
  /// The number of the layer, one for each dropout of a model.
  public var layer: UInt32

  public init(seed: UInt64, step: UInt64, layer: UInt32) {
    self.seed = seed
    self.step = step
    self.layer = layer
  }

  /// The Philox key of this layer and step.
  var philoxKey: SIMD2<UInt32> {
    let random = CounterRandom(seed: seed, stream: RandomDomain.dropout.stream(UInt64(layer)))
    let words = random.block(step)
    return SIMD2(words.x, words.y)
  }
}

/// Which global rows a tensor's rows are, so that a mask does not depend on which worker computes it.
public struct DropoutMask: Equatable, Sendable {
  public var key: DropoutKey
  var rowOffset: UInt64
  var rows: [Int32]?

  /// Consecutive global rows from `rowOffset` on; a negative one counts as 0.
  public init(_ key: DropoutKey, rowOffset: Int = 0) {
    self.key = key
    self.rowOffset = UInt64(max(rowOffset, 0))
  }

  /// The global id of every row at hand.
  public init(_ key: DropoutKey, rows: [Int32]) {
    self.key = key
    rowOffset = 0
    self.rows = rows
  }
}

/// A mask made ready for the loops: an element is kept when its Philox word is at least `threshold`.
///
/// Word of (row, column): counter (16 · ⌊column / 64⌋ + column mod 16, row, row >> 32, 0), lane ⌊column mod 64 / 16⌋; so
/// one vector of sixteen counters serves 64 consecutive columns.
public struct DropoutPlan: Sendable {
  let key: SIMD2<UInt32>
  let threshold: UInt32
  /// 1 / (1 − rate).
  let factor: Double
  let rowOffset: UInt64
  let rows: [Int32]?

  /// - Throws: `ShapeError` for a rate outside 0 ..< 1, and when row ids are given but not one per row.
  public init(rate: Double, _ mask: DropoutMask, rowCount: Int) throws(ShapeError) {
    guard rate >= 0, rate < 1 else {
      throw .value("dropout", "the rate \(rate)", expected: "a rate from 0 to below 1")
    }
    if let rows = mask.rows {
      try ShapeError.require(
        rows.count == rowCount, "dropout", expected: "one global row id per row (\(rowCount))", got: "\(rows.count)")
    }
    key = mask.key.philoxKey
    threshold = UInt32(min(rate * 0x1p32, 0xFFFF_FFFF))
    factor = 1 / (1 - rate)
    rowOffset = mask.rowOffset
    rows = mask.rows
  }

  /// The plan of an optional dropout; nil also for rate 0.
  /// - Throws: as `init`
  static func of(
    _ dropout: (rate: Double, mask: DropoutMask)?, rowCount: Int
  ) throws(ShapeError) -> DropoutPlan? {
    guard let dropout else { return nil }
    let plan = try DropoutPlan(rate: dropout.rate, dropout.mask, rowCount: rowCount)
    return dropout.rate == 0 ? nil : plan
  }

  private init(_ plan: DropoutPlan, rowOffset: UInt64, rows: [Int32]?) {
    (key, threshold, factor) = (plan.key, plan.threshold, plan.factor)
    (self.rowOffset, self.rows) = (rowOffset, rows)
  }

  /// The plan of the rows from `first` on.
  func shifted(by first: Int) -> DropoutPlan {
    DropoutPlan(self, rowOffset: rowOffset &+ UInt64(first), rows: rows.map { Array($0.dropFirst(first)) })
  }

  func globalRow(_ row: Int) -> UInt64 {
    if let rows { return UInt64(UInt32(bitPattern: rows[row])) }
    return rowOffset &+ UInt64(row)
  }

  func keeps(row: Int, column: Int) -> Bool {
    let row = globalRow(row)
    let words = Philox.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: column / 64 * 16 + column % 16), UInt32(truncatingIfNeeded: row),
        UInt32(truncatingIfNeeded: row >> 32), 0),
      key: key)
    return words[column % 64 / 16] >= threshold
  }
}

extension Tensor {
  /// Sets elements to 0 with probability `rate` and multiplies the others by 1 / (1 − rate). The mask is a pure function
  /// of (seed, step, layer, global row, column) and is computed again for the gradient.
  /// - Shape: x `[..., C]` → `[..., C]`      - Gradient: the same mask and factor on dy
  public func dropout(_ rate: Double, _ mask: DropoutMask) throws(ShapeError) -> Tensor {
    let (rows, width) = (shape.rows, shape.last)
    let plan = try DropoutPlan(rate: rate, mask, rowCount: rows)
    if rate == 0 { return self }
    let y = Storage<Element>(shape.count)
    K.dropout(storage.pointer, y.base, rows: rows, width: width, plan, accumulate: false)
    return Tensor.record(y, shape, [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.dropout(dy.pointer, dx, rows: rows, width: width, plan, accumulate: add)
      }
    }
  }
}
