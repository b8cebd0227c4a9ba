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
  private var leaves: [Tensor<Element>] = []
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
    leaves = makeLeaves(entries[...], gradients: gradients, from: 0)
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
    let leaf = leaf(index)
    return recordsGradients ? leaf : leaf.detached()
  }

  private func leaf(_ index: Int) -> Tensor<Element> {
    if valueArena == nil { _ = arenas() }
    if slots.range.contains(entries[index].range.lowerBound), let slot = SlotContext.slot(of: self) {
      return slots.leaves[slot][index - slots.first]
    }
    return leaves[index]
  }

  /// Parameters as leaves whose gradients are added to an arena that begins at the place `start` of the store. They are
  /// made once: a step uses each several times.
  private func makeLeaves(
    _ entries: ArraySlice<Entry>, gradients: Storage<Element>, from start: Int
  ) -> [Tensor<Element>] {
    guard let valueArena else { return [] }
    return entries.map { entry in
      let (place, count) = (entry.range.lowerBound, entry.shape.count)
      return Tensor(
        valueArena.slice(place, count: count), entry.shape,
        Node(arena: gradients.slice(place - start, count: count)))
    }
  }

  // MARK: Gradients in parts

  /// The place in the store, the gradients, and the parameters of that place from number `first` on as leaves.
  private struct Slots {
    var range = 0..<0
    var arenas: [Storage<Element>] = []
    var first = 0
    var leaves: [[Tensor<Element>]] = []
  }
  private var slots = Slots()

  /// Room for `count` separate gradients of the parameters in `range` of the store, all zero.
  ///
  /// Float sums depend on their order. Parts of a batch that are always the same ones, each with a gradient of its own,
  /// added up in one fixed tree, give the same bits however the parts are divided over workers.
  ///
  /// The range must hold every parameter that it touches whole, and there must be at least one slot.
  public func prepareSlots(_ count: Int, range: Range<Int>) {
    precondition(
      count > 0 && entries.allSatisfy { !$0.range.overlaps(range) || $0.range.clamped(to: range) == $0.range },
      "prepareSlots: a range that cuts a parameter, or no slot")
    if slots.range == range, slots.arenas.count == count {
      for arena in slots.arenas { arena.base.clear(range.count) }
    } else {
      _ = arenas()
      let first = entries.firstIndex { range.contains($0.range.lowerBound) } ?? entries.count
      let last = entries.lastIndex { range.contains($0.range.lowerBound) }.map { $0 + 1 } ?? first
      let arenas = (0..<count).map { _ in Storage<Element>(zeros: range.count) }
      slots = Slots(
        range: range, arenas: arenas, first: first,
        leaves: arenas.map { makeLeaves(entries[first..<last], gradients: $0, from: range.lowerBound) })
    }
  }

  /// Parameters used inside `body` collect their gradients in one of the prepared slots. Several threads may fill
  /// several slots at once.
  public func inSlot<R>(_ slot: Int, _ body: () throws -> R) rethrows -> R {
    try SlotContext.$current.withValue(SlotContext(store: ObjectIdentifier(self), slot: slot)) { try body() }
  }

  /// Adds the slots to the gradients: neighbours first, (0 + 1) + (2 + 3).
  @specialized(where Element == Float)
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

/// The slot that the current thread fills.
private struct SlotContext: Sendable {
  let store: ObjectIdentifier
  let slot: Int

  @TaskLocal static var current: SlotContext?

  static func slot(of store: AnyObject) -> Int? {
    guard let current, current.store == ObjectIdentifier(store) else { return nil }
    return current.slot
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
