import TensorCore

/// The parts of a step in their order, as `theriac bench step` tells them apart. "Rest" is everything but the molecule
/// encoder and the optimiser: the medications' projection, the patient side and the loss.
package enum StepStage: Int, CaseIterable, Sendable {
  case clear, ginForward, restForward, restBackward, ginBackward, adam
}

extension Tensor {
  /// The same tensor; `body` runs when its whole gradient has been collected, before that goes on.
  func whenGradientArrives(_ body: @escaping () -> Void) -> Tensor {
    Tensor.custom(inputs: [self], output: detached()) { dy in
      body()
      return [dy]
    }
  }
}
