/// All parameters of a model in two contiguous arenas, values and gradients, in the order of declaration.
///
/// Parameters are declared through scopes, then the store is sealed (at the first use at the latest). Optimisers,
/// checkpoints and reductions work on the arenas; every name maps to a range.
public final class ParameterStore<Element: TensorElement> {
  public struct Entry: Sendable, Equatable {
    public let name: String
    public let shape: Shape
    /// Elements in `values` and `gradients`. Ranges start at multiples of 16 elements; the gaps hold zeros.
    public let range: Range<Int>
    public let factored: Bool
  }

  public private(set) var entries: [Entry] = []
  public private(set) var buffers: [Buffer<Element>] = []
  private var initializers: [Initializer] = []
  private var indexByName: [String: Int] = [:]
  private var bufferNames: Set<String> = []
  private var valueArena: Storage<Element>?
  private var gradientArena: Storage<Element>?
  private var length = 0
  /// Keys the initial values.
  public let seed: UInt64

  /// Takes the gradients of factored linear layers as (x, dy) instead of adding dyᵀx to the store.
  public var linearSink: (any LinearGradientSink<Element>)?
  /// Merges BatchNorm statistics over workers; nil means this process has all rows.
  public var statisticsExchange: (any StatisticsExchange)?
  /// False while evaluating: parameters are constants and no graph is recorded.
  public var recordsGradients = true

  public init(seed: UInt64) {
    self.seed = seed
  }

  /// The root of the names.
  public var scope: ParameterScope<Element> { ParameterScope(store: self, path: "") }

  /// How many elements the arenas have, alignment gaps included.
  public var count: Int { length }

  /// How many numbers are trained.
  public var parameterCount: Int { entries.reduce(0) { $0 + $1.shape.count } }

  public func entry(named name: String) -> Entry? { indexByName[name].map { entries[$0] } }

  public func parameter(named name: String) -> Parameter<Element>? {
    indexByName[name].map { Parameter(store: self, index: $0) }
  }

  func declare(
    _ name: String, _ axes: [Int], _ initializer: Initializer, factored: Bool
  ) throws(ParameterError) -> Parameter<Element> {
    try check(name, axes)
    let shape = Shape(axes)
    if case .values(let values) = initializer, values.count != shape.count {
      throw .layer(name, got: "\(values.count) initial numbers", expected: "\(shape.count) for \(shape)")
    }
    let index = entries.count
    entries.append(Entry(name: name, shape: shape, range: length..<(length + shape.count), factored: factored))
    initializers.append(initializer)
    indexByName[name] = index
    length = (length + shape.count + 15) / 16 * 16
    return Parameter(store: self, index: index)
  }

  func declareBuffer(_ name: String, _ axes: [Int], fill: Element) throws(ParameterError) -> Buffer<Element> {
    try check(name, axes)
    let buffer = Buffer<Element>(name: name, shape: Shape(axes), fill: fill)
    buffers.append(buffer)
    bufferNames.insert(name)
    return buffer
  }

  private func check(_ name: String, _ axes: [Int]) throws(ParameterError) {
    guard valueArena == nil else { throw .sealed(name) }
    guard indexByName[name] == nil, !bufferNames.contains(name) else { throw .duplicate(name) }
    guard axes.allSatisfy({ $0 > 0 }) else { throw .shape(name, axes) }
  }

  /// Allocates the arenas and draws the initial values; later declarations are errors. Repeated calls do nothing.
  public func seal() {
    _ = arenas()
  }

  private func arenas() -> (values: Storage<Element>, gradients: Storage<Element>) {
    if let valueArena, let gradientArena { return (valueArena, gradientArena) }
    let values = Storage<Element>(zeros: length)
    let gradients = Storage<Element>(zeros: length)
    for (entry, initializer) in zip(entries, initializers) {
      let place = UnsafeMutableBufferPointer(start: values.base + entry.range.lowerBound, count: entry.shape.count)
      initializer.fill(place, shape: entry.shape, name: entry.name, seed: seed)
    }
    valueArena = values
    gradientArena = gradients
    return (values, gradients)
  }

  public var values: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: arenas().values.base, count: length)
  }

  public var gradients: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: arenas().gradients.base, count: length)
  }

  public func zeroGradients() {
    gradients.baseAddress?.clear(length)
  }

  /// Zeroes a part of the gradients, where the others are set instead of added to.
  public func zeroGradients(in range: Range<Int>) {
    guard let base = gradients.baseAddress else { return }
    (base + range.lowerBound).clear(range.count)
  }

  func tensor(_ index: Int) -> Tensor<Element> {
    let entry = entries[index]
    let (values, gradients) = arenas()
    let start = entry.range.lowerBound
    let storage = Storage(borrowing: values.base + start, count: entry.shape.count, owner: values)
    guard recordsGradients else { return Tensor(storage, entry.shape) }
    var (arena, offset) = (gradients, start)
    if let slot = currentSlot, slots.range.contains(start) {
      (arena, offset) = (slots.arenas[slot], start - slots.range.lowerBound)
    }
    let gradient = Storage(borrowing: arena.base + offset, count: entry.shape.count, owner: arena)
    return Tensor(storage, entry.shape, Node(arena: gradient))
  }

  // MARK: Gradients in parts

  private var slots: (range: Range<Int>, arenas: [Storage<Element>]) = (0..<0, [])
  private var currentSlot: Int?

  /// Room for `count` separate gradients of the parameters in `range` of the store, all zero.
  ///
  /// Float sums depend on their order. Parts of a batch that are always the same ones, each with a gradient of its own,
  /// added up in one fixed tree, give the same bits however the parts are divided over workers.
  public func prepareSlots(_ count: Int, range: Range<Int>) {
    if slots.range == range, slots.arenas.count == count {
      for arena in slots.arenas { arena.base.clear(range.count) }
    } else {
      slots = (range, (0..<count).map { _ in Storage<Element>(zeros: range.count) })
    }
  }

  /// Parameters used inside `body` collect their gradients in one of the prepared slots.
  public func inSlot<R>(_ slot: Int, _ body: () throws -> R) rethrows -> R {
    let before = currentSlot
    currentSlot = slot
    defer { currentSlot = before }
    return try body()
  }

  /// Adds the slots to the gradients: neighbours first, (0 + 1) + (2 + 3).
  public func foldSlots() {
    var stride = 1
    while stride < slots.arenas.count {
      for first in Swift.stride(from: 0, to: slots.arenas.count - stride, by: 2 * stride) {
        Element.Kernels.axpy(1, slots.arenas[first + stride].pointer, slots.arenas[first].base, slots.range.count)
      }
      stride *= 2
    }
    guard let total = slots.arenas.first, let gradients = gradients.baseAddress else { return }
    Element.Kernels.axpy(1, total.pointer, gradients + slots.range.lowerBound, slots.range.count)
  }

  /// Runs `body` with constants instead of parameters: evaluation records no graph.
  public func withoutGradients<R>(_ body: () throws -> R) rethrows -> R {
    let before = recordsGradients
    recordsGradients = false
    defer { recordsGradients = before }
    return try body()
  }

  /// Makes the running statistics of the finished step valid.
  public func commitStatistics() {
    for buffer in buffers { buffer.commit() }
  }

  /// Forgets the running statistics of a dropped step.
  public func discardStatistics() {
    for buffer in buffers { buffer.discard() }
  }
}

/// A place in the names of a store: `scope["bn1"]` is `path.bn1`.
public struct ParameterScope<Element: TensorElement> {
  let store: ParameterStore<Element>
  public let path: String

  public subscript(name: String) -> ParameterScope {
    ParameterScope(store: store, path: join(name))
  }

  private func join(_ name: String) -> String {
    path.isEmpty ? name : path + "." + name
  }

  /// Declares a trained tensor.
  /// - Throws: `ParameterError` for a name in use, a sealed store or an empty shape.
  public func parameter(
    _ name: String, _ shape: [Int], _ initializer: Initializer, factored: Bool = false
  ) throws(ParameterError) -> Parameter<Element> {
    try store.declare(join(name), shape, initializer, factored: factored)
  }

  /// Declares numbers that are saved but not trained.
  public func buffer(_ name: String, _ shape: [Int], fill: Element) throws(ParameterError) -> Buffer<Element> {
    try store.declareBuffer(join(name), shape, fill: fill)
  }

  /// The store's exchange of statistics, read when a step runs.
  var owner: ParameterStore<Element> { store }
}
