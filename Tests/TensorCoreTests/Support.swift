import Random
import TensorCore
import Testing

/// Normal numbers by (shape, stream).
func normal<E: TensorElement>(_ shape: [Int], _ stream: UInt64, scale: Double = 1) throws -> Tensor<E> {
  let random = CounterRandom(seed: 7, stream: RandomDomain.other.stream(stream))
  return try Tensor((0..<shape.reduce(1, *)).map { E(random.normal(UInt64($0)) * scale) }, shape)
}

/// |a − b| ≤ absolute + relative |b|, where NaN equals NaN and infinities must be the same.
func isClose<E: TensorElement>(_ a: E, _ b: E, absolute: E, relative: E) -> Bool {
  if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
  if a.isInfinite || b.isInfinite { return a == b }
  return abs(a - b) <= absolute + relative * abs(b)
}

/// Expects two lists of numbers to agree, naming the first place that does not.
func expectClose<E: TensorElement>(
  _ got: [E], _ expected: [E], absolute: E = 1e-6, relative: E = 1e-5, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(got.count == expected.count, "\(what): counts", sourceLocation: sourceLocation)
  for (index, (a, b)) in zip(got, expected).enumerated()
  where !isClose(a, b, absolute: absolute, relative: relative) {
    Issue.record("\(what): element \(index) is \(a), expected \(b)", sourceLocation: sourceLocation)
    return
  }
}

/// Compares every input's gradient with central differences in double precision, for y = f(inputs) and, to exercise
/// the accumulation of gradients, for f + f. The loss is a fixed random weighting of y.
func expectGradients(
  _ inputs: [Tensor<Double>], absolute: Double = 1e-7, relative: Double = 1e-6,
  sourceLocation: SourceLocation = #_sourceLocation, _ function: ([Tensor<Double>]) throws -> Tensor<Double>
) throws {
  let weights: Tensor<Double> = try normal(try function(inputs).shape.axes, 999)
  func loss(_ inputs: [Tensor<Double>]) throws -> Double {
    zip(try function(inputs).array, weights.array).reduce(0) { $0 + $1.0 * $1.1 }
  }
  for repeats in 1...2 {
    let leaves = inputs.map { $0.requiringGradient() }
    var y = try function(leaves)
    if repeats == 2 { y = try y + function(leaves) }
    try y.backward(from: weights)
    for (number, leaf) in leaves.enumerated() {
      let gradient = try #require(leaf.gradient, "input \(number) has no gradient", sourceLocation: sourceLocation)
      var numeric: [Double] = []
      for index in 0..<leaf.shape.count {
        func moved(_ by: Double) throws -> Double {
          var values = inputs[number].array
          values[index] += by
          var changed = inputs
          changed[number] = try Tensor(values, leaf.shape.axes)
          return try loss(changed)
        }
        let step = 1e-5
        numeric.append(Double(repeats) * (try moved(step) - moved(-step)) / (2 * step))
      }
      expectClose(
        gradient.array, numeric, absolute: absolute, relative: relative, "gradient of input \(number), \(repeats)x",
        sourceLocation: sourceLocation)
    }
  }
}
