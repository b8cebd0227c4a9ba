/// The three products of a linear layer y = x Wᵀ, W `[outputs, inputs]`, over tiles of some hundred rows.
///
/// This is the one place where the fused operations multiply matrices.
struct LayerProduct<Element: TensorElement>: @unchecked Sendable {
  typealias K = Element.Kernels
  /// Memory that is read after a product and may be fetched meanwhile.
  typealias Ahead = UnsafeBufferPointer<Element>
  static var nothing: Ahead { Ahead(start: nil, count: 0) }

  let inputs, outputs: Int
  private let weight: Storage<Element>
  /// Wᵀ `[inputs, outputs]`, for products in the element's own precision.
  private let transposed: Storage<Element>
  /// The products in another precision than the element's.
  private var rounded: (any LinearProducts<Element>)?

  /// Products with a weight that `pack` is called for whenever it has changed.
  init(_ weight: Storage<Element>, outputs: Int, inputs: Int) {
    self.weight = weight
    self.inputs = inputs
    self.outputs = outputs
    transposed = Storage(weight.count)
  }

  /// Takes the weight as it is now, and the precision of `ProductPrecision.current`.
  mutating func pack() {
    rounded = K.roundedProducts(weight.pointer, outputs: outputs, inputs: inputs)
    if rounded == nil { K.transpose(weight.pointer, transposed.base, rows: outputs, columns: inputs) }
  }

  /// y = x Wᵀ.  Shape: x `[rows, inputs]` → y `[rows, outputs]`
  func forward(
    _ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, rows: Int, ahead: Ahead = Self.nothing
  ) throws(ShapeError) {
    if let rounded { return rounded.forward(x, y, rows: rows) }
    try check(K.product(x, transposed.pointer, y, m: rows, n: outputs, k: inputs, ahead: ahead))
  }

  /// dx = dy W.  Shape: dy `[rows, outputs]` → dx `[rows, inputs]`
  func inputGradient(
    _ dy: UnsafePointer<Element>, _ dx: UnsafeMutablePointer<Element>, rows: Int, ahead: Ahead = Self.nothing
  ) throws(ShapeError) {
    if let rounded { return rounded.inputGradient(dy, dx, rows: rows) }
    try check(K.product(dy, weight.pointer, dx, m: rows, n: inputs, k: outputs, ahead: ahead))
  }

  /// dW += dyᵀ x.  Shape: dy `[rows, outputs]`, x `[rows, inputs]` → dW `[outputs, inputs]`
  func weightGradient(
    _ dy: UnsafePointer<Element>, _ x: UnsafePointer<Element>, _ dw: UnsafeMutablePointer<Element>, rows: Int,
    ahead: Ahead = Self.nothing
  ) throws(ShapeError) {
    if let rounded { return rounded.weightGradient(dy, x, dw, rows: rows) }
    try check(K.productTransposed(dy, x, dw, rows: rows, m: outputs, n: inputs, ahead: ahead))
  }

  private func check(_ status: Int) throws(ShapeError) {
    if status != 0 { throw .library("a product of \(outputs) by \(inputs)", status: status) }
  }
}
