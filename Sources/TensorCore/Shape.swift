/// The extents of a tensor's axes; the last axis is contiguous. A scalar has shape [1].
public struct Shape: Equatable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  /// How many axes.
  public let rank: Int
  /// How many elements: the product of the axes.
  public let count: Int
  // Up to four extents are part of the value (1 where there is none), so that a shape allocates nothing.
  private let first, second, third, fourth: Int
  /// The extents from the fifth axis on.
  private let others: [Int]

  /// Negative extents count as 0, so that a shape never has a negative number of elements; where shapes come from
  /// outside, `Shape.validated` refuses them first.
  @inline(__always)  // an array literal then needs no memory
  public init(_ axes: [Int]) {
    rank = axes.count
    var count = 1
    for axis in axes { count *= max(axis, 0) }
    self.count = count
    first = axes.count > 0 ? axes[0] : 1
    second = axes.count > 1 ? axes[1] : 1
    third = axes.count > 2 ? axes[2] : 1
    fourth = axes.count > 3 ? axes[3] : 1
    others = axes.count > 4 ? Shape.others(axes) : []
  }

  @inline(__always)
  public init(arrayLiteral elements: Int...) {
    self.init(elements)
  }

  @inline(never)
  private static func others(_ axes: [Int]) -> [Int] { (4..<axes.count).map { axes[$0] } }

  /// `shape` with another extent of one axis.
  private init(_ shape: Shape, replacing axis: Int, with extent: Int) {
    precondition(axis >= 0 && axis < shape.rank, "an axis outside the shape")
    rank = shape.rank
    first = axis == 0 ? extent : shape.first
    second = axis == 1 ? extent : shape.second
    third = axis == 2 ? extent : shape.third
    fourth = axis == 3 ? extent : shape.fourth
    var others = shape.others
    if axis > 3 { others[axis - 4] = extent }
    self.others = others
    count = shape.product(0..<axis) * max(extent, 0) * shape.product((axis + 1)..<shape.rank)
  }

  /// - Throws: `ShapeError.value` for a negative extent or a product that overflows.
  public static func validated(_ axes: [Int], operation: String) throws(ShapeError) -> Shape {
    var count = 1
    for axis in axes {
      let (product, overflow) = count.multipliedReportingOverflow(by: axis)
      guard axis >= 0, !overflow else {
        throw ShapeError.value(operation, "the shape \(axes)", expected: "extents from 0 whose product fits in memory")
      }
      count = product
    }
    return Shape(axes)
  }

  /// All extents, in an array of their own.
  public var axes: [Int] { (0..<rank).map { self[$0] } }

  /// The extent of the last axis; 1 for a shape without axes.
  public var last: Int { rank > 0 ? self[rank - 1] : 1 }

  /// The product of all axes but the last: how many rows of `last` elements.
  public var rows: Int { product(0..<max(rank - 1, 0)) }

  /// The product of all axes but the first: how many elements one entry of the first axis has.
  public var inner: Int { rank > 0 ? product(1..<rank) : 1 }

  public subscript(axis: Int) -> Int {
    precondition(axis >= 0 && axis < rank, "an axis outside the shape")
    return switch axis {
    case 0: first
    case 1: second
    case 2: third
    case 3: fourth
    default: others[axis - 4]
    }
  }

  private func product(_ range: Range<Int>) -> Int {
    var product = 1
    for axis in range { product *= max(self[axis], 0) }
    return product
  }

  /// The same axes but for the extent of the last one.
  public func replacingLast(_ extent: Int) -> Shape {
    rank > 0 ? Shape(self, replacing: rank - 1, with: extent) : [extent]
  }

  /// The same axes but for the extent of the first one.
  public func replacingFirst(_ extent: Int) -> Shape {
    rank > 0 ? Shape(self, replacing: 0, with: extent) : [extent]
  }

  public var description: String {
    "[" + axes.map(String.init).joined(separator: ", ") + "]"
  }
}
