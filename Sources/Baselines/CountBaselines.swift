#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Every row gets the same ranking: q_h, the share of training rows with herb h.
public struct PopularityBaseline: HerbBaseline {
  public static let name = "popularity"
  public var summary: String { "herbs by how often they are prescribed" }

  public init() {}

  public func fit(
    _ data: HerbData, seed: UInt64, progress: (BaselineEpoch) throws -> Void
  ) throws -> BaselineFit {
    let counts = Cooccurrence(data, rows: data.train)
    let shares = (0..<data.herbCount).map(counts.share)
    return .counted(data, parameters: data.herbCount, base: shares, table: [], isMean: false)
  }
}

/// Mean over the row's symptoms of P(h | s) = (C_sh + a q_h) / (n_s + a), with C_sh the training rows that have both, n_s
/// those with the symptom and q_h the share with the herb. A row without symptoms gets q_h.
public struct ConditionalMeanBaseline: HerbBaseline {
  public static let name = "conditional-mean"
  /// a: how many rows the prior counts as.
  public let smoothing: Double
  public var summary: String { "mean over the symptoms of P(herb | symptom), smoothed by \(smoothing)" }

  public init(smoothing: Double = 1) { self.smoothing = smoothing }

  public func fit(
    _ data: HerbData, seed: UInt64, progress: (BaselineEpoch) throws -> Void
  ) throws -> BaselineFit {
    let counts = Cooccurrence(data, rows: data.train)
    return .counted(
      data, parameters: data.symptomCount * data.herbCount, base: (0..<data.herbCount).map(counts.share),
      table: try counts.conditionals(smoothing: smoothing), isMean: true)
  }
}

/// log(q_h + ε) + Σ over the row's symptoms of log(P(h | s) / (q_h + ε) + ε), with P as in `ConditionalMeanBaseline` and
/// ε = 1e-9.
public struct NaiveBayesBaseline: HerbBaseline {
  public static let name = "naive-bayes"
  /// a: how many rows the prior counts as. 1 and 5 rank the validation rows of TCM-PD as well as 20.
  public let smoothing: Double
  public var summary: String { "log P(herb) + sum of log P(herb | symptom) / P(herb), smoothed by \(smoothing)" }

  public init(smoothing: Double = 20) { self.smoothing = smoothing }

  public func fit(
    _ data: HerbData, seed: UInt64, progress: (BaselineEpoch) throws -> Void
  ) throws -> BaselineFit {
    let counts = Cooccurrence(data, rows: data.train)
    let epsilon = 1e-9
    var table = try counts.conditionals(smoothing: smoothing)
    for index in table.indices {
      table[index] = log(table[index] / (counts.share(index % data.herbCount) + epsilon) + epsilon)
    }
    return .counted(
      data, parameters: table.count, base: (0..<data.herbCount).map { log(counts.share($0) + epsilon) }, table: table,
      isMean: false)
  }
}

extension Cooccurrence {
  /// (C_sh + a q_h) / (n_s + a), `[symptoms, herbs]`
  func conditionals(smoothing: Double) throws(BaselineError) -> [Double] {
    guard smoothing > 0, smoothing.isFinite else {
      throw .badSetting("a smoothing of \(smoothing) rows means nothing; a number above 0 is needed")
    }
    return pairs.indices.map { index in
      let (symptom, herb) = (index / herbs.count, index % herbs.count)
      return (Double(pairs[index]) + smoothing * share(herb)) / (Double(symptoms[symptom]) + smoothing)
    }
  }
}

extension BaselineFit {
  /// Scores of a baseline made of counts: base + Σ over the symptoms of the table's rows, or, as a mean, the mean of the
  /// table's rows, and base for a row without symptoms.
  fileprivate static func counted(
    _ data: HerbData, parameters: Int, base: [Double], table: [Double], isMean: Bool
  ) -> BaselineFit {
    func scores(_ rows: [Int]) -> [Float] {
      var scores: [Float] = []
      scores.reserveCapacity(rows.count * base.count)
      var sums = base
      for row in rows {
        let symptoms = table.isEmpty ? [] : data.symptoms[row]
        for herb in base.indices { sums[herb] = isMean && !symptoms.isEmpty ? 0 : base[herb] }
        for symptom in symptoms {
          let start = Int(symptom) * base.count
          for herb in base.indices { sums[herb] += table[start + herb] }
        }
        let divisor = isMean && !symptoms.isEmpty ? Double(symptoms.count) : 1
        for sum in sums { scores.append(Float(sum / divisor)) }
      }
      return scores
    }
    return BaselineFit(
      validation: scores(data.validation), test: scores(data.test), bestEpoch: nil, epochs: [], parameters: parameters)
  }
}
