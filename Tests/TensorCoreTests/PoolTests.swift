import TensorCore
import Testing

@Suite(.serialized) struct BufferPoolTests {
  @Test("a training step takes no new memory from the system after the first ones")
  func steadyState() throws {
    let store = ParameterStore<Float>(seed: 1)
    let w1 = try store.scope.parameter("w1", [913, 517], .uniformFanIn(517))
    let w2 = try store.scope.parameter("w2", [331, 913], .uniformFanIn(913))
    let x: Tensor<Float> = try normal([20_011, 517], 1)
    func step() throws {
      try x.linear(w1).gelu().linear(w2).softmax().mean().backward()
    }
    try step()
    // Other tests of this process use the pool meanwhile; these shapes are ours alone, and large.
    let before = BufferPool.systemAllocations(largerThan: 32 << 20)
    for _ in 0..<3 { try step() }
    #expect(BufferPool.systemAllocations(largerThan: 32 << 20) == before)
  }

  @Test("attention takes no new memory after the first steps either")
  func attention() throws {
    let x: Tensor<Float> = try normal([1, 1531, 96], 2).requiringGradient()
    func step() throws { try x.selfAttention(heads: 4, mask: .causal).output.sum().backward() }
    try step()
    // The weights, [4, 1531, 1531], and their gradient are the only ones of this size.
    let before = BufferPool.systemAllocations(largerThan: 32 << 20)
    for _ in 0..<3 { try step() }
    #expect(BufferPool.systemAllocations(largerThan: 32 << 20) == before)
  }

  @Test("memory is given again only when nobody holds it")
  func blocks() {
    // A size of our own: other tests of this process do not ask for it.
    let bytes = 77 << 20
    var held: [BufferPool.Block?] = (0..<5).map { _ in BufferPool.take(bytes) }
    let places = held.map { $0?.base }
    #expect(Set(places).count == 5)
    let before = BufferPool.systemAllocations(largerThan: 64 << 20)
    for free in [[2], [0, 4], [4, 3, 2, 1, 0]] {
      for number in free { held[number] = nil }
      // What is free is used, whatever its place among those that are not, and nothing else is.
      for number in free { held[number] = BufferPool.take(bytes) }
      #expect(Set(held.map { $0?.base }) == Set(places))
    }
    #expect(BufferPool.systemAllocations(largerThan: 64 << 20) == before)
  }

  @Test("with thousands of blocks in use a request looks at a few places only, and what is given back is used again")
  func many() {
    // Never written, so it takes addresses, but no memory.
    func take() -> [BufferPool.Block] { (0..<6_000).map { _ in BufferPool.take(100_000) } }
    var held = take()
    let places = Set(held.map { $0.base })
    #expect(places.count == 6_000)
    held = []
    held = take()
    #expect(Set(held.map { $0.base }).intersection(places).count > 5_900)
  }

  @Test("a queue whose oldest is replaced, and a list that is replaced one by one, take no more and more memory")
  func replaced() {
    for (count, bytes) in [(1_000, 120_000), (200, 140_000)] {
      var places: Set<UnsafeMutableRawPointer> = []
      func take() -> BufferPool.Block {
        let block = BufferPool.take(bytes)
        places.insert(block.base)
        return block
      }
      var queue = (0..<count).map { _ in take() }
      for number in 0..<20 * count { queue[number % count] = take() }
      #expect(places.count < count + 300, "\(places.count) blocks for \(count)")
    }
  }

  @Test("a view keeps the memory it looks into")
  func views() throws {
    var rows: Tensor<Float>? = try Tensor(Array(repeating: 3, count: 6_000), [3, 2_000]).rows(1..<2)
    // Whatever takes memory now must not get that of the view.
    let others = (0..<50).map { _ in Tensor<Float>.full(7, [3, 2_000]) }
    #expect(rows?.array == Array(repeating: 3, count: 2_000))
    rows = nil
    #expect(others.allSatisfy { $0.array == Array(repeating: 7, count: 6_000) })
  }

  @Test("one thread by default and at least")
  func threads() {
    #expect(Threads.count == 1)
    Threads.count = 0
    #expect(Threads.count == 1)
  }
}
