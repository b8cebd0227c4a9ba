internal import CKernels

/// The passes between the products, over raw rows in place, on the vector kernels of `CKernels`.
enum BERTKernels {
  /// Writes the same row `rows` times: the bias that a product then adds to.
  static func fillRows(
    _ target: UnsafeMutablePointer<Float>, rows: Int, with row: UnsafePointer<Float>, width: Int
  ) {
    for i in 0..<rows { (target + i * width).update(from: row, count: width) }
  }

  /// Each row becomes its softmax.
  static func softmaxRows(_ x: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    ck_softmax(x, nil, x, rows, width)
  }

  /// Each x + bias (nil: x) becomes its activation.
  static func activate(
    _ x: UnsafeMutablePointer<Float>, rows: Int, width: Int, adding bias: UnsafePointer<Float>?,
    _ activation: Activation
  ) {
    if activation == .geluErf { return ck_encoder_gelu(x, bias, nil, rows, width) }
    if let bias { ck_add_row(x, bias, x, rows, width) }
    if activation == .relu {
      ck_activate(Int32(CK_RELU), 0, x, x, rows * width)
    } else {
      geluTanh(x, rows * width)
    }
  }

  /// The activation of each x, in bfloat16; x is scratch afterwards.
  static func activate(
    _ x: UnsafeMutablePointer<Float>, count: Int, rounded: UnsafeMutablePointer<UInt16>, _ activation: Activation
  ) {
    if activation == .geluErf { return ck_encoder_gelu(x, nil, rounded, 1, count) }
    activate(x, rows: 1, width: count, adding: nil, activation)
    ck_bf16_round(x, rounded, count)
  }

  /// x/2 (1 + tanh u) = x sigmoid(2 u) with u = √(2/π) (x + 0.044715 x³), in blocks that stay in the first cache.
  private static func geluTanh(_ x: UnsafeMutablePointer<Float>, _ count: Int) {
    let block = 1024
    withUnsafeTemporaryAllocation(of: Float.self, capacity: block) { scratch in
      guard let gate = scratch.baseAddress else { return }
      for start in stride(from: 0, to: count, by: block) {
        let size = min(block, count - start)
        let row = x + start
        for i in 0..<size { gate[i] = row[i] * (1.595_769_122 + 0.071_354_816 * row[i] * row[i]) }
        ck_activate(Int32(CK_SIGMOID), 0, gate, gate, size)
        ck_multiply(row, gate, row, size)
      }
    }
  }

  /// Each row x becomes scale ⊙ (y − mean y) / √(var y + ε) + shift with y = x + bias.
  /// - Parameter rounded: takes the result in bfloat16 as well.
  static func layerNormRows(
    _ x: UnsafeMutablePointer<Float>, rows: Int, width: Int, adding bias: UnsafePointer<Float>?,
    scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, epsilon: Float, rounded: UnsafeMutablePointer<UInt16>?
  ) {
    ck_encoder_norm(x, bias, scale, shift, rounded, rows, width, epsilon)
  }

  /// target = a + b + c
  static func sum(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>, count: Int
  ) {
    ck_add(a, b, target, count)
    ck_add(target, c, target, count)
  }

  /// target = the mean of `rows` rows of `x`.
  static func meanRows(
    _ x: UnsafePointer<Float>, rows: Int, width: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    ck_sum_rows(x, target, rows, width, 0)
    ck_scale(1 / Float(rows), target, target, width)
  }

  /// Products of the calling thread run on it alone.
  static func useOneThread() { ck_use_threads(1) }
}
