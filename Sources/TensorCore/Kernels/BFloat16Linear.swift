import CKernels

/// The products of a linear layer y = x Wᵀ, W `[outputs, inputs]`, by weights that were packed beforehand. Rows may be
/// given in any pieces, from several threads at once; pieces of dW must come one after the other.
public protocol LinearProducts<Element>: AnyObject {
  associatedtype Element: TensorElement
  /// y = x Wᵀ.  Shape: x `[rows, inputs]` → y `[rows, outputs]`
  func forward(_ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, rows: Int)
  /// dx = dy W.  Shape: dy `[rows, outputs]` → dx `[rows, inputs]`
  func inputGradient(_ dy: UnsafePointer<Element>, _ dx: UnsafeMutablePointer<Element>, rows: Int)
  /// dW += dyᵀ x.
  func weightGradient(
    _ dy: UnsafePointer<Element>, _ x: UnsafePointer<Element>, _ dw: UnsafeMutablePointer<Element>, rows: Int)
}

/// The products in bfloat16; a row's results do not depend on the piece it comes in.
final class BFloat16Linear: LinearProducts {
  private let path: Int32
  private let outputs, inputs: Int
  /// W packed for y = x Wᵀ and for dx = dy W.
  private let forwardPanels, backwardPanels: Scratch

  init(_ weight: UnsafePointer<Float>, outputs: Int, inputs: Int, path: BFloat16Path) {
    self.path = path.rawValue
    (self.outputs, self.inputs) = (outputs, inputs)
    forwardPanels = Scratch(ck_bf16_packed_bytes(path.rawValue, inputs, outputs))
    backwardPanels = Scratch(ck_bf16_packed_bytes(path.rawValue, outputs, inputs))
    ck_bf16_pack(path.rawValue, weight, inputs, 1, inputs, outputs, forwardPanels.pointer)
    ck_bf16_pack(path.rawValue, weight, inputs, 0, outputs, inputs, backwardPanels.pointer)
  }

  func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, rows: Int) {
    let scratch = Scratch(ck_bf16_gemm_scratch(path, rows, outputs, inputs))
    ck_bf16_gemm(
      path, x, 0, inputs, forwardPanels.pointer, nil, y, outputs, rows, outputs, inputs, 0, scratch.pointer)
  }

  func inputGradient(_ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, rows: Int) {
    let scratch = Scratch(ck_bf16_gemm_scratch(path, rows, inputs, outputs))
    ck_bf16_gemm(
      path, dy, 0, outputs, backwardPanels.pointer, nil, dx, inputs, rows, inputs, outputs, 0, scratch.pointer)
  }

  func weightGradient(
    _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ dw: UnsafeMutablePointer<Float>, rows: Int
  ) {
    let scratch = Scratch(ck_bf16_gradient_scratch(path, rows, inputs, outputs))
    ck_bf16_gradient(path, dy, outputs, x, inputs, dw, inputs, rows, inputs, outputs, 1, scratch.pointer)
  }
}
