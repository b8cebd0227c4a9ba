// The plain loops of products and elementwise functions.

extension KernelSet {
  public static func gemm(_ product: Product, _ a: In, _ b: In, _ c: Out) -> Int {
    let (m, n, k) = (product.m, product.n, product.k)
    let (alpha, beta) = (Element(product.alpha), Element(product.beta))
    let (rowA, stepA) = product.transposeA ? (1, m) : (k, 1)
    let (rowB, stepB) = product.transposeB ? (1, k) : (n, 1)
    for i in 0..<m {
      for j in 0..<n {
        var sum: Element = 0
        for l in 0..<k {
          sum += a[i * rowA + l * stepA] * b[l * rowB + j * stepB]
        }
        c[i * n + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * n + j])
      }
    }
    return 0
  }

  public static func inputGradient(
    _ dy: In, _ weight: In, _ dx: Out, rows: Int, inputs: Int, outputs: Int, stride: Int, accumulate: Bool
  ) -> Bool {
    gemm(
      Product(m: rows, n: inputs, k: outputs, beta: accumulate ? 1 : 0), dy, lda: outputs, weight, ldb: stride, dx,
      ldc: inputs) == 0
  }

  public static func roundedProducts(
    _ weight: In, outputs: Int, inputs: Int
  ) -> (any LinearProducts<Element>)? { nil }

  public static func add(_ a: In, _ b: In, _ out: Out, _ count: Int) {
    for i in 0..<count { out[i] = a[i] + b[i] }
  }

  public static func subtract(_ a: In, _ b: In, _ out: Out, _ count: Int) {
    for i in 0..<count { out[i] = a[i] - b[i] }
  }

  public static func multiply(_ a: In, _ b: In, _ out: Out, _ count: Int) {
    for i in 0..<count { out[i] = a[i] * b[i] }
  }

  public static func multiplyAdd(_ a: In, _ b: In, _ out: Out, _ count: Int) {
    for i in 0..<count { out[i] += a[i] * b[i] }
  }

  public static func scale(_ factor: Element, _ x: In, _ out: Out, _ count: Int) {
    for i in 0..<count { out[i] = factor * x[i] }
  }

  public static func axpy(_ factor: Element, _ x: In, _ y: Out, _ count: Int) {
    for i in 0..<count { y[i] += factor * x[i] }
  }

  public static func activate(_ kind: Activation, _ x: In, _ y: Out, _ count: Int) {
    for i in 0..<count { y[i] = value(kind, x[i]) }
  }

  public static func activateGradient(
    _ kind: Activation, _ x: In, _ y: In, _ dy: In, _ dx: Out, _ count: Int, accumulate: Bool
  ) {
    for i in 0..<count { dx[i] = (accumulate ? dx[i] : 0) + slope(kind, x[i], y[i]) * dy[i] }
  }

  public static func biasActivate(
    _ kind: Activation, _ x: In, bias: In?, _ out: Out, rows: Int, width: Int, _ plan: DropoutPlan?
  ) {
    for r in 0..<rows {
      for c in 0..<width {
        let i = r * width + c
        let y = value(kind, bias.map { x[i] + $0[c] } ?? x[i])
        out[i] = kept(y, plan, row: r, column: c)
      }
    }
  }

  public static func biasActivateGradient(
    _ kind: Activation, _ x: In, bias: In?, _ dy: In, _ g: Out, rows: Int, width: Int, _ plan: DropoutPlan?
  ) {
    for r in 0..<rows {
      for c in 0..<width {
        let i = r * width + c
        let v = bias.map { x[i] + $0[c] } ?? x[i]
        g[i] = slope(kind, v, value(kind, v)) * kept(dy[i], plan, row: r, column: c)
      }
    }
  }

  /// x through dropout, if there is any.
  private static func kept(_ x: Element, _ plan: DropoutPlan?, row: Int, column: Int) -> Element {
    guard let plan else { return x }
    return plan.keeps(row: row, column: column) ? x * Element(plan.factor) : 0
  }

  /// f(x)
  private static func value(_ kind: Activation, _ x: Element) -> Element {
    switch kind {
    case .relu: x > 0 || x.isNaN ? x : 0
    case .gelu: x * normalDistribution(x)
    case .tanh: Element.hyperbolicTangent(x)
    case .sigmoid: sigmoid(x)
    case .elu(let alpha): x > 0 ? x : Element(alpha) * (Element.exponential(x) - 1)
    case .leakyReLU(let slope): x > 0 ? x : Element(slope) * x
    }
  }

  /// f′(x), y = f(x)
  private static func slope(_ kind: Activation, _ x: Element, _ y: Element) -> Element {
    switch kind {
    case .relu: x > 0 ? 1 : 0
    case .gelu: normalDistribution(x) + x * normalDensity(x)
    case .tanh: 1 - y * y
    case .sigmoid: y * (1 - y)
    case .elu(let alpha): x > 0 ? 1 : y + Element(alpha)
    case .leakyReLU(let slope): x > 0 ? 1 : Element(slope)
    }
  }

  /// 1 / (1 + exp(−x)), without overflow on either side.
  static func sigmoid(_ x: Element) -> Element {
    let e = Element.exponential(-abs(x))
    return x >= 0 ? 1 / (1 + e) : e / (1 + e)
  }

  /// Φ(x) of the standard normal distribution.
  static func normalDistribution(_ x: Element) -> Element {
    Element(0.5) * (1 + Element.errorFunction(x * Element(0.5.squareRoot())))
  }

  /// φ(x) of the standard normal distribution.
  static func normalDensity(_ x: Element) -> Element {
    Element.exponential(-Element(0.5) * x * x) * Element(0.398942280401432677939946)
  }
}
