import HDF5
import TensorCore
import Testing

@Suite(.enabled(if: Golden.isAvailable, "needs the golden files: set THERIAC_GOLDEN"))
struct GoldenLossTests {
  static let cases = [
    "random_1x1", "random_1x5", "random_4x7", "random_8x112", "random_3x31", "no_positives", "all_positives",
    "mixed_empty_full_normal", "extreme_logits", "perfect", "all_wrong", "all_zero_logits",
  ]

  @Test("losses and their gradients agree with PyTorch's", arguments: cases)
  func losses(name: String) throws {
    let file = try Golden.open("losses.h5")
    func read(_ dataset: String) throws -> [Float] { try file.read("\(name)/\(dataset)") }
    let shape = try file.shape(of: "\(name)/logits")
    let z = try Tensor(read("logits"), shape)
    let y = try Tensor(read("y"), shape)
    let count = Double(shape[0] * shape[1])
    // Relative 2e-6: PyTorch adds the terms in another order, in single precision.
    func check(_ loss: (Tensor<Float>) throws -> Tensor<Float>, _ value: String, _ gradient: String?) throws {
      let leaf = z.requiringGradient()
      let result = try loss(leaf)
      expectClose([result.item], try read(value), absolute: 1e-7, relative: 2e-6, value)
      guard let gradient else { return }
      try result.backward()
      expectClose(
        try #require(leaf.gradient).array, try read(gradient), absolute: 1e-8, relative: 3e-6, gradient)
    }
    try check({ try $0.bceMean(y) }, "bce", "d_bce")
    try check({ try $0.bceSum(y, divisor: 1) }, "bce_sum", nil)
    try check({ try $0.marginMean(y) }, "margin", "d_margin")
    try check({ try $0.marginSum(y, divisor: Double(shape[1])) }, "margin_sum", nil)
    try check(
      { z in
        let bce = try z.bceSum(y, divisor: count)
        let margin = try z.marginSum(y, divisor: count)
        return try bce.scaled(by: 0.95) + margin.scaled(by: 0.05)
      }, "total", "d_total")
  }
}
