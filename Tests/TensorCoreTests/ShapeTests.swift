import TensorCore
import Testing

@Suite struct ShapeTests {
  @Test("axes, products and extents of shapes of any rank", arguments: 0...7)
  func ranks(rank: Int) {
    let axes = (0..<rank).map { $0 + 2 }
    let shape = Shape(axes)
    #expect(shape.axes == axes && shape.rank == rank && shape.description == "\(axes)")
    #expect((0..<rank).map { shape[$0] } == axes)
    #expect(shape.count == axes.reduce(1, *) && shape.last == axes.last ?? 1)
    #expect(shape.rows == axes.dropLast().reduce(1, *) && shape.inner == axes.dropFirst().reduce(1, *))
    #expect(shape.replacingLast(9).axes == axes.dropLast() + [9])
    #expect(shape.replacingFirst(9).axes == [9] + axes.dropFirst())
    #expect(shape.replacingLast(0).count == 0 && shape.replacingFirst(0).count == 0)
  }

  @Test("shapes are equal when all extents are", arguments: 1...6)
  func equality(rank: Int) {
    let axes = Array(repeating: 3, count: rank)
    #expect(Shape(axes) == Shape(axes) && Shape(axes) != Shape(axes + [1]))
    for axis in 0..<rank {
      var other = axes
      other[axis] = 4
      #expect(Shape(other) != Shape(axes))
    }
  }

  @Test("negative extents count as 0; outside shapes with them are refused")
  func negative() {
    #expect(Shape([2, -1, 3]).count == 0 && Shape([2, -1]).last == -1)
    #expect(throws: ShapeError.self) { try Shape.validated([2, -1], operation: "test") }
    #expect(throws: ShapeError.self) { try Shape.validated([Int.max, 2], operation: "test") }
  }
}
