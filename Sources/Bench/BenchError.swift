import Reports

/// A benchmark cannot be run as asked.
public enum BenchError: Error, Equatable, CustomStringConvertible {
  /// An option outside what can be measured here.
  case option(name: String, value: String, expected: String)
  /// A file of molecules that cannot be used.
  case molecules(file: String, reason: String)
  /// Sizes that this machine has no memory for; bytes, and the largest share of them.
  case memory(needed: Double, available: Double, most: String, share: Double, options: String)
  /// Worker processes that were too quick to be timed.
  case tooFewReports(steps: Int)

  public var description: String {
    switch self {
    case .option(let name, let value, let expected): "--\(name) is \(value); expected \(expected)"
    case .molecules(let file, let reason):
      "\(file) is not a file of molecules: \(reason); expected {\"CODE\": [\"SMILES\", …], …}"
    case .memory(let needed, let available, let most, let share, let options):
      "the benchmark takes about \(Self.gibibytes(needed)) of memory, of which \(Self.gibibytes(share)) for the \(most), "
        + "but \(Self.gibibytes(available)) are free here; give a smaller \(options)"
    case .tooFewReports(let steps):
      "\(steps) steps end before the workers have reported twice (every 0.1 s); give more --steps"
    }
  }

  private static func gibibytes(_ bytes: Double) -> String { "\(NumberText.fixed(bytes / 0x1p30, 1)) GiB" }
}
