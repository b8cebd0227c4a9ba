import Layers
import TensorCore
import Testing

/// Gradients of linear layers given as factors, as a distributed run gathers them.
@Suite struct LinearFactorTests {
  /// A layer, and the factors of its gradient for a batch of rows.
  func layer(_ rows: Int) throws -> (
    store: ParameterStore<Double>, layer: Linear<Double>, x: Tensor<Double>, dy: Tensor<Double>
  ) {
    let store = ParameterStore<Double>(seed: 4)
    let layer = try Linear(3, 4, factored: true, in: store.scope["lin"])
    return (store, layer, try normal([rows, 3], 1), try normal([rows, 4], 2))
  }

  func withPointers<R>(
    _ x: Tensor<Double>, _ dy: Tensor<Double>,
    _ body: (UnsafeBufferPointer<Double>, UnsafeBufferPointer<Double>) throws -> R
  ) rethrows -> R {
    try x.withUnsafeBufferPointer { x in try dy.withUnsafeBufferPointer { try body(x, $0) } }
  }

  @Test("their product is the gradient that backward gives, in place of what was there")
  func gradients() throws {
    let (store, layer, x, dy) = try layer(5)
    try layer(x).backward(from: dy)
    let expected = Array(store.gradients)
    store.gradients.update(repeating: 7)
    try withPointers(x, dy) { x, dy in
      try LinearFactors(layer.weight, x: x, dy: dy, rows: 5).setGradient()
      try layer.bias?.setBiasGradient(dy, rows: 5)
    }
    for entry in store.entries {
      expectClose(Array(store.gradients[entry.range]), Array(expected[entry.range]), absolute: 1e-14)
    }
  }

  @Test("an Adam step with factors equals one with their product")
  func adam() throws {
    func run(_ factored: Bool) throws -> [Double] {
      let (store, layer, x, dy) = try layer(5)
      let adam = Adam(store, weightDecay: 0.1)
      for _ in 0..<3 {
        store.zeroGradients()
        try layer(x).backward(from: dy)
        try withPointers(x, dy) { x, dy in
          let factors = factored ? [try LinearFactors(layer.weight, x: x, dy: dy, rows: 5)] : []
          // What the store holds for a factored weight is not looked at.
          if factored { layer.weight.gradients.update(repeating: .nan) }
          adam.step(learningRate: 0.01, factors: factors)
        }
      }
      return Array(store.values)
    }
    expectClose(try run(true), try run(false), absolute: 1e-14, relative: 1e-12)
  }

  @Test("factors that do not fit are refused")
  func refused() throws {
    let (_, layer, x, dy) = try layer(5)
    withPointers(x, dy) { x, dy in
      for rows in [4, 6, 0, -1] {
        #expect(throws: ShapeError.self) { try LinearFactors(layer.weight, x: x, dy: dy, rows: rows) }
        #expect(throws: ShapeError.self) { try layer.bias?.setBiasGradient(dy, rows: rows) }
      }
      let error = #expect(throws: ShapeError.self) { try LinearFactors(layer.weight, x: dy, dy: dy, rows: 5) }
      #expect(
        error?.description
          == "the factors of lin.weight: expected [5, 3] and [5, 4], at least 1 row, got 20 and 20 values.")
    }
  }
}
