import Reports
import Training

/// What `theriac bench eval` found.
public struct EvalReport: Encodable, Sendable {
  /// Seconds of scoring all visits once: median, least and most over the rounds.
  public var seconds, secondsMin, secondsMax: Double
  public var visitsPerSecond: Double
  public var peakMemoryMib: Double?
  public var visits, rounds, threads, medications, atoms, directedEdges: Int
  public var precision, molecules, processor, instructionSet: String

  public var text: String {
    "\(NumberText.fixed(seconds, 3)) s for \(NumberText.count(visits)) visits "
      + "(median of \(rounds), \(NumberText.fixed(secondsMin, 3)) to \(NumberText.fixed(secondsMax, 3)); "
      + "\(NumberText.count(Int(visitsPerSecond))) visits a second), medications encoded once, \(threads) threads, "
      + "\(precision)\nmolecules: \(molecules); \(NumberText.count(atoms)) atoms, "
      + "\(NumberText.count(directedEdges)) directed edges; \(processor), \(instructionSet)"
  }
}

/// Times the scoring of visits: the molecules once, then every visit against all medications, as evaluation does it.
public struct EvalBench {
  public var options: BenchOptions
  public var visits, rounds: Int
  public var molecules: BenchMolecules

  public init(_ options: BenchOptions, visits: Int = 2_072, rounds: Int = 5, molecules: BenchMolecules) throws {
    try BenchOptions.check("visits", visits, in: 1...10_000_000)
    try BenchOptions.check("rounds", rounds, in: 1...10_000)
    self.options = options
    self.visits = visits
    self.rounds = rounds
    self.molecules = molecules
  }

  public func run() throws -> EvalReport {
    let data = try BenchData(options, molecules: molecules, visits: visits, scored: visits)
    let trainer = try Trainer(data.job)
    trainer.table = data.table()
    let rows = Array(0..<visits)
    let clock = ContinuousClock()
    var seconds: [Double] = []
    for round in 0...rounds {
      let start = clock.now
      _ = try trainer.scores(ofRows: rows)
      // The first round touches memory for the first time.
      if round > 0 { seconds.append((clock.now - start) / .seconds(1)) }
    }
    let times = Samples(seconds)
    return EvalReport(
      seconds: times.median, secondsMin: times.quantile(0), secondsMax: times.quantile(1),
      visitsPerSecond: Double(visits) / times.median, peakMemoryMib: Machine.peakMemory(), visits: visits,
      rounds: rounds, threads: options.threads, medications: molecules.medicationCount,
      atoms: molecules.batch.atomCount, directedEdges: molecules.batch.edgeCount,
      precision: options.precision.rawValue, molecules: molecules.source, processor: Machine.processor,
      instructionSet: Machine.instructionSet)
  }
}
