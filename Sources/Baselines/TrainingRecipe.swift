import Layers

/// How a baseline is trained.
public struct TrainingRecipe: Equatable, Sendable {
  /// What the binary cross-entropy, summed over herbs and rows of a batch, is divided by. Weight decay and Adam's ε make
  /// this matter.
  public enum LossScale: String, Equatable, Sendable {
    /// The rows of the batch.
    case rows
    /// Rows times herbs: torch's `reduction="mean"`.
    case elements
    /// Nothing: torch's `reduction="sum"`.
    case none
  }

  /// What chooses the epoch, on the validation rows.
  public enum Selection: String, Equatable, Sendable {
    case f1At10
    case loss
  }

  public var learningRate: Double
  /// Over epochs, from 0.
  public var schedule = LearningRate.constant
  public var weightDecay = 0.0
  /// AdamW's decay instead of an L2 term in the gradient.
  public var isDecoupled = false
  public var batch: Int
  public var epochs: Int
  /// A new order of rows every epoch; otherwise that of the data.
  public var shuffles = true
  public var lossScale = LossScale.rows
  public var selection = Selection.f1At10
  /// Stops after so many epochs in a row without a better one; nil: never.
  public var patience: Int?

  public init(learningRate: Double, batch: Int, epochs: Int) {
    self.learningRate = learningRate
    self.batch = batch
    self.epochs = epochs
  }

  /// - Throws: `BaselineError.badSetting`
  func validate() throws(BaselineError) {
    guard learningRate > 0, learningRate.isFinite else {
      throw .badSetting("a learning rate of \(learningRate) means nothing; a number above 0 is needed")
    }
    guard weightDecay >= 0, weightDecay.isFinite else {
      throw .badSetting("a weight decay of \(weightDecay) means nothing; 0 or more is needed")
    }
    guard batch >= 2 else { throw .badSetting("a batch of \(batch) rows is too small; at least 2 are needed") }
    guard epochs >= 1 else { throw .badSetting("a training of \(epochs) epochs is empty; at least 1 is needed") }
    if let patience, patience < 1 {
      throw .badSetting("a patience of \(patience) epochs means nothing; at least 1 is needed")
    }
  }

  /// Rows first ..< last of every step. A single row left over joins the batch before: BatchNorm needs two.
  package func batches(of count: Int) -> [Range<Int>] {
    var starts = Array(stride(from: 0, to: count, by: batch))
    if count % batch == 1, starts.count > 1 { starts.removeLast() }
    return zip(starts, starts.dropFirst() + [count]).map { $0..<$1 }
  }
}
