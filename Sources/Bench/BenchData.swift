import Molecules
import Random
import Records
import Training

/// A training job in memory and its visits: random embeddings, as many labels as MIMIC-III's visits have.
struct BenchData {
  /// Visits of every patient: two in three have earlier visits, one in three the two that the model looks at.
  static let visitsPerPatient = 3
  /// Share of the medications that a visit has; the first one always.
  static let labelRate = 0.17

  let job: TrainingJob
  let visits: Int
  private let random: CounterRandom

  /// - Parameters:
  ///   - processes: how many hold a copy of the weights
  ///   - scored: visits that are scored against all medications
  ///   - kernels: whether the kernels get memory of their own
  /// - Throws: `BenchError.option` for a shape that cannot be measured, `BenchError.memory` for one that has no place here.
  init(
    _ options: BenchOptions, molecules: BenchMolecules, visits: Int, processes: Int = 1, scored: Int = 0,
    kernels: Bool = false
  ) throws {
    try options.check(visits: visits)
    var need = MemoryNeed(options, molecules: molecules, visits: visits, processes: processes, scored: scored)
    if kernels { need.addKernels(options, molecules: molecules) }
    try need.check()
    self.visits = visits
    let random = CounterRandom(seed: UInt64(options.seed), stream: RandomDomain.other.stream(named: "bench.data"))
    self.random = random
    let medications = molecules.medicationCount
    job = TrainingJob(
      config: options.config, medicationCount: medications, trainingVisits: (0..<Int32(visits)).map { $0 },
      inputs: .nlaMMR(
        NLAMMRInputs(
          width: options.dEnc,
          medicationTexts: (0..<(medications * options.dEnc)).map { Self.value(random, UInt64($0)) },
          molecules: molecules.batch, moleculesOfMedications: molecules.moleculesOfMedications)))
  }

  /// Uniform with the standard deviation of the embeddings that the reference draws, 0.3.
  private static func value(_ random: CounterRandom, _ index: UInt64) -> Float {
    (Float(random.word(index)) * 0x1p-32 - 0.5) * 1.0392305
  }

  /// Appends a rank's patients: every `world`-th one.
  func append(rank: Int, world: Int, patients: Range<Int>, to table: inout VisitTable) {
    let floats = VisitTable.Text.allCases.count * job.inputs.textWidth
    var features = [Float](repeating: 0, count: floats)
    for patient in patients where patient % world == rank {
      let first = patient * Self.visitsPerPatient
      for visit in first..<min(first + Self.visitsPerPatient, visits) {
        let base = UInt64(visit + 1) << 32
        for index in 0..<floats { features[index] = Self.value(random, base + UInt64(index)) }
        let labels = (0..<Int32(job.medicationCount)).filter {
          $0 == 0 || Double(random.word(base + UInt64(floats) + UInt64($0))) * 0x1p-32 < Self.labelRate
        }
        features.withUnsafeBufferPointer {
          table.append(
            visit: Int32(visit), ordinal: Int32(visit - first), split: Split.train.rawValue, labels: labels,
            features: $0)
        }
      }
    }
  }

  var patients: Int { (visits + Self.visitsPerPatient - 1) / Self.visitsPerPatient }

  /// All visits in one table.
  func table() -> VisitTable {
    var table = VisitTable(width: job.inputs.textWidth)
    table.reserve(rows: visits)
    append(rank: 0, world: 1, patients: 0..<patients, to: &table)
    return table
  }
}
