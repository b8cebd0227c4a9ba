import TensorCore
import Testing

/// Nodes and gradients are used again: what a caller holds must not change under it.
@Suite struct GraphMemoryTests {
  @Test("a gradient that was read stays as it is when another walk adds to the leaf")
  func readGradient() throws {
    let x = try Real([1, 2, 3], [3]).requiringGradient()
    try (x * x).sum().backward()
    let first = x.gradient
    try x.scaled(by: 10).sum().backward()
    #expect(first?.array == [2, 4, 6] && x.gradient?.array == [12, 14, 16])
    // The gradient that one walk gives to two leaves is shared; a later one must not be added to both.
    let (a, b) = (try Real([1, 2], [2]).requiringGradient(), try Real([3, 4], [2]).requiringGradient())
    let dy = try Real([5, 6], [2])
    try (a + b).backward(from: dy)
    try a.sum().backward()
    #expect(a.gradient?.array == [6, 7] && b.gradient?.array == [5, 6] && dy.array == [5, 6])
  }

  @Test("a tensor of a walked graph keeps its values, and walking it again is refused")
  func heldTensor() throws {
    let x = try Real([1, 2, 3], [3]).requiringGradient()
    let middle = try x * x
    try middle.sum().backward()
    for number in 1...20 {
      let other = try Real([Double(number)], [1]).requiringGradient()
      try other.tanh().scaled(by: 2).exp().sum().backward()
    }
    #expect(middle.array == [1, 4, 9] && x.gradient?.array == [2, 4, 6])
    for _ in 0..<2 { #expect(throws: ShapeError.self) { try middle.sum().backward() } }
    #expect(x.gradient?.array == [2, 4, 6])
    try middle.detached().requiringGradient().sum().backward()
    let y = try (x.detached().requiringGradient() * x).sum()
    try y.backward()
    #expect(x.gradient?.array == [3, 6, 9])
  }

  @Test("two losses that share a part: the second walk is refused, their sum is not")
  func sharedPart() throws {
    let x = Real.full(3, [1]).requiringGradient()
    let part = x.scaled(by: 2)
    let (first, second) = (part.scaled(by: 5), part.scaled(by: 7))
    try first.backward()
    #expect(throws: ShapeError.self) { try second.backward() }
    #expect(x.gradient?.array == [10])
    let again = x.scaled(by: 2)
    try (again.scaled(by: 5) + again.scaled(by: 7)).backward()
    #expect(x.gradient?.array == [34])
  }

  @Test("walking the graph that is being walked is refused, and the walk goes on")
  func nested() throws {
    let x = Real.full(3, [1]).requiringGradient()
    let middle = x.scaled(by: 2)
    var refused = false
    let y = Real.custom(inputs: [middle], output: middle.detached()) { dy in
      do { try middle.backward() } catch is ShapeError { refused = true }
      return [dy]
    }
    try y.backward()
    #expect(refused && x.gradient?.array == [2])
  }

  @Test("a deep graph that nobody walks is let go without overflowing the stack")
  func unwalked() throws {
    let x = Real.full(1, [1]).requiringGradient()
    var y = x
    for _ in 0..<200_000 { y = y.scaled(by: 1) }
    y = x
    #expect(y.array == [1])
  }

  @Test("after an error in a walk, graphs are whole again, and its nodes hold nothing")
  func failedWalk() throws {
    struct Refused: Error {}
    final class Witness {}
    weak var witness: Witness?
    let x = try Real([1, 2], [2]).requiringGradient()
    do {
      let kept = Witness()
      witness = kept
      let inner = Tensor.custom(inputs: [try x * x], output: try x * x) { dy in
        withExtendedLifetime(kept) {}
        return [dy]
      }
      let outer = Tensor.custom(inputs: [inner], output: inner.detached()) { _ in throw Refused() }
      let loss = outer.sum()
      #expect(throws: Refused.self) { try loss.backward() }
    }
    #expect(witness == nil && x.gradient == nil)
    try (x * x).sum().backward()
    #expect(x.gradient?.array == [2, 4])
  }

  @Test("a graph that is dropped without a walk lets go of what it held")
  func droppedGraph() throws {
    final class Witness {}
    weak var witness: Witness?
    let x = try Real([1, 2], [2]).requiringGradient()
    do {
      let kept = Witness()
      witness = kept
      let y = Tensor.custom(inputs: [x], output: x.detached()) { dy in
        withExtendedLifetime(kept) {}
        return [dy]
      }
      #expect(y.sum().item == 3)
    }
    #expect(witness == nil)
  }

  @Test("long chains and wide graphs give the right gradients, time after time")
  func sizes() throws {
    for _ in 0..<3 {
      let x = try Real([1, 2], [2]).requiringGradient()
      var y = x
      for _ in 0..<2_000 { y = try y + x }
      try y.sum().backward()
      #expect(x.gradient?.array == [2_001, 2_001])
      let parts = try (0..<200).map { _ in try x.reshaped([1, 2]) }
      try Tensor.joinedRows(parts).sum().backward()
      #expect(x.gradient?.array == [2_201, 2_201])
    }
  }
}
