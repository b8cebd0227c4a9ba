import CKernels
import Foundation
import Testing

/// The passes between the products against plain loops in float64.
@Suite struct EncoderKernelTests {
  /// Numbers of all sizes; with `special`, some that are not ordinary.
  private func numbers(_ count: Int, special: Bool = false) -> [Float] {
    (0..<count).map { index in
      if special {
        switch index % 11 {
        case 3: return .nan
        case 5: return .infinity
        case 6: return -.infinity
        case 7: return 0x1p-133
        case 8: return -0.0
        default: break
        }
      }
      return Float(sin(Double(index) * 1.7) * pow(10, Double(index % 5) - 3))
    }
  }

  private func rounded(_ x: [Float]) -> [UInt16] {
    var result = [UInt16](repeating: 0, count: x.count)
    ck_bf16_round(x, &result, x.count)
    return result
  }

  @Test("LayerNorm of x + bias, for widths with and without tails", arguments: [1, 7, 16, 33, 64, 100, 768])
  func norm(width: Int) {
    for rows in [0, 1, 3] {
      let x = numbers(rows * width)
      let (bias, weight, shift) = (numbers(width), numbers(width).map { 1 + $0 / 8 }, numbers(width).map { -$0 / 4 })
      for hasBias in [false, true] {
        var expected: [Double] = []
        for row in 0..<rows {
          let v = (0..<width).map { Double(x[row * width + $0]) + (hasBias ? Double(bias[$0]) : 0) }
          let mean = v.reduce(0, +) / Double(width)
          let variance = v.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
          expected += (0..<width).map {
            (v[$0] - mean) / (variance + 1e-5).squareRoot() * Double(weight[$0]) + Double(shift[$0])
          }
        }
        var (plain, both) = (x, x)
        var bits = [UInt16](repeating: 7, count: x.count)
        bias.withUnsafeBufferPointer { bias in
          let bias = hasBias ? bias.baseAddress : nil
          ck_encoder_norm(&plain, bias, weight, shift, nil, rows, width, 1e-5)
          ck_encoder_norm(&both, bias, weight, shift, &bits, rows, width, 1e-5)
        }
        for (found, expected) in zip(plain, expected) {
          #expect(abs(Double(found) - expected) < 2e-5 * max(1, abs(expected)), "\(rows) × \(width)")
        }
        #expect(plain == both && bits == rounded(plain))
      }
    }
  }

  @Test("a number that is not finite makes its own row so, and no other", arguments: [Float.nan, .infinity])
  func normNotFinite(value: Float) {
    var x = numbers(3 * 40)
    x[40 + 17] = value
    let ones = [Float](repeating: 1, count: 40)
    ck_encoder_norm(&x, nil, ones, ones, nil, 3, 40, 1e-5)
    let (before, own, after) = (x[..<40], x[40..<80], x[80...])
    #expect(own.allSatisfy { $0.isNaN })
    #expect(before.allSatisfy { $0.isFinite } && after.allSatisfy { $0.isFinite })
  }

  @Test("GELU of x + bias, for widths with and without tails", arguments: [1, 7, 16, 33, 100, 3072])
  func gelu(width: Int) {
    for rows in [0, 1, 3] {
      for special in [false, true] {
        let x = numbers(rows * width, special: special)
        let bias = numbers(width)
        for hasBias in [false, true] {
          let sums = x.indices.map { hasBias ? x[$0] + bias[$0 % width] : x[$0] }
          var plain = x
          var source = x
          var bits = [UInt16](repeating: 7, count: x.count)
          bias.withUnsafeBufferPointer { bias in
            let bias = hasBias ? bias.baseAddress : nil
            ck_encoder_gelu(&plain, bias, nil, rows, width)
            ck_encoder_gelu(&source, bias, &bits, rows, width)
          }
          for (found, v) in zip(plain, sums) {
            let expected = Double(v) / 2 * (1 + erf(Double(v) / 2.0.squareRoot()))
            #expect(
              found.isNaN ? expected.isNaN : Double(found) == expected || abs(Double(found) - expected) < 2e-6,
              "gelu(\(v)) is \(found)")
          }
          #expect(bits == rounded(plain))
          #expect(source.map(\.bitPattern) == x.map(\.bitPattern))
        }
      }
    }
  }
}
