/// The loops of functions, axes, segments and sequences: a part of `KernelSet`, by the same rules.
public protocol OperationKernels {
  associatedtype Element: TensorElement

  // Functions.
  /// y = f(x)
  static func apply(
    _ function: Function, _ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, _ count: Int)
  /// dx = f′(x) dy, with y = f(x)
  static func applyGradient(
    _ function: Function, _ x: UnsafePointer<Element>, _ y: UnsafePointer<Element>, _ dy: UnsafePointer<Element>,
    _ dx: UnsafeMutablePointer<Element>, _ count: Int, accumulate: Bool)
  /// out = a / b
  static func divide(
    _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>, _ out: UnsafeMutablePointer<Element>, _ count: Int)
  /// out = mask > 0 ? value : x
  static func maskedFill(
    _ x: UnsafePointer<Element>, mask: UnsafePointer<Element>, _ value: Element, _ out: UnsafeMutablePointer<Element>,
    _ count: Int, accumulate: Bool)
  /// out = value
  static func fill(_ value: Element, _ out: UnsafeMutablePointer<Element>, _ count: Int, accumulate: Bool)
  /// Σ x²
  static func sumOfSquares(_ x: UnsafePointer<Element>, _ count: Int) -> Double
  /// x = min(max(x, −bound), bound)
  static func clip(_ bound: Element, _ x: UnsafeMutablePointer<Element>, _ count: Int)

  // Axes: x is [outer, extent, inner].
  /// y = Σ along the axis
  static func sumAxis(_ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, _ axis: AxisExtent)
  /// dx = factor dy, repeated along the axis.
  static func spreadAxis(
    _ dy: UnsafePointer<Element>, _ dx: UnsafeMutablePointer<Element>, _ axis: AxisExtent, factor: Element,
    accumulate: Bool)
  /// y = the largest along the axis; NaN where there is one
  static func maxAxis(_ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, _ axis: AxisExtent)
  /// dx = dy at the first element that is y, else 0
  static func maxAxisGradient(
    _ x: UnsafePointer<Element>, _ y: UnsafePointer<Element>, _ dy: UnsafePointer<Element>,
    _ dx: UnsafeMutablePointer<Element>, _ axis: AxisExtent, accumulate: Bool)
  /// `strided` is addressed by extents and strides (at most 8 axes), `dense` is contiguous.
  static func stridedCopy(
    _ strided: UnsafePointer<Element>, _ dense: UnsafeMutablePointer<Element>, extents: [Int], strides: [Int])
  /// Adds `dense` to `strided`.
  static func stridedAdd(
    _ dense: UnsafePointer<Element>, _ strided: UnsafeMutablePointer<Element>, extents: [Int], strides: [Int])

  // Rows.
  /// y row r = factors[r] x row r
  static func scaleRows(
    _ x: UnsafePointer<Element>, _ factors: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, rows: Int,
    width: Int, accumulate: Bool)
  /// out[r] = ⟨a row r, b row r⟩
  static func rowDots(
    _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>, _ out: UnsafeMutablePointer<Element>, rows: Int,
    width: Int, accumulate: Bool)
  /// y = x − ln Σ exp x, row by row
  static func logSoftmax(_ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, rows: Int, width: Int)
  /// dx = dy − exp(y) Σ dy, row by row
  static func logSoftmaxGradient(
    _ y: UnsafePointer<Element>, _ dy: UnsafePointer<Element>, _ dx: UnsafeMutablePointer<Element>, rows: Int,
    width: Int, accumulate: Bool)
  /// y = x / max(‖x‖, epsilon), row by row; norms `[rows]` is a result
  static func normalizeRows(
    _ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, norms: UnsafeMutablePointer<Element>, rows: Int,
    width: Int, epsilon: Element)
  /// dx = (dy − y ⟨y, dy⟩) / ‖x‖, or dy / epsilon where ‖x‖ is below it
  static func normalizeRowsGradient(
    _ y: UnsafePointer<Element>, norms: UnsafePointer<Element>, _ dy: UnsafePointer<Element>,
    _ dx: UnsafeMutablePointer<Element>, rows: Int, width: Int, epsilon: Element, accumulate: Bool)

  // Segments: row r belongs to segment index[r]; `scratch` has 2 · segments · width elements, `inner` half as many.
  /// Softmax over the rows of a segment, column by column.
  static func segmentSoftmax(
    _ x: UnsafePointer<Element>, _ index: UnsafePointer<Int32>, _ y: UnsafeMutablePointer<Element>, rows: Int,
    width: Int, segments: Int, scratch: UnsafeMutablePointer<Element>)
  /// dx = y (dy − Σ y dy), Σ over the rows of the segment
  static func segmentSoftmaxGradient(
    _ y: UnsafePointer<Element>, _ index: UnsafePointer<Int32>, _ dy: UnsafePointer<Element>,
    _ dx: UnsafeMutablePointer<Element>, rows: Int, width: Int, segments: Int, inner: UnsafeMutablePointer<Element>,
    accumulate: Bool)
  /// y `[segments, width]` = the largest, 0 without rows; ties = how many rows have it
  static func segmentMax(
    _ x: UnsafePointer<Element>, _ index: UnsafePointer<Int32>, _ y: UnsafeMutablePointer<Element>,
    ties: UnsafeMutablePointer<Element>, rows: Int, width: Int, segments: Int)
  /// dx = dy / ties where x is its segment's largest, else 0
  static func segmentMaxGradient(
    _ x: UnsafePointer<Element>, _ index: UnsafePointer<Int32>, _ y: UnsafePointer<Element>,
    ties: UnsafePointer<Element>, _ dy: UnsafePointer<Element>, _ dx: UnsafeMutablePointer<Element>, rows: Int,
    width: Int, accumulate: Bool)
  /// y[target] += weight · z[source] per edge and head; adds to y.
  static func edgeSum(
    _ z: UnsafePointer<Element>, weights: UnsafePointer<Element>, source: UnsafePointer<Int32>,
    target: UnsafePointer<Int32>, _ y: UnsafeMutablePointer<Element>, _ extent: EdgeExtent)
  /// Adds to dz.
  static func edgeSumGradient(
    _ z: UnsafePointer<Element>, weights: UnsafePointer<Element>, source: UnsafePointer<Int32>,
    target: UnsafePointer<Int32>, _ dy: UnsafePointer<Element>, dz: UnsafeMutablePointer<Element>?,
    dWeights: UnsafeMutablePointer<Element>?, _ extent: EdgeExtent, accumulateWeights: Bool)

  // Sequences.
  /// input, recurrent and gates are [rows, 3 width] in the order r, z, n; gates receives r, z and n.
  static func gru(
    input: UnsafePointer<Element>, recurrent: UnsafePointer<Element>, _ h: UnsafePointer<Element>,
    _ y: UnsafeMutablePointer<Element>, gates: UnsafeMutablePointer<Element>, rows: Int, width: Int)
  /// The gradients of `gru`, whose `gates` it takes.
  static func gruGradient(
    recurrent: UnsafePointer<Element>, _ h: UnsafePointer<Element>, gates: UnsafePointer<Element>,
    _ dy: UnsafePointer<Element>, dInput: UnsafeMutablePointer<Element>, dRecurrent: UnsafeMutablePointer<Element>,
    dh: UnsafeMutablePointer<Element>, rows: Int, width: Int)
  /// Softmax of scores + keys `[width]` + pairs `[rows, width]` in place; row r sees the columns up to r + causalOffset,
  /// or all where that is nil. A row that sees nothing becomes 0.
  static func attentionSoftmax(
    keys: UnsafePointer<Element>?, pairs: UnsafePointer<Element>?, _ scores: UnsafeMutablePointer<Element>, rows: Int,
    width: Int, causalOffset: Int?)
  /// A product of matrices whose rows are `lda`, `ldb` and `ldc` elements apart; 0, or the library's status.
  static func gemm(
    _ product: Product, _ a: UnsafePointer<Element>, lda: Int, _ b: UnsafePointer<Element>, ldb: Int,
    _ c: UnsafeMutablePointer<Element>, ldc: Int
  ) -> Int
}

/// An elementwise function of `Tensor.mapped`.
public enum Function: Equatable, Sendable {
  case exp, log, sqrt, square, absolute, reciprocal
  /// ln(1 + exp x)
  case softplus
  /// ln(1 / (1 + exp(−x)))
  case logSigmoid
  /// min(max(x, lower), upper)
  case clamp(Double, Double)
}

/// A tensor seen from one axis: [outer, extent, inner].
public struct AxisExtent: Equatable, Sendable {
  public var outer, extent, inner: Int

  public init(outer: Int, extent: Int, inner: Int) {
    self.outer = outer
    self.extent = extent
    self.inner = inner
  }

  var count: Int { outer * extent * inner }
}

/// How many edges, heads, and columns of a head.
public struct EdgeExtent: Equatable, Sendable {
  public var edges, heads, width: Int

  public init(edges: Int, heads: Int, width: Int) {
    self.edges = edges
    self.heads = heads
    self.width = width
  }
}
