// Shapes: S symptoms · H herbs · D = d.
import TensorCore

/// What the graph part of FMCHS hands to the row part: the vectors of all nodes and, where the encoder is one layer over
/// all herbs, their keys and values in it.
///
/// The two parts may run in different processes: `tensors` go to the others, who begin their graphs at `leaves()`; the
/// sums of the leaves' gradients come back and go on through the graph part by `handing(gradients:)`.
public struct FMCHSNodes<Element: TensorElement> {
  /// es, eh and, where there are any: keys and values of symptoms, keys and values of herbs.
  public let tensors: [Tensor<Element>]

  /// es `[S, D]`
  public var symptomsSD: Tensor<Element> { tensors[0] }
  /// eh `[H, D]`
  public var herbsHD: Tensor<Element> { tensors[1] }
  /// W_k (es + t₁) + b_k `[S, D]`
  public var symptomKeysSD: Tensor<Element>? { key(2) }
  /// W_v (es + t₁) + b_v `[S, D]`
  public var symptomValuesSD: Tensor<Element>? { key(3) }
  /// W_k eh, without bias: a herb's token is p · eh + t₂. `[H, D]`
  public var herbKeysHD: Tensor<Element>? { key(4) }
  /// W_v eh `[H, D]`
  public var herbValuesHD: Tensor<Element>? { key(5) }

  private func key(_ place: Int) -> Tensor<Element>? { tensors.count > place ? tensors[place] : nil }

  /// - Parameter tensors: in the order of `tensors`
  /// - Throws: `ModelError.data` unless there are 2 or 6, of shapes that fit together
  public init(replacing tensors: [Tensor<Element>]) throws(ModelError) {
    func agree(_ place: Int, _ other: Int) -> Bool { tensors[place].shape == tensors[other].shape }
    let fits =
      (tensors.count == 2 || tensors.count == 6) && tensors.allSatisfy { $0.shape.rank == 2 }
      && tensors[0].shape.last == tensors[1].shape.last
      && (tensors.count == 2 || agree(2, 0) && agree(3, 0) && agree(4, 1) && agree(5, 1))
    guard fits else {
      throw .data(
        "FMCHSNodes", found: "tensors of shapes \(tensors.map { $0.shape })",
        expected: "[S, D] and [H, D], and then two of [S, D] and two of [H, D] or none")
    }
    self.tensors = tensors
  }

  /// How many numbers the tensors of a model have together.
  public static func count(_ config: FMCHSConfig) -> Int {
    config.nodeShapes.reduce(0) { $0 + $1.reduce(1, *) }
  }

  /// The tensors of a model, one after the other in `values`; copied.
  /// - Throws: `ModelError.data` unless there are `count(config)` numbers
  public init(_ values: UnsafeBufferPointer<Element>, _ config: FMCHSConfig) throws {
    guard values.count == Self.count(config) else {
      throw ModelError.data("FMCHSNodes", found: "\(values.count) numbers", expected: "\(Self.count(config))")
    }
    var start = 0
    try self.init(
      replacing: config.nodeShapes.map { shape in
        let count = shape.reduce(1, *)
        defer { start += count }
        return Tensor.make(shape) { place in
          if let base = values.baseAddress { place.baseAddress?.update(from: base + start, count: count) }
        }
      })
  }

  /// Writes the tensors one after the other.
  /// - Throws: `ModelError.data` unless there is room for exactly their elements
  public func write(to values: UnsafeMutableBufferPointer<Element>) throws(ModelError) {
    let count = tensors.reduce(0) { $0 + $1.shape.count }
    guard values.count == count else {
      throw .data("FMCHSNodes", found: "room for \(values.count) numbers", expected: "\(count)")
    }
    var start = 0
    for tensor in tensors {
      tensor.withUnsafeBufferPointer { source in
        guard let base = values.baseAddress, let first = source.baseAddress else { return }
        (base + start).update(from: first, count: source.count)
      }
      start += tensor.shape.count
    }
  }

  /// The same numbers as leaves of a new graph, whose gradients can be read after its backward pass.
  public func leaves() throws -> FMCHSNodes {
    try FMCHSNodes(replacing: tensors.map { $0.requiringGradient() })
  }

  /// The same numbers outside any graph.
  public func detached() throws -> FMCHSNodes {
    try FMCHSNodes(replacing: tensors.map { $0.detached() })
  }

  /// A scalar of value 0 whose backward pass gives every tensor its gradient: the graph part behind all of them is then
  /// walked once, together with what is added to the scalar (λ L_fcrl).
  /// - Parameter gradients: in the order of `tensors`, of their shapes
  /// - Throws: `ModelError.data` for other shapes
  public func handing(gradients: [Tensor<Element>]) throws(ModelError) -> Tensor<Element> {
    guard gradients.map({ $0.shape }) == tensors.map({ $0.shape }) else {
      throw .data(
        "FMCHSNodes.handing(gradients:)", found: "shapes \(gradients.map({ $0.shape }))",
        expected: "\(tensors.map({ $0.shape }))")
    }
    return Tensor.custom(inputs: tensors, output: .scalar(0)) { dy in
      let factor = dy.item
      return factor == 1 ? gradients : gradients.map { $0.scaled(by: factor.widened) }
    }
  }
}
