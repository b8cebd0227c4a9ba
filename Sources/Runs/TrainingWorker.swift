import Cluster
import Records
import Training

/// A worker's side of a run: a `Trainer` that does what the coordinator's tasks say.
public final class TrainingWorker: WorkerProgram {
  private var trainer: Trainer?
  private var table: VisitTable?
  /// Loss of the epoch closed last: a task that was interrupted after its work was done reports it again.
  private var closedEpoch: (number: Int, loss: LossSums)?
  private let clock = ContinuousClock()

  public init() {}

  public var committedPosition: UInt64 { trainer?.position ?? 0 }

  public func prepare(job bytes: UnsafeRawBufferPointer) throws {
    trainer = try Trainer(TrainingJob(packed: bytes))
  }

  public func install(state bytes: UnsafeRawBufferPointer) throws {
    try ready().restore(TrainerState(packed: bytes))
    closedEpoch = nil
  }

  public func install(
    shard chunk: UnsafeRawBufferPointer, rank: Int, world: Int, isFirst: Bool, isLast: Bool
  ) throws {
    let trainer = try ready()
    if isFirst { table = VisitTable(width: trainer.job.inputs.textWidth) }
    if !chunk.isEmpty { try table?.append(packed: chunk) }
    if isLast, let table {
      trainer.table = table
      self.table = nil
    }
  }

  public func run(
    task bytes: UnsafeRawBufferPointer, collective: any Collective, progress: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> [UInt8] {
    let trainer = try ready()
    let exchange = CollectiveExchange(collective)
    switch try RunTask(bytes) {
    case .train(let epoch, let end):
      var hadDrifted = false
      if trainer.epoch == epoch {
        var reported = clock.now
        _ = try trainer.train(
          to: end, through: exchange,
          agreed: { agreement in
            guard exchange.rank == 0 else { return }
            try RunProgress(agreement).bytes.withUnsafeBytes(progress)
          }
        ) { sums in
          guard exchange.rank == 0, clock.now - reported >= .milliseconds(100) else { return }
          reported = clock.now
          try RunProgress(step: trainer.stepInEpoch, loss: sums).bytes.withUnsafeBytes(progress)
        }
        if trainer.stepInEpoch == trainer.job.stepsPerEpoch {
          closedEpoch = (epoch, trainer.lossInEpoch)
          trainer.finishEpoch()
          hadDrifted = try trainer.agree(through: exchange)
        }
      }
      let isClosed = trainer.epoch > epoch
      let loss = isClosed ? closedEpoch?.loss ?? LossSums() : trainer.lossInEpoch
      return TrainResult(
        loss: loss, hadDrifted: hadDrifted, state: exchange.rank == 0 ? trainer.state.packed : []
      ).bytes
    case .evaluate(let split):
      let rows = trainer.table.rows(in: split)
      let scores = try trainer.scores(ofRows: rows)
      return EvaluationResult(visits: rows.map { trainer.table.visits[$0] }, scores: scores).bytes
    }
  }

  private func ready() throws -> Trainer {
    guard let trainer else { throw RunError.unreadableMessage("a task came before the description of the run") }
    return trainer
  }
}

/// Cluster's collectives as a step needs them.
final class CollectiveExchange: StepExchange {
  private let collective: any Collective
  init(_ collective: any Collective) { self.collective = collective }

  var rank: Int { collective.rank }
  var size: Int { collective.size }
  var shouldStop: Bool { collective.shouldStop }

  func allGather(_ local: UnsafeRawBufferPointer, _ use: (Int, UnsafeRawBufferPointer) throws -> Void) throws {
    let gathered = try collective.allGather(local)
    for rank in 0..<gathered.count { try use(rank, gathered[rank]) }
  }

  func sum(_ values: UnsafeMutableBufferPointer<Float>) throws { try collective.sum(values) }
}
