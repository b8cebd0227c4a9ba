import Layers
import TensorCore

/// What a family of models brings to a `Trainer`: its forward and backward pass over the ranks, and its scores.
///
/// The trainer owns what all families share: the plan of an epoch, the optimiser, the position, the state.
protocol TrainingProgram: AnyObject {
  /// Takes this rank's share of the work; called before the first step of every training task.
  func join(_ exchange: any StepExchange) throws

  /// Forward, backward and every exchange of one step. Afterwards the store holds the gradients of the global batch,
  /// the same on all ranks, but for those that the returned factors form; weights are as before.
  func step(_ step: TrainingStep, through exchange: any StepExchange) throws -> StepGradients

  /// Scores in [0, 1] of the given rows of `table` for every medication, `[rows, M]`, in evaluation mode.
  /// - Parameter block: rows that go through at once.
  func scores(ofRows rows: [Int], of table: VisitTable, block: Int) throws -> [Float]
}

/// One step as a program sees it.
struct TrainingStep {
  /// The global batch: visits by their cohort-wide numbers; the position of each is its row for dropout.
  let visits: ArraySlice<Int32>
  /// Steps done of the epoch, for errors.
  let number: Int
  let counters: DropoutStep
  /// The visits that this rank holds.
  let table: VisitTable
  let stageEnded: ((StepStage) -> Void)?
}

/// What a step leaves for the optimiser.
struct StepGradients {
  /// Over all ranks.
  var loss: LossSums
  /// Gradients that only the optimiser forms.
  var factors: [LinearFactors<Float>] = []
}
