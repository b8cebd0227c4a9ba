import Synchronization

/// A place in the autodiff graph: where the gradient of one tensor is collected, and how it goes on to the inputs.
///
/// Nodes of operations are used again (`SpareNodes`), and the walk links them instead of listing them, so that a graph
/// like the last one allocates only what its closures keep.
final class Node<Element: TensorElement> {
  typealias Backward = (_ dy: Storage<Element>, _ inputs: [Node?]) throws -> Void

  private(set) var gradient: Storage<Element>?
  /// Whether this node alone knows the gradient's memory, so that it may be added to in place.
  private var ownsGradient = false
  /// A parameter's gradient lives in its store's arena and is only ever added to.
  private let isArena: Bool
  private var count: Int
  private var inputs: [Node?] = []
  private var run: Backward?
  let isLeaf: Bool

  // The walk: whether it was here, the input to look at next, the node it came from, the one that it finished before.
  private var isVisited = false
  private var next = 0
  private var user: Node?
  private var before: Node?
  /// Whether a walk has gone through, so that nothing is left to walk.
  private var isSpent = false
  /// Whether this node is among the spare ones.
  fileprivate var isSpare = false

  init(leafOf count: Int) {
    self.count = count
    isArena = false
    isLeaf = true
  }

  init(arena storage: Storage<Element>) {
    count = storage.count
    gradient = storage
    isArena = true
    isLeaf = true
  }

  private init() {
    count = 0
    isArena = false
    isLeaf = false
  }

  /// The node of an operation's result.
  static func recorded(count: Int, run: @escaping Backward) -> Node {
    let node = SpareNodes<Element>.shared?.take() ?? Node()
    node.count = count
    node.run = run
    node.isSpent = false
    return node
  }

  /// A long graph that nobody walked is let go link by link, not by recursion.
  deinit {
    guard !inputs.isEmpty else { return }
    var pending = inputs
    inputs = []
    while !pending.isEmpty {
      var last = pending.removeLast()
      guard isKnownUniquelyReferenced(&last), let last, !last.isLeaf else { continue }
      pending += last.inputs
      last.inputs = []
    }
  }

  func append(_ input: Node?) { inputs.append(input) }

  /// Adds a finished gradient. Its memory may be shared, so that it is never written afterwards.
  func add(_ other: Storage<Element>) {
    guard let current = gradient else {
      gradient = other
      return
    }
    if isArena || ownsGradient {
      Element.Kernels.axpy(1, other.pointer, current.base, count)
    } else {
      let sum = Storage<Element>(count)
      Element.Kernels.add(current.pointer, other.pointer, sum.base, count)
      gradient = sum
      ownsGradient = true
    }
  }

  /// Lets `write` put a gradient directly in place: `accumulate` says whether it must add to what is there or set it.
  func collect(_ write: (_ pointer: UnsafeMutablePointer<Element>, _ accumulate: Bool) throws -> Void) rethrows {
    if isArena || ownsGradient, let current = gradient {
      try write(current.base, true)
      return
    }
    let fresh = Storage<Element>(count)
    if let current = gradient {
      fresh.base.update(from: current.pointer, count: count)
      try write(fresh.base, true)
    } else {
      try write(fresh.base, false)
    }
    gradient = fresh
    ownsGradient = true
  }

  /// The gradient for somebody who may keep it.
  func shareGradient() -> Storage<Element>? {
    ownsGradient = false
    return gradient
  }

  /// Links all nodes but leaves that this one depends on, itself last, by `before`. Their order depends on the graph
  /// only, so every worker that built the same graph runs its collectives in the same order. Leaves stay untouched:
  /// graphs of several threads share them.
  /// - Returns: false where a part of the graph was walked before, so that its gradients cannot go on
  private func link() -> Bool {
    var top = self
    var isWhole = !isSpent
    var finished: Node?
    isVisited = true
    while true {
      if top.next < top.inputs.count {
        let input = top.inputs[top.next]
        top.next += 1
        if let input, !input.isLeaf, !input.isVisited {
          if input.isSpent { isWhole = false }
          input.isVisited = true
          input.user = top
          top = input
        }
      } else {
        top.before = finished
        finished = top
        guard let user = top.user else { return isWhole }
        top.user = nil
        top = user
      }
    }
  }

  /// Sends `seed` through the graph. Every node's closure and inputs are released as soon as it ran, also after an error.
  /// - Throws: `ShapeError` when a walk has gone through a part of the graph, or is on its way here
  @specialized(where Element == Float)
  func backward(_ seed: Storage<Element>) throws {
    guard !isLeaf else { return add(seed) }
    guard !isVisited else {
      throw ShapeError.value("backward()", "a tensor whose graph is being walked", expected: "a graph of its own")
    }
    let isWhole = link()
    var last: Node? = self
    defer { while let node = last { last = node.leave() } }
    guard isWhole else {
      throw ShapeError.value(
        "backward()", "a graph of which another walk has gone through a part",
        expected: "one walk; add up the losses that share a part, and walk from their sum")
    }
    add(seed)
    while let node = last {
      if let run = node.run {
        let dy = node.gradient ?? Storage(zeros: node.count)
        node.gradient = nil
        try run(dy, node.inputs)
      }
      last = node.leave()
    }
  }

  /// Lets go of everything that the graph needed, and offers this node to the next graphs.
  /// - Returns: the node to walk to next
  private func leave() -> Node? {
    let node = before
    before = nil
    run = nil
    inputs.removeAll(keepingCapacity: true)
    gradient = nil
    ownsGradient = false
    isVisited = false
    isSpent = true
    next = 0
    SpareNodes<Element>.shared?.give(self)
    return node
  }
}

/// Nodes that a walk has left, for the next graphs of any thread. One that a tensor still holds is not used again.
final class SpareNodes<Element: TensorElement>: Sendable {
  // A node in the list holds nothing, and the mutex guards the list.
  private struct Guarded: @unchecked Sendable {
    var nodes: [Node<Element>] = []
    var made = 0
  }
  private struct Taken: @unchecked Sendable {
    let node: Node<Element>?
  }
  private let guarded = Mutex(Guarded())

  func take() -> Node<Element>? {
    let taken = guarded.withLock { guarded in
      while var node = guarded.nodes.popLast() {
        node.isSpare = false
        if isKnownUniquelyReferenced(&node) {
          // Another thread may have let go of it.
          atomicMemoryFence(ordering: .acquiring)
          return Taken(node: node)
        }
      }
      guarded.made += 1
      return Taken(node: nil)
    }
    return taken.node
  }

  func give(_ node: Node<Element>) {
    let given = Taken(node: node)
    guarded.withLock { guarded in
      guard let node = given.node, !node.isSpare else { return }
      node.isSpare = true
      guarded.nodes.append(node)
    }
  }

  /// How many nodes were not to be had here since the start: constant in steady state.
  var made: Int { guarded.withLock { $0.made } }
}

private let spareFloats = SpareNodes<Float>()
private let spareDoubles = SpareNodes<Double>()

/// How many nodes of graphs were made since the start: constant in steady state, because a walk's nodes are used again.
package var graphNodesMade: Int { spareFloats.made + spareDoubles.made }

extension SpareNodes {
  /// Those of the process; nil for an element of somebody else's.
  static var shared: SpareNodes? { spareFloats as? SpareNodes ?? spareDoubles as? SpareNodes }
}
