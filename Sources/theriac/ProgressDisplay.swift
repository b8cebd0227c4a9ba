import Records
import Reports
import Runs
import Synchronization
import TextEncoder

/// One progress line at a time on stderr; messages go above it.
final class ProgressDisplay: Sendable {
  private struct State {
    var line: ProgressLine?
    var title = ""
  }
  private let state = Mutex(State())

  /// Shows `done` of `total` under a title; a new title ends the line before.
  func show(_ title: String, _ done: Int, of total: Int?, unit: String, note: String? = nil) {
    state.withLock { state in
      if state.title != title || state.line == nil {
        state.line?.finish()
        state.line = ProgressLine(title, total: total, unit: unit)
        state.title = title
      }
      state.line?.update(done, note: note)
    }
  }

  func show(_ report: TrainingCoordinator.Report) {
    switch report {
    case .step(let epoch, let step, let steps, let loss):
      show("epoch \(epoch)", step, of: steps, unit: "steps", note: "loss \(NumberText.significant(loss, 4))")
    case .epoch(let row, let model, let isBest):
      end()
      message(
        "epoch \(row.epoch): loss \(NumberText.fixed(row.losses[0], 5)), validation "
          + "\(RunText.metrics(row.metrics, of: model)), \(NumberText.significant(row.seconds, 3)) s"
          + (isBest ? " (best)" : ""))
    }
  }

  func show(_ progress: EmbeddingProgress) {
    show(
      "embedding", progress.textsDone, of: progress.texts, unit: "texts",
      note: "\(NumberText.count(Int(progress.tokensPerSecond))) tokens/s")
  }

  func show(_ progress: ImportProgress) {
    // Whole megabytes: small tables come and go without a line of their own.
    guard progress.bytesTotal >= 8 << 20 else { return }
    show("reading \(progress.file)", progress.bytesRead >> 20, of: progress.bytesTotal >> 20, unit: "MB")
  }

  func message(_ text: String) {
    state.withLock { state in
      if let line = state.line { line.message(text) } else { Console.note(text) }
    }
  }

  /// Ends the line, if there is one.
  func end() {
    state.withLock { state in
      state.line?.finish()
      state.line = nil
    }
  }
}
