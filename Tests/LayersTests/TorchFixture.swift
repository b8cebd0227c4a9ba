import Foundation
import Layers
import TensorCore
import Testing

/// Numbers of PyTorch, written by tools/golden_tensorcore.py.
struct TorchFixture: Decodable {
  struct Numbers: Decodable {
    let shape: [Int]
    let values: [Double]

    func tensor<E: TensorElement>() throws -> Tensor<E> { try Tensor(values.map { E($0) }, shape) }
  }

  struct Operation: Decodable {
    let name: String
    let inputs: [String: Numbers]
    let numbers: [String: [Int32]]
    let dy, output: Numbers
    let gradients: [String: Numbers]
  }

  struct Layer: Decodable {
    let name: String
    let parameters, inputs, gradients, parameterGradients, buffers: [String: Numbers]
    let outputs, dys: [Numbers]
  }

  struct OptimizerRun: Decodable {
    let name: String
    let start, gradients, weights: Numbers
  }

  struct Schedule: Decodable {
    let name: String
    let rates: [Double]
  }

  struct Clip: Decodable {
    let name: String
    let before, after: Numbers
    let norm: Double
  }

  let torch: String
  let operations: [Operation]
  let layers: [Layer]
  let optimizers: [OptimizerRun]
  let schedules: [Schedule]
  let clips: [Clip]

  static let shared = Result {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/torch.json")
    return try JSONDecoder().decode(TorchFixture.self, from: Data(contentsOf: file))
  }

  /// The names of the cases, for test arguments; empty when the fixture cannot be read, which another test reports.
  static func names(_ path: (TorchFixture) -> [String]) -> [String] { (try? shared.get()).map(path) ?? [] }
}

@Suite struct TorchFixtureTests {
  @Test("the fixture can be read and has cases of every kind")
  func reads() throws {
    let fixture = try TorchFixture.shared.get()
    #expect(fixture.operations.count >= 66 && fixture.layers.count >= 13)
    #expect(fixture.optimizers.count == 5 && fixture.schedules.count == 5 && fixture.clips.count == 3)
  }
}

/// What rounding may do: PyTorch's numbers are double precision; ours are held to a few units in the last place there,
/// and to single precision's 1.2e-7 times the few additions and the polynomials of exp, log and erf.
struct Tolerance<E: TensorElement> {
  let absolute, relative: E

  static var torch: Tolerance {
    E.self == Float.self ? Tolerance(absolute: 4e-6, relative: 1e-5) : Tolerance(absolute: 1e-12, relative: 1e-11)
  }

  func expect(
    _ got: Tensor<E>, _ expected: TorchFixture.Numbers, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(got.shape.axes == expected.shape, "\(what)", sourceLocation: sourceLocation)
    expectClose(
      got.array, expected.values.map { E($0) }, absolute: absolute, relative: relative, what,
      sourceLocation: sourceLocation)
  }
}
