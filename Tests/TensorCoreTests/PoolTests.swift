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

  @Test("one thread by default and at least")
  func threads() {
    #expect(Threads.count == 1)
    Threads.count = 0
    #expect(Threads.count == 1)
  }
}
