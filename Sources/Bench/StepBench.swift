import Molecules
import TensorCore
import Training

/// Times real training steps: `Trainer.train` on random visits.
public struct StepBench {
  /// Steps before the first that counts.
  static let warmUp = 3
  /// Batches that are made; the steps go over them epoch after epoch, each in another order.
  static let mostBatches = 64

  public var options: BenchOptions
  public var steps: Int
  public var molecules: BenchMolecules

  /// - Throws: `BenchError.option` for a number of steps that cannot be measured.
  public init(_ options: BenchOptions, steps: Int = 50, molecules: BenchMolecules) throws {
    try BenchOptions.check("steps", steps, in: 1...1_000_000)
    try BenchOptions.check("batch", options.batch, in: 1...65_536)
    self.options = options
    self.steps = steps
    self.molecules = molecules
  }

  /// Visits for the steps asked for.
  private var visits: Int { options.batch * min(Self.mostBatches, max(8, steps + Self.warmUp)) }

  /// Steps on `options.threads` threads of this process, without a cluster.
  public func run() throws -> StepReport {
    let data = try BenchData(options, molecules: molecules, visits: visits)
    let trainer = try Trainer(data.job)
    trainer.table = data.table()
    let exchange = SoloExchange()
    let clock = ContinuousClock()
    var stages = [[Double]](repeating: [], count: StepStage.allCases.count)
    for index in stages.indices { stages[index].reserveCapacity(steps + Self.warmUp) }
    var (wall, processor): ([Double], [Double]) = ([], [])
    var stagesProcessor = stages
    var (last, cpu) = (clock.now, Machine.processorSeconds)
    var lastProcessor = cpu
    var start = last
    trainer.stageEnded = { stage in
      let now = clock.now
      stages[stage.rawValue].append((now - last).milliseconds)
      let processor = Machine.processorSeconds
      stagesProcessor[stage.rawValue].append((processor - lastProcessor) * 1e3)
      (last, lastProcessor) = (now, processor)
    }
    var (allocations, nodes, products): (Int, Int, String?) = (0, 0, nil)
    while wall.count < steps + Self.warmUp {
      let end = min(data.job.stepsPerEpoch, steps + Self.warmUp - wall.count)
      start = clock.now
      (last, cpu) = (start, Machine.processorSeconds)
      lastProcessor = cpu
      _ = try trainer.train(to: end, through: exchange, agreed: { products = $0.text }) { _ in
        let now = clock.now
        wall.append((now - start).milliseconds)
        processor.append((Machine.processorSeconds - cpu) * 1e3)
        if wall.count == 1 { (allocations, nodes) = (BufferPool.systemAllocations(), graphNodesMade) }
        start = clock.now
        (last, cpu) = (start, Machine.processorSeconds)
        lastProcessor = cpu
      }
      trainer.finishEpoch()
    }
    trainer.stageEnded = nil
    let parts = stagesProcessor.map { Samples($0.dropFirst(Self.warmUp)).median }
    var report = report(Samples(wall.dropFirst(Self.warmUp)), parameters: trainer.store.parameterCount, workers: 0)
    report.poolAllocationsAfterFirst = BufferPool.systemAllocations() - allocations
    report.graphNodesAfterFirst = graphNodesMade - nodes
    report.stepCpuMs = Samples(processor.dropFirst(Self.warmUp)).median
    report.peakMemoryMib = Machine.peakMemory()
    report.products = products
    report.partsCpuMs = parts
    func median(_ stage: StepStage) -> Double { Samples(stages[stage.rawValue].dropFirst(Self.warmUp)).median }
    report.clearMs = median(.clear)
    report.ginFwdMs = median(.ginForward)
    report.restFwdMs = median(.restForward)
    report.restBwdMs = median(.restBackward)
    report.ginBwdMs = median(.ginBackward)
    report.adamMs = median(.adam)
    return report
  }

  /// Whole steps per second of worker processes, through a coordinator and the cluster runtime.
  /// - Parameters:
  ///   - executable: the program to start as `worker --connect ADDRESS`, of this version.
  public func run(workers: Int, executable: String, version: String) throws -> StepReport {
    try BenchOptions.check("workers", workers, in: 1...256)
    // The coordinator and the workers.
    let data = try BenchData(options, molecules: molecules, visits: visits, processes: workers + 1)
    let cluster = ClusterSteps(data, steps: steps, warmUp: Self.warmUp)
    try cluster.run(workers: workers, executable: executable, version: version)
    guard cluster.samples.count > 0 else { throw BenchError.tooFewReports(steps: steps) }
    let parameters = try Trainer(data.job).store.parameterCount
    var report = report(Samples(cluster.samples), parameters: parameters, workers: workers)
    report.peakMemoryMib = cluster.peakMemory
    report.products = cluster.products
    return report
  }

  private func report(_ times: Samples, parameters: Int, workers: Int) -> StepReport {
    let diversity = molecules.diversity
    return StepReport(
      stepMs: times.median, stepP10Ms: times.quantile(0.1), stepP90Ms: times.quantile(0.9), steps: steps,
      threads: options.threads, workers: workers, batch: options.batch, history: options.history,
      precision: options.precision.rawValue, dEnc: options.dEnc, dK: options.dK, dS: options.dS,
      layers: options.layers, molecules: molecules.source, medications: molecules.medicationCount,
      moleculeCount: molecules.batch.moleculeCount, atoms: molecules.batch.atomCount,
      directedEdges: molecules.batch.edgeCount, atomKinds: diversity.atoms, neighbourhoods: diversity.neighbourhoods,
      parameters: parameters, processor: Machine.processor, instructionSet: Machine.instructionSet)
  }
}
