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

  @Test("the forward pass agrees to 2 %, the losses to 0.1 %", arguments: paths)
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
        #expect(error <= 2e-2 && error > 1e-5, "\(name): \(error)")
      }
      for (name, value) in zip(["bce", "margin", "total"], try golden.step()) {
        let reference = try golden.file.read("loss/\(name)", as: Float.self)[0]
        #expect(abs(value - reference) <= 1e-3 * abs(reference), "\(name)")
      }
    }
  }

  /// What a gradient may be off by. In the molecule encoder an input of a ReLU near zero falls on the other side, and each
  /// layer adds to that; an ε is one number, a sum of terms of both signs.
  static func bound(_ name: String) -> Double {
    guard name.hasPrefix("global_encoder.") else { return 2e-2 }
    return name.hasSuffix(".eps") ? 0.5 : 0.2
  }

  @Test("gradients agree to 2 %, the molecule encoder's to 20 %, all together to 5 %", arguments: paths)
  func gradients(path: BFloat16Path) throws {
    let golden = try Golden<Float>("nlammr_small.h5")
    _ = try ProductPrecision.$current.withValue(.bfloat16(path)) { try golden.step() }
    var (all, references): ([Float], [Float]) = ([], [])
    for entry in golden.store.entries where !isNoise(entry.name) {
      let reference = try golden.reference("grad/\(entry.name)").values
      let found = Array(golden.store.gradients[entry.range])
      let error = Self.relative(found, reference)
      #expect(error <= Self.bound(entry.name), "\(entry.name): \(error)")
      all += found
      references += reference
    }
    let error = Self.relative(all, references)
    #expect(error <= 5e-2 && error > 1e-5, "\(error)")
  }

  @Test("at real dimensions the norm of every gradient agrees to 2 %, the molecule encoder's to 5 %")
  func normsAtFullSize() throws {
    let path = BFloat16Path.avx512.isAvailable ? BFloat16Path.avx512 : .plain
    let golden = try Golden<Float>("nlammr_full.h5")
    _ = try ProductPrecision.$current.withValue(.bfloat16(path)) { try golden.step() }
    for entry in golden.store.entries where !isNoise(entry.name) && !entry.name.hasSuffix(".eps") {
      let norm = try golden.file.read("grad_norm/\(entry.name)", as: Float.self)[0]
      let found = golden.store.gradients[entry.range].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      let error = abs(found / Double(norm) - 1)
      #expect(error <= (entry.name.hasPrefix("global_encoder.") ? 5e-2 : 2e-2), "\(entry.name): \(error)")
    }
  }

  @Test("ten steps follow PyTorch's losses to 0.1 %", arguments: paths)
  func training(path: BFloat16Path) throws {
    let golden = try Golden<Float>("nlammr_small.h5")
    let trace = try golden.file.read("loss/trace10", as: Float.self)
    for step in 0..<10 {
      let losses = try ProductPrecision.$current.withValue(.bfloat16(path)) { try golden.step() }
      golden.update()
      for column in 0..<3 {
        let expected = trace[step * 3 + column]
        #expect(abs(losses[column] - expected) <= 1e-3 * abs(expected), "loss \(column) of step \(step + 1)")
      }
    }
  }
}
