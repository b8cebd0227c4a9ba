import Training

/// A table or figure of a paper, as rows that are trained here beside rows that are quoted.
public struct Experiment: Sendable {
  /// `fmchs-table1`
  public let name: String
  public let title: String
  /// Names of the metrics, as in `ModelFamily.validationMetrics`.
  public let metrics: [String]
  public let rows: [Row]

  public struct Row: Sendable {
    public let label: String
    public let kind: Kind
  }

  public enum Kind: Sendable {
    /// Quoted from a paper, in the order of the experiment's metrics; nothing is computed.
    case published([Double])
    /// A baseline of that name (`HerbBaselines`).
    case baseline(String)
    /// A run with these settings over the experiment's configuration.
    case run([String])
  }

  /// How many of its rows depend on a seed.
  public var trainedRows: Int {
    rows.count { row in
      if case .published = row.kind { return false }
      return true
    }
  }
}

extension Experiment {
  /// All experiments that there are.
  public static let all = [table1, table2, figure2]

  private static let nine = ModelFamily.fmchs.validationMetrics

  /// FMCHS, Table 1: all methods on TCM-PD.
  private static let table1 = Experiment(
    name: "fmchs-table1", title: "FMCHS, Table 1: methods on the test split", metrics: nine,
    rows: [
      Row(
        label: "LinkLDA", kind: .published([0.2040, 0.1393, 0.1656, 0.1624, 0.2187, 0.1864, 0.1222, 0.3278, 0.1780])),
      Row(
        label: "BlockLDA", kind: .published([0.2130, 0.1444, 0.1721, 0.1691, 0.2292, 0.1946, 0.1256, 0.3445, 0.1841])),
      Row(
        label: "Link-PLSA-LDA",
        kind: .published([0.2059, 0.1432, 0.1689, 0.1651, 0.2264, 0.1910, 0.1238, 0.3350, 0.1808])),
      Row(label: "PTM", kind: .published([0.2121, 0.1401, 0.1688, 0.1698, 0.2221, 0.1924, 0.1288, 0.3364, 0.1863])),
      Row(label: "KDHR", kind: .published([0.2138, 0.1510, 0.1770, 0.1660, 0.2284, 0.1922, 0.1251, 0.3414, 0.1832])),
      Row(label: "TCMPR", kind: .published([0.1833, 0.1338, 0.1547, 0.1447, 0.2127, 0.1722, 0.1151, 0.3351, 0.1713])),
      Row(
        label: "PresRecST", kind: .published([0.2238, 0.1512, 0.1805, 0.1749, 0.2338, 0.2001, 0.1290, 0.3465, 0.1879])),
      Row(label: "FMCHS", kind: .published([0.2436, 0.1698, 0.2001, 0.1972, 0.2737, 0.2292, 0.1451, 0.3968, 0.2125])),
      Row(label: "herb popularity", kind: .baseline("popularity")),
      Row(label: "conditional frequency", kind: .baseline("conditional-mean")),
      Row(label: "naive Bayes", kind: .baseline("naive-bayes")),
      Row(label: "logistic regression", kind: .baseline("logistic-regression")),
      Row(label: "MLP", kind: .baseline("mlp")),
      Row(label: "KDHR", kind: .baseline("kdhr")),
      Row(label: "KDHR, graphs of all rows (leak)", kind: .baseline("kdhr-all-rows")),
      Row(label: "PresRecST", kind: .baseline("presrecst")),
      Row(label: "PresRecST, also on validation rows", kind: .baseline("presrecst-with-validation")),
      Row(label: "FMCHS", kind: .run([])),
    ])

  /// FMCHS, Table 2: its parts, one after the other.
  private static let table2 = Experiment(
    name: "fmchs-table2", title: "FMCHS, Table 2: HABRM (1), MMGE (2), GELRAM (3) on the test split",
    metrics: Array(nine.prefix(6)),
    rows: [
      Row(label: "FMCHS1", kind: .published([0.2363, 0.1615, 0.1919, 0.1862, 0.2516, 0.2140])),
      Row(label: "FMCHS1+2", kind: .published([0.2398, 0.1657, 0.1960, 0.1883, 0.2550, 0.2166])),
      Row(label: "FMCHS1+2+3", kind: .published([0.2436, 0.1698, 0.2001, 0.1972, 0.2737, 0.2292])),
      Row(label: "FMCHS1", kind: .run(["mmge=false", "gelram=false"])),
      Row(label: "FMCHS1+2", kind: .run(["gelram=false"])),
      Row(label: "FMCHS1+2+3", kind: .run([])),
    ])

  /// FMCHS, Figure 2: with and without the auto-encoder's loss. The paper draws bars and gives no numbers.
  private static let figure2 = Experiment(
    name: "fmchs-fig2", title: "FMCHS, Figure 2: with and without FCRL on the test split",
    metrics: ["p5", "p10", "p20"],
    rows: [
      Row(label: "with FCRL", kind: .run([])),
      Row(label: "without FCRL", kind: .run(["fcrl_weight=0"])),
    ])
}
