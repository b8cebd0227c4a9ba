import TensorCore
import Testing

/// Compares the gradients of every parameter of a store, and of the inputs, with central differences in double precision.
/// The loss is a fixed random weighting of f's result, so all its elements count.
/// - Parameter parts: slots that `function` fills; 1 for none
func expectParameterGradients(
  _ store: ParameterStore<Double>, inputs: [Tensor<Double>] = [], parts: Int = 1, tolerance: Double = 2e-6,
  sourceLocation: SourceLocation = #_sourceLocation, _ function: ([Tensor<Double>]) throws -> Tensor<Double>
) throws {
  store.seal()
  let shape = try store.withoutGradients { try function(inputs) }.shape.axes
  let weights: Tensor<Double> = try normal(shape, 999)
  func loss(_ inputs: [Tensor<Double>]) throws -> Double {
    let y = try store.withoutGradients { try function(inputs) }
    return zip(y.array, weights.array).reduce(0) { $0 + $1.0 * $1.1 }
  }
  let step = 1e-5
  func expect(_ exact: Double, _ place: String, _ moved: (Double) throws -> Double) throws {
    let slope = try (moved(step) - moved(-step)) / (2 * step)
    #expect(
      abs(slope - exact) <= tolerance * max(1, abs(slope)), "\(place): \(exact), differences give \(slope)",
      sourceLocation: sourceLocation)
  }
  if parts > 1 { store.prepareSlots(parts, range: 0..<store.count) }
  store.zeroGradients()
  let leaves = inputs.map { $0.requiringGradient() }
  try function(leaves).backward(from: weights)
  if parts > 1 { store.foldSlots() }
  for (number, leaf) in leaves.enumerated() {
    let gradient = try #require(leaf.gradient, "input \(number)", sourceLocation: sourceLocation).array
    for index in gradient.indices {
      try expect(gradient[index], "input \(number), element \(index)") { by in
        var values = inputs[number].array
        values[index] += by
        var changed = inputs
        changed[number] = try Tensor(values, leaf.shape.axes)
        return try loss(changed)
      }
    }
  }
  for entry in store.entries {
    for (number, index) in entry.range.enumerated() {
      let start = store.values[index]
      defer { store.values[index] = start }
      try expect(store.gradients[index], "\(entry.name), element \(number)") { by in
        store.values[index] = start + by
        return try loss(inputs)
      }
    }
  }
  store.discardStatistics()
}

/// Moves parameters whose start is 0 or 1 (biases, weights of norms, ε) away from there: other numbers tell more.
func scatter(_ store: ParameterStore<Double>) throws {
  store.seal()
  for entry in store.entries where Set(store.values[entry.range]).count == 1 {
    let noise: Tensor<Double> = try normal([entry.range.count], UInt64(entry.range.lowerBound) + 50)
    for (index, value) in zip(entry.range, noise.array) { store.values[index] += 0.3 * value }
  }
}
