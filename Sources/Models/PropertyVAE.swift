// Shapes: R herbs · P properties · Z latent width · V width of the molecular vectors.
import Layers
import TensorCore

/// A variational autoencoder from a herb's properties to its molecular vector (spec 3.1): h = relu(W₁ x); μ, v linear in h;
/// z = μ + exp(v / 2) ε; y = W₃ relu(W₂ z). Names: e1, mu, lv, d1, d2.
public struct PropertyVAE<Element: TensorElement> {
  let input, mean, logVariance, hidden, output: Linear<Element>

  public init(
    properties: Int, hidden width: Int = 128, latent: Int = 32, outputs: Int, in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    input = try Linear(properties, width, in: scope["e1"])
    mean = try Linear(width, latent, in: scope["mu"])
    logVariance = try Linear(width, latent, in: scope["lv"])
    hidden = try Linear(latent, width, in: scope["d1"])
    output = try Linear(width, outputs, in: scope["d2"])
  }

  /// q(z | x) = N(μ, exp v). - Shape: x `[R, P]` → μ and v `[R, Z]`
  public func encode(
    _ xRP: Tensor<Element>
  ) throws(ShapeError) -> (mean: Tensor<Element>, logVariance: Tensor<Element>) {
    let hidden = try input(xRP, then: .relu)
    return (try mean(hidden), try logVariance(hidden))
  }

  /// - Shape: z `[R, Z]` → `[R, V]`
  public func decode(_ zRZ: Tensor<Element>) throws(ShapeError) -> Tensor<Element> {
    try output(hidden(zRZ, then: .relu))
  }

  /// The unit vectors that stand in for molecular ones: decode(μ), each row divided by its norm. `[R, P]` → `[R, V]`
  public func generate(_ xRP: Tensor<Element>) throws(ShapeError) -> Tensor<Element> {
    try decode(encode(xRP).mean).normalizedRows()
  }

  public struct Losses {
    /// rec + β KL
    public let total: Tensor<Element>
    /// Mean over rows of the summed squared error.
    public let reconstruction: Tensor<Element>
    /// Mean over rows of KL(q ‖ N(0, 1)), in nats.
    public let divergence: Tensor<Element>
  }

  /// - Parameter noise: ε `[R, Z]`
  public func losses(
    _ xRP: Tensor<Element>, _ yRV: Tensor<Element>, noise: Tensor<Element>, beta: Double
  ) throws(ShapeError) -> Losses {
    let (mean, logVariance) = try encode(xRP)
    let found = try decode(Tensor.normalSample(mean: mean, logVariance: logVariance, noise: noise))
    let reconstruction = try found.mse(yRV, divisor: Double(max(xRP.shape.rows, 1)))
    let divergence = try Tensor.normalDivergence(mean: mean, logVariance: logVariance)
    return Losses(
      total: try reconstruction + divergence.scaled(by: beta), reconstruction: reconstruction, divergence: divergence)
  }
}

/// How the VAE is trained.
public struct VAEOptions: Equatable, Sendable {
  /// Full-batch steps of Adam.
  public var epochs = 400
  public var learningRate = 1e-3
  public var hidden = 128
  public var latent = 32
  /// Weight of the divergence.
  public var beta = 1e-3
  public var seed: UInt64 = 0

  public init() {}

  /// - Throws: `ModelError.setting` for the first field that cannot be
  public func validate() throws(ModelError) {
    for (name, value) in [("vae epochs", epochs), ("vae hidden", hidden), ("vae latent", latent)] where value < 1 {
      throw .setting(name, found: "\(value)", expected: "1 or more")
    }
    guard learningRate > 0, learningRate.isFinite else {
      throw .setting("vae learning rate", found: "\(learningRate)", expected: "a positive number")
    }
    guard beta >= 0, beta.isFinite else {
      throw .setting("vae beta", found: "\(beta)", expected: "a number from 0 on")
    }
  }
}

/// What the VAE learnt and filled. The two cosines tell whether properties say anything about molecules: they do not
/// where the VAE is no better than the mean vector.
public struct VAEReport: Equatable, Sendable {
  /// Losses of the last step: the mean over herbs of the summed squared error, and the divergence in nats.
  public var rec, kl: Double
  /// Mean cosine of generated and true vectors, over the herbs it was trained on.
  public var cosine: Double
  /// The same for the mean of their vectors in place of every generated one.
  public var meanVectorCosine: Double
  /// Herbs without molecules, whose vectors were generated.
  public var filled: Int
  /// Those among them that have no property either: all get the same vector, decode(μ(0)).
  public var filledWithoutProperties: Int
  public var trainedOn: Int
}
