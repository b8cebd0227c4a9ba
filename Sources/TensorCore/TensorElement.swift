#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A number type tensors can hold. `Float` runs on the vector kernels and oneDNN; `Double` on the plain loops, which
/// are also the reference the vector kernels are tested against.
public protocol TensorElement: BinaryFloatingPoint, Sendable {
  associatedtype Kernels: KernelSet where Kernels.Element == Self

  /// The number in double precision; `Double(x)` of a generic x goes bit by bit.
  var widened: Double { get }
  static func exponential(_ x: Self) -> Self
  static func logOnePlus(_ x: Self) -> Self
  static func errorFunction(_ x: Self) -> Self
  static func hyperbolicTangent(_ x: Self) -> Self
}

extension Float: TensorElement {
  public typealias Kernels = VectorKernels
  public var widened: Double { Double(self) }
  public static func exponential(_ x: Float) -> Float { expf(x) }
  public static func logOnePlus(_ x: Float) -> Float { log1pf(x) }
  public static func errorFunction(_ x: Float) -> Float { erff(x) }
  public static func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }
}

extension Double: TensorElement {
  public typealias Kernels = PlainKernels<Double>
  public var widened: Double { self }
  public static func exponential(_ x: Double) -> Double { exp(x) }
  public static func logOnePlus(_ x: Double) -> Double { log1p(x) }
  public static func errorFunction(_ x: Double) -> Double { erf(x) }
  public static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
}
