import CKernels
import TensorCore
import Testing

/// Row-major numbers with some room behind every row.
private struct Matrix {
  let rows, columns, step: Int
  var values: [Float]

  init(_ rows: Int, _ columns: Int, gap: Int = 0, stream: UInt64) throws {
    (self.rows, self.columns, step) = (rows, columns, columns + gap)
    let numbers: Tensor<Float> = try normal([rows * (columns + gap) + 1], stream)
    values = numbers.array
  }

  subscript(row: Int, column: Int) -> Float {
    get { values[row * step + column] }
    set { values[row * step + column] = newValue }
  }

  var transposed: Matrix {
    var result = self
    result = Matrix(columns, rows, step: rows + 2)
    for r in 0..<rows { for c in 0..<columns { result[c, r] = self[r, c] } }
    return result
  }

  private init(_ rows: Int, _ columns: Int, step: Int) {
    (self.rows, self.columns, self.step) = (rows, columns, step)
    values = [Float](repeating: -7, count: rows * step + 1)
  }
}

/// The C functions on matrices; scratch is filled with NaN, so that nothing may depend on it.
private enum Kernels {
  static func scratch(_ bytes: Int) -> [Float] { [Float](repeating: .nan, count: (bytes + 3) / 4 + 1) }

  static func product(
    _ path: BFloat16Path, _ a: Matrix, _ b: Matrix, transposed: Bool, bias: [Float]?, into c: inout Matrix, add: Bool
  ) {
    var memory = scratch(ck_bf16_product_scratch(path.rawValue, a.rows, c.columns, a.columns))
    let step = c.step
    func run(_ bias: UnsafePointer<Float>?) {
      ck_bf16_product(
        path.rawValue, a.values, a.step, b.values, b.step, transposed ? 1 : 0, bias, &c.values, step, a.rows, c.columns,
        a.columns, add ? 1 : 0, &memory)
    }
    if let bias { bias.withUnsafeBufferPointer { run($0.baseAddress) } } else { run(nil) }
  }

  /// By packing first; the left matrix as bf16 bits if asked for.
  static func packed(_ path: BFloat16Path, _ a: Matrix, _ b: Matrix, asBits: Bool, into c: inout Matrix, add: Bool) {
    let (m, n, k, step) = (a.rows, c.columns, a.columns, c.step)
    var panels = scratch(ck_bf16_packed_bytes(path.rawValue, k, n))
    ck_bf16_pack(path.rawValue, b.values, b.step, 0, k, n, &panels)
    var memory = scratch(ck_bf16_gemm_scratch(path.rawValue, m, n, k))
    if asBits {
      var bits = [UInt16](repeating: 0, count: a.values.count)
      ck_bf16_round(a.values, &bits, bits.count)
      ck_bf16_gemm(
        path.rawValue, bits, 1, a.step, panels, nil, &c.values, step, m, n, k, add ? 1 : 0, &memory)
    } else {
      ck_bf16_gemm(
        path.rawValue, a.values, 0, a.step, panels, nil, &c.values, step, m, n, k, add ? 1 : 0, &memory)
    }
  }

  static func gradient(_ path: BFloat16Path, _ a: Matrix, _ b: Matrix, into c: inout Matrix, add: Bool) {
    var memory = scratch(ck_bf16_gradient_scratch(path.rawValue, a.rows, b.columns, a.columns))
    let step = c.step
    ck_bf16_gradient(
      path.rawValue, a.values, a.step, b.values, b.step, &c.values, step, a.rows, b.columns, a.columns, add ? 1 : 0,
      &memory)
  }
}

private func rounded(_ x: Float) -> Float {
  var bits: UInt16 = 0
  withUnsafePointer(to: x) { ck_bf16_round($0, &bits, 1) }
  return Float(bitPattern: UInt32(bits) << 16)
}

private func sameBits(_ a: [Float], _ b: [Float]) -> Bool { a.map(\.bitPattern) == b.map(\.bitPattern) }

@Suite struct BFloat16KernelTests {
  /// Of this machine, besides the portable one.
  static let fast = BFloat16Path.allCases.filter { $0 != .plain && $0.isAvailable }
  /// m, n, k: tails of every block size, one, none, more rows than a block, more than two gradient blocks.
  static let shapes = [
    (1, 1, 1), (0, 5, 4), (5, 0, 4), (5, 4, 0), (6, 64, 32), (7, 65, 33), (8, 112, 96), (13, 47, 31), (48, 16, 64),
    (95, 17, 3), (97, 80, 5), (100, 129, 63), (257, 33, 18), (600, 24, 40), (17, 3, 1601), (50, 70, 1700),
  ]

  @Test("rounds to nearest, ties to even; NaN and infinities stay, subnormal numbers become zero")
  func rounding() {
    #expect(rounded(1) == 1 && rounded(-3.140625) == -3.140625)
    #expect(rounded(Float(bitPattern: 0x3F80_8000)) == Float(bitPattern: 0x3F80_0000))
    #expect(rounded(Float(bitPattern: 0x3F81_8000)) == Float(bitPattern: 0x3F82_0000))
    #expect(rounded(Float(bitPattern: 0x3F80_8001)) == Float(bitPattern: 0x3F81_0000))
    #expect(rounded(.greatestFiniteMagnitude) == .infinity && rounded(-.infinity) == -.infinity)
    #expect(rounded(.nan).isNaN && rounded(Float(bitPattern: 0x7F80_0001)).isNaN)
    #expect(rounded(Float(bitPattern: 1_000)) == 0 && rounded(Float(bitPattern: 0x8000_1000)).sign == .minus)
    #expect(rounded(.leastNormalMagnitude) == .leastNormalMagnitude)
  }

  @Test("the plain loops sum products of rounded factors", arguments: shapes)
  func plain(m: Int, n: Int, k: Int) throws {
    let (a, b) = (try Matrix(m, k, gap: 3, stream: 1), try Matrix(k, n, gap: 1, stream: 2))
    var c = try Matrix(m, n, stream: 3)
    let before = c
    Kernels.product(.plain, a, b, transposed: false, bias: nil, into: &c, add: true)
    for i in 0..<m {
      for j in 0..<n {
        var (sum, size) = (Double(before[i, j]), abs(Double(before[i, j])))
        for l in 0..<k {
          let term = Double(rounded(a[i, l])) * Double(rounded(b[l, j]))
          sum += term
          size += abs(term)
        }
        // A float32 sum of k + 1 terms.
        #expect(abs(Double(c[i, j]) - sum) <= Double(k + 1) * 0x1p-24 * size)
      }
    }
  }

  @Test("every path equals the plain loops: vdpbf16ps bit for bit, tiles up to the order of sums", arguments: shapes)
  func paths(m: Int, n: Int, k: Int) throws {
    let (a, b) = (try Matrix(m, k, gap: 5, stream: 1), try Matrix(k, n, gap: 2, stream: 2))
    let right = try Matrix(m, n, gap: 1, stream: 4)
    let bias: [Float] = Array(try Matrix(1, n, stream: 5).values.prefix(n))
    for (form, add) in [(0, false), (1, true), (2, false), (3, true), (4, false), (5, true)] {
      func compute(_ path: BFloat16Path) throws -> Matrix {
        var c = try form == 4 || form == 5 ? Matrix(k, n, gap: 3, stream: 3) : Matrix(m, n, gap: 3, stream: 3)
        switch form {
        case 0: Kernels.product(path, a, b, transposed: false, bias: bias, into: &c, add: add)
        case 1: Kernels.product(path, a, b.transposed, transposed: true, bias: nil, into: &c, add: add)
        case 2: Kernels.packed(path, a, b, asBits: false, into: &c, add: add)
        case 3: Kernels.packed(path, a, b, asBits: true, into: &c, add: add)
        default: Kernels.gradient(path, a, right, into: &c, add: add)
        }
        return c
      }
      let expected = try compute(.plain)
      for path in Self.fast {
        let found = try compute(path)
        if path == .avx512 {
          #expect(sameBits(found.values, expected.values), "form \(form)")
        } else {
          let count = Float(form >= 4 ? m : k)
          for (x, y) in zip(found.values, expected.values) {
            #expect(abs(x - y) <= 1e-5 * max(1, count.squareRoot()), "\(path), form \(form): \(x), expected \(y)")
          }
        }
      }
    }
  }

  @Test("a row's bits do not depend on the rows beside it", arguments: fast + [.plain])
  func rowsAlone(path: BFloat16Path) throws {
    let (n, k) = (83, 150)
    let (all, b) = (try Matrix(211, k, stream: 1), try Matrix(k, n, stream: 2))
    var whole = try Matrix(211, n, stream: 3)
    Kernels.product(path, all, b, transposed: false, bias: nil, into: &whole, add: false)
    for (first, count) in [(0, 1), (5, 2), (90, 13), (96, 97), (210, 1)] {
      var part = try Matrix(count, k, stream: 9)
      for r in 0..<count { for c in 0..<k { part[r, c] = all[first + r, c] } }
      for packs in [false, true] {
        var c = try Matrix(count, n, stream: 8)
        if packs {
          Kernels.packed(path, part, b, asBits: false, into: &c, add: false)
        } else {
          Kernels.product(path, part, b, transposed: false, bias: nil, into: &c, add: false)
        }
        #expect(
          sameBits(Array(c.values[..<(count * n)]), Array(whole.values[(first * n)..<((first + count) * n)])),
          "rows from \(first), \(count)")
      }
    }
  }

  @Test("NaN and infinities go where they belong, on every path", arguments: fast + [.plain])
  func special(path: BFloat16Path) throws {
    let (m, n, k) = (21, 35, 67)
    var (a, b) = (try Matrix(m, k, stream: 1), try Matrix(k, n, stream: 2))
    (a[3, 5], a[4, 66], b[0, 7], a[9, 0]) = (.nan, .infinity, -.infinity, 0)
    var c = try Matrix(m, n, stream: 3)
    Kernels.product(path, a, b, transposed: false, bias: nil, into: &c, add: false)
    for i in 0..<m {
      for j in 0..<n {
        var expected: Float = 0
        for l in 0..<k { expected += rounded(a[i, l]) * rounded(b[l, j]) }
        #expect(isClose(c[i, j], expected, absolute: 1e-4, relative: 1e-4), "[\(i), \(j)]")
      }
    }
    #expect(c[3, 0].isNaN && c[9, 7].isNaN && c[4, 1].isInfinite && c[5, 7].isInfinite)
    var gradient = try Matrix(k, n, stream: 4)
    var slopes = try Matrix(m, n, stream: 5)
    slopes[2, 6] = .infinity
    Kernels.gradient(path, a, slopes, into: &gradient, add: false)
    for l in 0..<k {
      #expect(gradient[l, 6].isInfinite || l == 5 || l == 66)
      #expect(gradient[l, 0].isNaN == (l == 5) && gradient[l, 0].isInfinite == (l == 66))
    }
  }

  @Test("THERIAC_BF16 narrows the choice and says so")
  func choice() {
    #expect(BFloat16Path.choice(limit: "off") == (nil, "float32: THERIAC_BF16 is off"))
    #expect(BFloat16Path.choice(limit: "plain") == (.plain, "bf16 products: plain loops (THERIAC_BF16 is plain)"))
    #expect(
      BFloat16Path.choice(limit: "fast")
        == (nil, "float32: THERIAC_BF16 is \"fast\", expected off, plain or avx512"))
    let (path, reason) = BFloat16Path.choice(limit: nil)
    #expect(path == nil ? reason.hasPrefix("float32: ") : reason.hasPrefix("bf16 products: \(path?.name ?? "")"))
    #expect(BFloat16Path.choice(limit: "avx512").path == (BFloat16Path.avx512.isAvailable ? .avx512 : nil))
    #expect(path != .plain && path != .tilesInMemory)
  }
}
