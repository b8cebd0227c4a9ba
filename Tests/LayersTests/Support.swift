import Foundation
import HDF5
import Random
import TensorCore
import Testing

/// The golden numbers of the PyTorch reference: `THERIAC_GOLDEN`, else ../shared/golden beside the package.
enum Golden {
  static let directory = ProcessInfo.processInfo.environment["THERIAC_GOLDEN"] ?? "../shared/golden"
  static let isAvailable = FileManager.default.fileExists(atPath: directory + "/losses.h5")
  static func open(_ name: String) throws -> HDF5File { try HDF5File.open(directory + "/" + name) }
}

func normal<E: TensorElement>(_ shape: [Int], _ stream: UInt64) throws -> Tensor<E> {
  let random = CounterRandom(seed: 7, stream: RandomDomain.other.stream(stream))
  return try Tensor((0..<shape.reduce(1, *)).map { E(random.normal(UInt64($0))) }, shape)
}

/// |a − b| ≤ absolute + relative |b| for every element.
func expectClose<E: TensorElement>(
  _ got: [E], _ expected: [E], absolute: E = 1e-6, relative: E = 1e-5, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(got.count == expected.count, "\(what): counts", sourceLocation: sourceLocation)
  for (index, (a, b)) in zip(got, expected).enumerated() where !(abs(a - b) <= absolute + relative * abs(b)) {
    Issue.record("\(what): element \(index) is \(a), expected \(b)", sourceLocation: sourceLocation)
    return
  }
}
