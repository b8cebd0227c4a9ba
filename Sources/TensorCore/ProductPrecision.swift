import CKernels

/// How products of float32 matrices are computed. All other arithmetic is float32 whatever this says, and float64
/// tensors do not look at it.
public enum ProductPrecision: Equatable, Sendable {
  case float32
  /// Factors are rounded to bfloat16 (to nearest, ties to even), products added up in float32.
  case bfloat16(BFloat16Path)

  /// For the products of the operations, forward and backward, that run inside `$current.withValue(…) { … }`.
  @TaskLocal public static var current = ProductPrecision.float32
}

/// The instructions that compute bfloat16 products. Paths round sums in different orders, so ranks that are to agree bit
/// for bit take the same one. A processor with a later path has the earlier ones as well.
public enum BFloat16Path: Int32, CaseIterable, Sendable {
  /// Portable loops in the arithmetic of `vdpbf16ps`: for tests.
  case plain = 1
  /// AVX512-BF16, `vdpbf16ps`.
  case avx512 = 2
  /// AMX tiles, `tdpbf16ps`.
  case amx = 3
  /// The loops of `amx` over tiles in memory: for tests.
  case tilesInMemory = 4

  /// The best path of this process, found once by asking the processor and trying it; nil where there is none. The
  /// environment variable THERIAC_BF16 narrows it: `off`, `plain`, `avx512` (no AMX).
  public static var best: BFloat16Path? { BFloat16Path(rawValue: ck_bf16_path()) }

  /// Why `best` is what it is: "bf16 products: AVX512-BF16", or "float32: the processor has neither …".
  public static var reason: String { String(cString: ck_bf16_reason()) }

  /// What `best` and `reason` would be for a value of THERIAC_BF16.
  package static func choice(limit: String?) -> (path: BFloat16Path?, reason: String) {
    var text = [CChar](repeating: 0, count: 160)
    let path = ck_bf16_choose(limit, &text, text.count)
    let end = text.firstIndex(of: 0) ?? text.count
    return (
      BFloat16Path(rawValue: path), String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    )
  }

  /// Whether this process can compute by this path.
  public var isAvailable: Bool { ck_bf16_can(rawValue) != 0 }

  /// The path's name in logs.
  public var name: String {
    switch self {
    case .plain: "plain loops"
    case .avx512: "AVX512-BF16"
    case .amx: "AMX"
    case .tilesInMemory: "tiles in memory"
    }
  }
}
