import TensorCore

/// Changes a store's parameters by its gradients.
public protocol Optimizer<Element>: AnyObject {
  associatedtype Element: TensorElement
  /// How many steps were made; set it with the moments when resuming.
  var stepCount: Int { get set }
  /// The optimiser's memory, each as long as the store's arenas and laid out like them: checkpoint and restore in place.
  var moments: [(name: String, values: UnsafeMutableBufferPointer<Element>)] { get }
  /// One step with the gradients in the store; does not zero them.
  func step(learningRate: Double)
}

/// Zero-initialised memory as long as a store's arenas.
final class Arena<Element: TensorElement> {
  let values: UnsafeMutableBufferPointer<Element>
  private let block: BufferPool.Block

  init(_ count: Int) {
    block = BufferPool.take(count * MemoryLayout<Element>.stride)
    values = UnsafeMutableBufferPointer(start: block.base.bindMemory(to: Element.self, capacity: count), count: count)
    values.initialize(repeating: 0)
  }
}
