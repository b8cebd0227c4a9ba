/// The extents of a tensor's axes; the last axis is contiguous. A scalar has shape [1].
public struct Shape: Equatable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  public let axes: [Int]
  /// How many elements: the product of the axes.
  public let count: Int

  /// Negative extents count as 0, so that a shape never has a negative number of elements; where shapes come from
  /// outside, `Shape.validated` refuses them first.
  public init(_ axes: [Int]) {
    self.axes = axes
    count = axes.reduce(1) { $0 * max($1, 0) }
  }

  public init(arrayLiteral elements: Int...) {
    self.init(elements)
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

  /// The extent of the last axis; 1 for a shape without axes.
  public var last: Int { axes.last ?? 1 }

  /// The product of all axes but the last: how many rows of `last` elements.
  public var rows: Int { axes.dropLast().reduce(1) { $0 * max($1, 0) } }

  public var rank: Int { axes.count }

  public subscript(axis: Int) -> Int { axes[axis] }

  /// The same leading axes with another last axis.
  public func replacingLast(_ extent: Int) -> Shape {
    Shape(Array(axes.dropLast()) + [extent])
  }

  public var description: String {
    "[" + axes.map(String.init).joined(separator: ", ") + "]"
  }
}
