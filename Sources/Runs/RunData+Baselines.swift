import Baselines
import Metrics
import Records
import Training

extension RunData {
  /// The prescriptions as baselines read them.
  public func herbData() throws -> HerbData {
    func sets(_ kind: CodeKind) throws -> SetRows {
      let lists = cohort.lists[kind] ?? CodeLists(offsets: Array(repeating: 0, count: cohort.visitCount + 1))
      return try SetRows(
        offsets: lists.offsets, items: lists.indices, bound: cohort.vocabulary(kind).count, of: "\(kind.rawValue)s")
    }
    let properties = cohort.medicationProperties.map { $0.values.map(Float.init) } ?? []
    return try HerbData(
      symptoms: sets(.symptom), herbs: sets(.medication), properties: properties, train: visits(in: .train),
      validation: visits(in: .validation), test: visits(in: .test))
  }

  /// What counting alone reaches on a split, in the order of a table; empty for the training split.
  public func countedBaselines(_ split: Split) throws -> [(name: String, metrics: RankingMetricSet)] {
    guard split != .train else { return [] }
    let data = try herbData()
    let labels = try labels(ofVisits: visits(in: split))
    return try [PopularityBaseline.name, ConditionalMeanBaseline.name, NaiveBayesBaseline.name].map { name in
      let fit = try HerbBaselines.named(name).fit(data, seed: 0) { _ in }
      return (name, try RankingMetricSet(labels: labels, scores: split == .test ? fit.test : fit.validation))
    }
  }
}
