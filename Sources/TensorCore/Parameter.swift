/// A trained tensor: a place in its store's arenas.
public struct Parameter<Element: TensorElement> {
  let store: ParameterStore<Element>
  let index: Int

  /// The dotted path, as in checkpoints and errors.
  public var name: String { store.entries[index].name }
  public var shape: Shape { store.entries[index].shape }
  /// Whether a `LinearGradientSink` takes this parameter's gradients as factors.
  public var isFactored: Bool { store.entries[index].factored }
  /// The elements' places in the store's `values` and `gradients`.
  public var range: Range<Int> { store.entries[index].range }

  /// Parameters of the same store used inside `body` collect their gradients in a slot; see `ParameterStore.inSlot`.
  public func inSlot<R>(_ slot: Int, _ body: () throws -> R) rethrows -> R { try store.inSlot(slot, body) }

  /// The parameter as a leaf: gradients flow into the store, unless the store does not record any now.
  public var tensor: Tensor<Element> { store.tensor(index) }

  public var values: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(rebasing: store.values[range])
  }

  public var gradients: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(rebasing: store.gradients[range])
  }
}

/// Numbers that belong to a model but are not trained: BatchNorm's running statistics.
///
/// A step may be dropped and computed again, so new values are staged and only take effect with `commit`.
public final class Buffer<Element: TensorElement> {
  public let name: String
  public let shape: Shape
  private let storage: Storage<Element>
  /// The values of a step that may still be dropped.
  private var staged: [Double]
  private var isStaged = false

  init(name: String, shape: Shape, fill: Element) {
    self.name = name
    self.shape = shape
    storage = Storage(shape.count)
    storage.base.update(repeating: fill, count: shape.count)
    staged = [Double](repeating: 0, count: shape.count)
  }

  /// The committed values.
  public var values: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: storage.base, count: shape.count)
  }

  /// Stages new values made from the latest ones (staged, else committed).
  func stage(_ update: (_ index: Int, _ old: Double) -> Double) {
    for index in 0..<shape.count {
      staged[index] = update(index, isStaged ? staged[index] : storage.base[index].widened)
    }
    isStaged = true
  }

  public func commit() {
    guard isStaged else { return }
    for index in 0..<shape.count { storage.base[index] = Element(staged[index]) }
    isStaged = false
  }

  public func discard() {
    isStaged = false
  }
}

/// Why a parameter could not be declared.
public enum ParameterError: Error, Equatable, CustomStringConvertible {
  case duplicate(String)
  case sealed(String)
  case shape(String, [Int])
  /// A layer cannot be made with these numbers.
  case layer(String, got: String, expected: String)

  public var description: String {
    switch self {
    case .duplicate(let name): "The parameter \"\(name)\" is declared twice; give one of the two another scope."
    case .sealed(let name): "The parameter \"\(name)\" is declared after its store was sealed; declare it before use."
    case .shape(let name, let axes): "The parameter \"\(name)\" has shape \(axes), but every extent must be at least 1."
    case .layer(let path, let got, let expected):
      "The layer \"\(path)\" cannot be made with \(got); expected \(expected)."
    }
  }
}
