/// The loops under the operations: what another backend replaces.
///
/// Every requirement has a plain-loop default (`PlainKernels`), which stays for ever: `VectorKernels` is tested against
/// it. Pointers address contiguous rows; all counts may be 0; nothing here checks shapes, the operations do.
/// Where a kernel takes `accumulate`, it adds to its result instead of setting it.
public protocol KernelSet: OperationKernels, AttentionKernels {
  typealias In = UnsafePointer<Element>
  typealias Out = UnsafeMutablePointer<Element>

  // Products.
  /// The product that `product` describes; 0, or the library's status.
  static func gemm(_ product: Product, _ a: In, _ b: In, _ c: Out) -> Int
  /// dx `[rows, inputs]` (+)= dy `[rows, outputs]` W for some columns of W, whose rows are `stride` numbers apart; false
  /// where there is no kernel for it, or `ProductPrecision.current` is not float32.
  static func inputGradient(
    _ dy: In, _ weight: In, _ dx: Out, rows: Int, inputs: Int, outputs: Int, stride: Int, accumulate: Bool
  ) -> Bool
  /// The products with one weight `[outputs, inputs]` where `ProductPrecision.current` is not float32; else nil.
  static func roundedProducts(_ weight: In, outputs: Int, inputs: Int) -> (any LinearProducts<Element>)?

  // Elementwise.
  /// out = a + b
  static func add(_ a: In, _ b: In, _ out: Out, _ count: Int)
  /// out = a − b
  static func subtract(_ a: In, _ b: In, _ out: Out, _ count: Int)
  /// out = a b
  static func multiply(_ a: In, _ b: In, _ out: Out, _ count: Int)
  /// out += a b
  static func multiplyAdd(_ a: In, _ b: In, _ out: Out, _ count: Int)
  /// out = factor x
  static func scale(_ factor: Element, _ x: In, _ out: Out, _ count: Int)
  /// y += factor x
  static func axpy(_ factor: Element, _ x: In, _ y: Out, _ count: Int)
  /// y = f(x)
  static func activate(_ kind: Activation, _ x: In, _ y: Out, _ count: Int)
  /// dx = f′(x) dy, with y = f(x)
  static func activateGradient(
    _ kind: Activation, _ x: In, _ y: In, _ dy: In, _ dx: Out, _ count: Int, accumulate: Bool)

  // Rows.
  /// Σ a b
  static func dot(_ a: In, _ b: In, _ count: Int) -> Element
  /// Σ x
  static func sum(_ x: In, _ count: Int) -> Double
  /// out = x + row
  static func addRow(_ x: In, _ row: In, _ out: Out, rows: Int, width: Int)
  /// out `[width]` = Σ over rows of x
  static func sumRows(_ x: In, _ out: Out, rows: Int, width: Int, accumulate: Bool)
  /// out row r = table row index[r]
  static func gather(_ table: In, _ index: UnsafePointer<Int32>, _ out: Out, rows: Int, width: Int)
  /// out row index[r] += x row r, in order
  static func scatterAdd(_ x: In, _ index: UnsafePointer<Int32>, _ out: Out, rows: Int, width: Int)
  /// out row s = mean of the rows offsets[s] ..< offsets[s + 1] of x, 0 for none
  static func segmentMean(_ x: In, _ offsets: UnsafePointer<Int32>, _ out: Out, segments: Int, width: Int)
  /// dx row r = dy row s over the size of s
  static func segmentMeanGradient(
    _ dy: In, _ offsets: UnsafePointer<Int32>, _ dx: Out, segments: Int, width: Int, accumulate: Bool)
  /// softmax of x + mask, row by row
  static func softmax(_ x: In, mask: In?, _ y: Out, rows: Int, width: Int)
  /// dx = y (dy − Σ y dy), row by row
  static func softmaxGradient(_ y: In, _ dy: In, _ dx: Out, rows: Int, width: Int, accumulate: Bool)
  /// out = x where the mask keeps it, times the plan's factor, else 0
  static func dropout(_ x: In, _ out: Out, rows: Int, width: Int, _ plan: DropoutPlan, accumulate: Bool)

  /// out = dropout(f(x + bias)); out may be x.
  static func biasActivate(
    _ kind: Activation, _ x: In, bias: In?, _ out: Out, rows: Int, width: Int, _ plan: DropoutPlan?)
  /// g = f′(x + bias) dropout(dy); g may be dy.
  static func biasActivateGradient(
    _ kind: Activation, _ x: In, bias: In?, _ dy: In, _ g: Out, rows: Int, width: Int, _ plan: DropoutPlan?)

  // Normalisation.
  /// y = (x − mean) inverse weight + bias; mean and inverse `[rows]` are results
  static func layerNorm(
    _ x: In, _ weight: In, _ bias: In, _ y: Out, mean: Out, inverse: Out, rows: Int, width: Int, epsilon: Element)
  /// Sets (or adds to) dx where it is given; adds to dWeight and dBias where they are.
  static func layerNormGradient(
    _ x: In, _ weight: In, mean: In, inverse: In, _ dy: In, dx: Out?, dWeight: Out?, dBias: Out?, rows: Int, width: Int,
    accumulate: Bool)
  /// Mean and sum of squared deviations of every column.
  static func columnMoments(
    _ x: In, rows: Int, width: Int, mean: UnsafeMutablePointer<Double>, squares: UnsafeMutablePointer<Double>)
  /// y = dropout(relu(x scale + shift)), scale and shift `[width]`
  static func batchApply(
    _ x: In, scale: In, shift: In, _ y: Out, rows: Int, width: Int, relu: Bool, _ plan: DropoutPlan?)
  /// Σ g and Σ g x̂ per column, g = dy through dropout and ReLU whose result is y, x̂ = (x − mean) inverse
  static func batchSums(
    _ x: In, mean: In, inverse: In, _ y: In, _ dy: In, rows: Int, width: Int, relu: Bool, _ plan: DropoutPlan?,
    sum: UnsafeMutablePointer<Double>, product: UnsafeMutablePointer<Double>)
  /// dx = a g + b x + c with g as in `batchSums`
  static func batchGradient(
    _ x: In, _ y: In, _ dy: In, a: In, b: In, c: In, _ dx: Out, rows: Int, width: Int, relu: Bool,
    _ plan: DropoutPlan?, accumulate: Bool)

  // Graph messages.
  /// `Tensor.ginMessage` with the sums of bond rows `bonds`, or without bonds; `factor` is 1 + ε.
  static func message(_ graph: GraphEdges, _ h: In, _ bonds: In?, self factor: Element, _ out: Out, width: Int)
  /// The gradients of `message`; adds to dBonds.
  static func messageGradient(
    _ graph: GraphEdges, _ h: In, _ bonds: In?, _ dy: In, self factor: Element, dh: Out?, dBonds: Out?, width: Int,
    accumulate: Bool)

  // The fused GIN layer: tiles of rows.
  /// C = A B with A [m, k], B [k, n]; returns the library's status, 0 for success. `ahead` is memory that is read next,
  /// which may be fetched meanwhile.
  static func product(
    _ a: In, _ b: In, _ c: Out, m: Int, n: Int, k: Int, ahead: UnsafeBufferPointer<Element>
  ) -> Int
  /// C += Aᵀ B with A [rows, m], B [rows, n].
  static func productTransposed(
    _ a: In, _ b: In, _ c: Out, rows: Int, m: Int, n: Int, ahead: UnsafeBufferPointer<Element>
  ) -> Int
  /// y `[columns, rows]` = xᵀ
  static func transpose(_ x: In, _ y: Out, rows: Int, columns: Int)
  /// `message` for some rows of lists; row r of `out` is row rows.lowerBound + r.
  static func messageRows(
    _ lists: MessageLists, _ h: In, _ bonds: In?, self factor: Element, _ out: Out, rows: Range<Int>, width: Int)
  /// The gradient of `messageRows` over all rows, added to `dh` and `dBonds`; returns Σ h[own] ⊙ dy.
  static func messageScatter(
    _ lists: MessageLists, _ h: In, _ bonds: In?, _ dy: In, self factor: Element, dh: Out, dBonds: Out?, width: Int
  ) -> Element
  /// Merges the moments of a tile, whose rows may have weights, into those of the rows seen; returns the tile's count.
  static func mergeMoments(
    _ x: In, weights: In?, rows: Int, width: Int, seen: Double, mean: UnsafeMutablePointer<Double>,
    squares: UnsafeMutablePointer<Double>
  ) -> Double
  /// `batchApply` of the rows x[index[r]].
  static func batchApplyRows(
    _ x: In, _ index: UnsafePointer<Int32>, scale: In, shift: In, _ y: Out, rows: Int, width: Int, relu: Bool,
    _ plan: DropoutPlan?)
  /// g = dy through dropout and ReLU, where y is their result; g may be dy.
  static func batchSlopes(_ y: In, _ dy: In, _ g: Out, rows: Int, width: Int, relu: Bool, _ plan: DropoutPlan?)
  /// The same, summed over the members of each group.
  static func batchSlopesGrouped(
    _ y: In, _ dy: In, offsets: UnsafePointer<Int32>, members: UnsafePointer<Int32>, _ g: Out, groups: Int, width: Int,
    relu: Bool, _ plan: DropoutPlan?)
  /// Adds up g and g ⊙ x̂ per column, after setting g to 0 where y (if any) is not positive.
  static func maskedSums(
    _ x: In, mean: In, inverse: In, _ y: In?, _ g: Out, rows: Int, width: Int, sum: UnsafeMutablePointer<Double>,
    product: UnsafeMutablePointer<Double>)
  /// out = a g + weight (b x + c), a weight per row or 1.
  static func batchSlopeRows(
    _ x: In, _ g: In, weights: In?, a: In, b: In, c: In, _ out: Out, rows: Int, width: Int)

  // Losses.
  /// Σ max(z, 0) − z y + ln(1 + exp(−|z|))
  static func crossEntropyBinary(_ logits: In, _ targets: In, _ count: Int) -> Double
  /// dx = factor (sigmoid(z) − y)
  static func crossEntropyBinaryGradient(
    _ logits: In, _ targets: In, factor: Element, _ dx: Out, _ count: Int, accumulate: Bool)
  /// `Tensor.marginSum` before its division
  static func margin(_ logits: In, _ targets: In, rows: Int, width: Int) -> Double
  /// Its gradient times `factor`.
  static func marginGradient(
    _ logits: In, _ targets: In, factor: Element, _ dx: Out, rows: Int, width: Int, accumulate: Bool)

  // Optimisers.
  /// One step of `Adam`.
  static func adam(_ rule: AdamRule<Element>, weights: Out, gradients: In, mean: Out, square: Out, _ count: Int)
  /// `adam` for rows of a weight [outputs, inputs] whose gradient is dyᵀ x, x [count, inputs], dy [count, outputs].
  static func adamFactors(
    _ rule: AdamRule<Element>, weights: Out, mean: Out, square: Out, x: In, dy: In, count: Int, inputs: Int,
    outputs: Int, rows: Range<Int>)
  /// One step of gradient descent with momentum.
  static func momentum(_ rule: MomentumRule<Element>, weights: Out, gradients: In, velocity: Out, _ count: Int)
}

/// C = alpha · op(A) op(B) + beta · C with op(A) [m, k], op(B) [k, n]; matrices are stored row by row without gaps.
public struct Product: Sendable {
  /// A is stored as [k, m].
  public var transposeA: Bool
  /// B is stored as [n, k].
  public var transposeB: Bool
  /// Rows of C, columns of C, and the dimension that is summed over.
  public var m, n, k: Int
  /// Factor of the product.
  public var alpha: Float
  /// Factor of what C holds; 0 does not read it.
  public var beta: Float

  public init(
    transposeA: Bool = false, transposeB: Bool = false, m: Int, n: Int, k: Int, alpha: Float = 1, beta: Float = 0
  ) {
    self.transposeA = transposeA
    self.transposeB = transposeB
    self.m = m
    self.n = n
    self.k = k
    self.alpha = alpha
    self.beta = beta
  }
}

/// An elementwise nonlinearity.
public enum Activation: Equatable, Sendable {
  case relu
  /// x Φ(x), with the exact error function.
  case gelu
  case tanh
  case sigmoid
  /// x for x > 0, else alpha (exp x − 1).
  case elu(Double)
  /// x for x > 0, else slope · x.
  case leakyReLU(Double)
}

/// One Adam step over contiguous memory; the bias corrections are already inside `rate` and `rootCorrection`.
public struct AdamRule<Element: TensorElement>: Sendable {
  /// 1 − β₁, β₂ and 1 − β₂, each rounded once: 1 − Float(0.999) would be wrong by 1.3e-5.
  public var rest1, beta2, rest2, epsilon: Element
  /// Learning rate / (1 − beta1^t).
  public var rate: Element
  /// √(1 − beta2^t).
  public var rootCorrection: Element
  /// L2 decay added to the gradient before the moments.
  public var coupledDecay: Element
  /// Factor on the weights before the step: 1 − learning rate · decay (AdamW), else 1.
  public var weightFactor: Element

  public init(
    beta1: Double, beta2: Double, epsilon: Double, rate: Double, rootCorrection: Double, coupledDecay: Double,
    weightFactor: Double
  ) {
    rest1 = Element(1 - beta1)
    self.beta2 = Element(beta2)
    rest2 = Element(1 - beta2)
    self.epsilon = Element(epsilon)
    self.rate = Element(rate)
    self.rootCorrection = Element(rootCorrection)
    self.coupledDecay = Element(coupledDecay)
    self.weightFactor = Element(weightFactor)
  }
}

/// One step of gradient descent with momentum.
public struct MomentumRule<Element: TensorElement>: Sendable {
  public var rate, momentum, decay: Element

  public init(rate: Element, momentum: Element, decay: Element) {
    self.rate = rate
    self.momentum = momentum
    self.decay = decay
  }
}

/// The plain loops.
public enum PlainKernels<Element: TensorElement>: KernelSet {}
