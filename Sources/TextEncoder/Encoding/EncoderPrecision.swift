internal import CKernels

/// Arithmetic of an encoder's products with its weights. All else is float32 whatever this says.
///
/// The raw value stands in files. The ways of bfloat16 add up in different orders, so each has its name.
public enum EncoderPrecision: String, CaseIterable, Sendable {
  case float32
  /// Factors are rounded to bfloat16 (to nearest, ties to even), products added up in float32, by AVX512-BF16.
  case avx512 = "bf16-avx512"
  /// The same by AMX tiles.
  case amx = "bf16-amx"
  /// The same by portable loops: for tests.
  case plain = "bf16-plain"
  /// The loops of `amx` over tiles in memory: for tests.
  case tiles = "bf16-tiles"

  /// The word that asks for the best way of bfloat16 that there is.
  public static let bfloat16 = "bf16"

  /// What a wish becomes on this machine: a name of a case, or `bf16`, which is float32 where the processor cannot.
  /// - Throws: `badSetting` for another word, and for a way that this machine does not have.
  public init(wish: String) throws(TextEncoderError) {
    if wish == Self.bfloat16 {
      self = Self.best
      return
    }
    guard let precision = EncoderPrecision(rawValue: wish) else {
      throw .badSetting(name: "precision", expected: "float32 or bf16", found: "\"\(wish)\"")
    }
    try precision.require()
    self = precision
  }

  /// - Throws: `badSetting` when this machine does not have it.
  func require() throws(TextEncoderError) {
    guard self == .float32 || ck_bf16_can(path) != 0 else {
      throw .badSetting(
        name: "precision", expected: "what this processor can compute (\(Self.reason))", found: rawValue)
    }
  }

  /// The best way of bfloat16 of this machine, float32 where there is none. The environment variable THERIAC_BF16
  /// narrows it: `off`, `plain`, `avx512` (no AMX).
  public static var best: EncoderPrecision {
    let path = ck_bf16_path()
    return allCases.first { $0 != .float32 && $0.path == path } ?? .float32
  }

  /// Why `best` is what it is, one clause.
  public static var reason: String { String(cString: ck_bf16_reason()) }

  /// Its number in `ckbf16.h`.
  var path: Int32 {
    switch self {
    case .float32: 0
    case .plain: 1
    case .avx512: 2
    case .amx: 3
    case .tiles: 4
    }
  }

  /// Bytes of scratch that serve all these products (rows, columns, inner) and smaller ones.
  func scratch(_ shapes: [(Int, Int, Int)]) -> Int {
    self == .float32 ? 0 : shapes.map { ck_bf16_gemm_scratch(path, $0, $1, $2) }.max().map { Int($0) } ?? 0
  }
}
