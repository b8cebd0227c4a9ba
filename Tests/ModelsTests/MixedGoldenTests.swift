import TensorCore
import Testing

/// The golden numbers with products in bfloat16, whose unit roundoff is 2⁻⁸ = 0.4 %.
///
/// Bounds are on ‖found − PyTorch's float32‖ / ‖PyTorch's float32‖ of whole tensors.
@Suite(.enabled(if: Golden<Float>.isAvailable("nlammr_small.h5"), "needs the golden files (THERIAC_GOLDEN)"))
struct MixedGoldenTests {
  static let paths = BFloat16Path.allCases.filter(\.isAvailable)

  static func relative(_ found: [Float], _ reference: [Float]) -> Double {
    guard found.count == reference.count else { return .infinity }
    let (error, size) = zip(found, reference).reduce((0.0, 0.0)) { sums, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return (sums.0 + difference * difference, sums.1 + Double(pair.1) * Double(pair.1))
    }
    return (error / max(size, 1e-300)).squareRoot()
  }

  @Test("the forward pass agrees to 2 %, the losses to 1 %", arguments: paths)
  func forward(path: BFloat16Path) throws {
    let golden = try Golden<Float>("nlammr_small.h5")
    try ProductPrecision.$current.withValue(.bfloat16(path)) {
      let forward = try golden.forward(training: true)
      let found = [
        ("mol", forward.molecules), ("E_m_tilde", forward.medications), ("p", forward.patients.patientBD),
        ("p_v", forward.patients.visitBK), ("logits", forward.logits),
      ]
      for (name, tensor) in found {
        let error = Self.relative(tensor.array, try golden.reference("forward/\(name)").values)
        print("MIXED", path, name, error)
        #expect(error <= 2e-2 && error > 1e-5, "\(name): \(error)")
      }
      for (name, value) in zip(["bce", "margin", "total"], try golden.step()) {
        let reference = try golden.file.read("loss/\(name)", as: Float.self)[0]
        print("MIXED", path, name, abs(value - reference) / abs(reference))
        #expect(abs(value - reference) <= 1e-2 * abs(reference), "\(name)")
      }
    }
  }

  @Test("gradients agree to 10 %, all together to 3 %", arguments: paths)
  func gradients(path: BFloat16Path) throws {
    let golden = try Golden<Float>("nlammr_small.h5")
    _ = try ProductPrecision.$current.withValue(.bfloat16(path)) { try golden.step() }
    var (all, references): ([Float], [Float]) = ([], [])
    for entry in golden.store.entries where !isNoise(entry.name) {
      let reference = try golden.reference("grad/\(entry.name)").values
      let found = Array(golden.store.gradients[entry.range])
      let error = Self.relative(found, reference)
      print("MIXED", path, entry.name, error)
      #expect(error <= 1e-1, "\(entry.name): \(error)")
      all += found
      references += reference
    }
    let error = Self.relative(all, references)
    print("MIXED", path, "all", error)
    #expect(error <= 3e-2 && error > 1e-5, "\(error)")
  }

  @Test("ten steps follow PyTorch's losses to 2 %", arguments: paths)
  func training(path: BFloat16Path) throws {
    let golden = try Golden<Float>("nlammr_small.h5")
    let trace = try golden.file.read("loss/trace10", as: Float.self)
    for step in 0..<10 {
      let losses = try ProductPrecision.$current.withValue(.bfloat16(path)) { try golden.step() }
      golden.update()
      for column in 0..<3 {
        let expected = trace[step * 3 + column]
        print("MIXED", path, "step", step, column, abs(losses[column] - expected) / abs(expected))
        #expect(abs(losses[column] - expected) <= 2e-2 * abs(expected), "loss \(column) of step \(step + 1)")
      }
    }
  }
}
