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
    switch kind {
    case .relu: for i in 0..<count { y[i] = x[i] > 0 || x[i].isNaN ? x[i] : 0 }
    case .gelu: for i in 0..<count { y[i] = x[i] * normalDistribution(x[i]) }
    case .tanh: for i in 0..<count { y[i] = Element.hyperbolicTangent(x[i]) }
    case .sigmoid: for i in 0..<count { y[i] = sigmoid(x[i]) }
    case .elu(let alpha):
      let alpha = Element(alpha)
      for i in 0..<count { y[i] = x[i] > 0 ? x[i] : alpha * (Element.exponential(x[i]) - 1) }
    case .leakyReLU(let slope):
      let slope = Element(slope)
      for i in 0..<count { y[i] = x[i] > 0 ? x[i] : slope * x[i] }
    }
  }

  public static func activateGradient(
    _ kind: Activation, _ x: In, _ y: In, _ dy: In, _ dx: Out, _ count: Int, accumulate: Bool
  ) {
    for i in 0..<count {
      let slope: Element
      switch kind {
      case .relu: slope = x[i] > 0 ? 1 : 0
      case .gelu: slope = normalDistribution(x[i]) + x[i] * normalDensity(x[i])
      case .tanh: slope = 1 - y[i] * y[i]
      case .sigmoid: slope = y[i] * (1 - y[i])
      case .elu(let alpha): slope = x[i] > 0 ? 1 : y[i] + Element(alpha)
      case .leakyReLU(let factor): slope = x[i] > 0 ? 1 : Element(factor)
      }
      dx[i] = (accumulate ? dx[i] : 0) + slope * dy[i]
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
