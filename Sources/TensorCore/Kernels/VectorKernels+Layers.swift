import CKernels

// Dropout, normalisation, messages, losses and optimisers on the vector kernels.

extension DropoutPlan {
  /// The plan as the C kernels take it; the pointer to the row ids is valid during the call.
  fileprivate func withKernelPlan(_ body: (UnsafePointer<ck_dropout_plan>) -> Void) {
    func run(_ rows: UnsafePointer<Int32>?) {
      var plan = ck_dropout_plan(
        key0: key.x, key1: key.y, threshold: threshold, factor: Float(factor), row_offset: rowOffset, rows: rows)
      body(&plan)
    }
    if let rows {
      rows.withUnsafeBufferPointer { run($0.baseAddress) }
    } else {
      run(nil)
    }
  }
}

extension Optional where Wrapped == DropoutPlan {
  func withKernelPlan(_ body: (UnsafePointer<ck_dropout_plan>?) -> Void) {
    if let plan = self {
      plan.withKernelPlan { body($0) }
    } else {
      body(nil)
    }
  }
}

extension VectorKernels {
  public static func dropout(_ x: In, _ out: Out, rows: Int, width: Int, _ plan: DropoutPlan, accumulate: Bool) {
    plan.withKernelPlan { ck_dropout(x, out, rows, width, $0, accumulate ? 1 : 0) }
  }

  public static func biasActivate(
    _ kind: Activation, _ x: In, bias: In?, _ out: Out, rows: Int, width: Int, _ plan: DropoutPlan?
  ) {
    let (code, parameter) = kind.code
    plan.withKernelPlan { ck_bias_activate(code, parameter, x, bias, out, rows, width, $0) }
  }

  public static func biasActivateGradient(
    _ kind: Activation, _ x: In, bias: In?, _ dy: In, _ g: Out, rows: Int, width: Int, _ plan: DropoutPlan?
  ) {
    let (code, parameter) = kind.code
    plan.withKernelPlan { ck_bias_activate_gradient(code, parameter, x, bias, dy, g, rows, width, $0) }
  }

  public static func layerNorm(
    _ x: In, _ weight: In, _ bias: In, _ y: Out, mean: Out, inverse: Out, rows: Int, width: Int, epsilon: Float
  ) {
    ck_layer_norm(x, weight, bias, y, mean, inverse, rows, width, epsilon)
  }

  public static func layerNormGradient(
    _ x: In, _ weight: In, mean: In, inverse: In, _ dy: In, dx: Out?, dWeight: Out?, dBias: Out?, rows: Int, width: Int,
    accumulate: Bool
  ) {
    ck_layer_norm_gradient(x, weight, mean, inverse, dy, dx, dWeight, dBias, rows, width, accumulate ? 1 : 0)
  }

  public static func columnMoments(
    _ x: In, rows: Int, width: Int, mean: UnsafeMutablePointer<Double>, squares: UnsafeMutablePointer<Double>
  ) {
    ck_column_moments(x, rows, width, mean, squares)
  }

  public static func batchApply(
    _ x: In, scale: In, shift: In, _ y: Out, rows: Int, width: Int, relu: Bool, _ plan: DropoutPlan?
  ) {
    plan.withKernelPlan { ck_batch_apply(x, scale, shift, y, rows, width, relu ? 1 : 0, $0) }
  }

  public static func batchSums(
    _ x: In, mean: In, inverse: In, _ y: In, _ dy: In, rows: Int, width: Int, relu: Bool, _ plan: DropoutPlan?,
    sum: UnsafeMutablePointer<Double>, product: UnsafeMutablePointer<Double>
  ) {
    plan.withKernelPlan { ck_batch_sums(x, mean, inverse, y, dy, rows, width, relu ? 1 : 0, $0, sum, product) }
  }

  public static func batchGradient(
    _ x: In, _ y: In, _ dy: In, a: In, b: In, c: In, _ dx: Out, rows: Int, width: Int, relu: Bool,
    _ plan: DropoutPlan?, accumulate: Bool
  ) {
    plan.withKernelPlan {
      ck_batch_gradient(x, y, dy, a, b, c, dx, rows, width, relu ? 1 : 0, $0, accumulate ? 1 : 0)
    }
  }

  public static func message(_ graph: GraphEdges, _ h: In, _ bonds: In?, self factor: Float, _ out: Out, width: Int) {
    ck_message(graph.inOffsets, graph.inSources, graph.inBonds, graph.nodes, h, bonds, factor, out, width)
  }

  public static func messageGradient(
    _ graph: GraphEdges, _ h: In, _ bonds: In?, _ dy: In, self factor: Float, dh: Out?, dBonds: Out?, width: Int,
    accumulate: Bool
  ) {
    ck_message_gradient(
      graph.outOffsets, graph.outTargets, graph.outBonds, graph.nodes, h, bonds, dy, factor, dh, dBonds, width,
      accumulate ? 1 : 0)
  }

  public static func crossEntropyBinary(_ logits: In, _ targets: In, _ count: Int) -> Double {
    ck_bce(logits, targets, count)
  }

  public static func crossEntropyBinaryGradient(
    _ logits: In, _ targets: In, factor: Float, _ dx: Out, _ count: Int, accumulate: Bool
  ) {
    ck_bce_gradient(logits, targets, factor, dx, count, accumulate ? 1 : 0)
  }

  public static func margin(_ logits: In, _ targets: In, rows: Int, width: Int) -> Double {
    ck_margin(logits, targets, rows, width)
  }

  public static func marginGradient(
    _ logits: In, _ targets: In, factor: Float, _ dx: Out, rows: Int, width: Int, accumulate: Bool
  ) {
    ck_margin_gradient(logits, targets, factor, dx, rows, width, accumulate ? 1 : 0)
  }

  public static func adam(
    _ rule: AdamRule<Float>, weights: Out, gradients: In, mean: Out, square: Out, _ count: Int
  ) {
    withUnsafePointer(to: kernelRule(rule)) { ck_adam($0, weights, gradients, mean, square, count) }
  }

  public static func adamFactors(
    _ rule: AdamRule<Float>, weights: Out, mean: Out, square: Out, x: In, dy: In, count: Int, inputs: Int,
    outputs: Int, rows: Range<Int>
  ) {
    withUnsafePointer(to: kernelRule(rule)) {
      ck_adam_factors(
        $0, weights, mean, square, x, dy, count, inputs, outputs, rows.lowerBound, rows.upperBound)
    }
  }

  private static func kernelRule(_ rule: AdamRule<Float>) -> ck_adam_rule {
    ck_adam_rule(
      rest1: rule.rest1, beta2: rule.beta2, rest2: rule.rest2, epsilon: rule.epsilon, rate: rule.rate,
      root_correction: rule.rootCorrection, coupled_decay: rule.coupledDecay, weight_factor: rule.weightFactor)
  }

  public static func momentum(
    _ rule: MomentumRule<Float>, weights: Out, gradients: In, velocity: Out, _ count: Int
  ) {
    ck_momentum(rule.rate, rule.momentum, rule.decay, weights, gradients, velocity, count)
  }
}
