import Baselines
import Foundation
import Layers
import Random
import TensorCore
import Testing

/// Networks against the same networks in torch, both in float64 (tools/golden_baselines.py).
@Suite struct NetworkGoldenTests {
  struct Expected: Decodable {
    let loss: Double
    let evaluated: [Double]
    let gradients: [String: Double]
  }

  let data: HerbData
  let expected: [String: Expected]

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/torch.json")
    expected = try JSONDecoder().decode([String: Expected].self, from: Data(contentsOf: file))
    let symptoms = [[0], [1, 2], [0, 3], [2], [3, 1, 0], [4], [2, 4], [1]]
    let herbs = [[0, 1], [1, 2, 5], [0, 3], [2, 5], [3, 4, 0], [6], [5, 2], [1, 2]]
    // A ninth row that nobody learns from.
    data = try HerbData(
      symptoms: SetRows(symptoms + [[0]], bound: 5, of: "symptoms"),
      herbs: SetRows(herbs + [[6]], bound: 7, of: "herbs"),
      properties: (0..<21).map { ($0 / 3 * 5 + $0 % 3 * 3) % 4 == 0 ? 1 : 0 }, train: Array(0..<8), validation: [8],
      test: [])
  }

  private func make(
    _ name: String, _ store: ParameterStore<Double>
  ) throws -> any HerbNetwork<Double> {
    switch name {
    case "kdhr":
      let graph = CooccurrenceGraph(
        data, rows: data.train, thresholds: CooccurrenceGraph.Thresholds(symptoms: 1, herbs: 2, mixed: 1))
      return try KDHRNetwork(data, graph: graph, width: 4, hidden: 6, in: store.scope)
    case "presrecst": return try PresRecSTNetwork(data, width: 4, syndromes: 3, treatments: 2, in: store.scope)
    default: return try MLPNetwork(data, width: 6, dropout: 0, in: store.scope)
    }
  }

  private func check<N: HerbNetwork<Double>>(
    _ network: N, _ store: ParameterStore<Double>, _ expected: Expected
  ) throws {
    for entry in store.entries {
      let c = entry.name.utf8.reduce(0) { $0 + Int($1) } % 17
      for (index, place) in entry.range.enumerated() {
        let isScale = entry.name.contains("norm") && entry.name.hasSuffix("weight")
        store.values[place] = 0.5 * sin(0.7 * Double(index + 1) + Double(c)) + (isScale ? 1 : 0)
      }
    }
    let trainer = BaselineTrainer(
      network: network, store: store, data: data, recipe: TrainingRecipe(learningRate: 1, batch: 8, epochs: 1),
      seed: 0, rows: data.train)
    let loss = try trainer.gradients(data.train[...], DropoutStep(seed: 0, step: 0))
    #expect(abs(loss - expected.loss) < 1e-12)
    #expect(Set(store.entries.map(\.name)) == Set(expected.gradients.keys))
    for entry in store.entries {
      let sum = entry.range.enumerated().reduce(0.0) { $0 + store.gradients[$1.element] * cos(Double($1.offset)) }
      let reference = try #require(expected.gradients[entry.name])
      #expect(abs(sum - reference) < 1e-12 * max(1, abs(reference)), "\(entry.name): \(sum), expected \(reference)")
    }
    store.commitStatistics()
    let scores = try trainer.scores(data.train).scores
    #expect(scores.count == expected.evaluated.count)
    // Scores leave as Float.
    for (a, b) in zip(scores, expected.evaluated) { #expect(abs(Double(a) - b) < 1e-6 * max(1, abs(b))) }
  }

  @Test(
    "loss, gradients of every weight and evaluation are torch's", arguments: ["kdhr", "presrecst", "mlp"])
  func golden(name: String) throws {
    let store = ParameterStore<Double>(seed: 1)
    try check(make(name, store), store, #require(expected[name]))
  }

  @Test("gradients are the slopes of the loss", arguments: ["kdhr", "presrecst", "mlp", "logistic-regression"])
  func slopes(name: String) throws {
    let store = ParameterStore<Double>(seed: 3)
    let network: any HerbNetwork<Double> =
      name == "logistic-regression" ? try LogisticRegressionNetwork(data, in: store.scope) : try make(name, store)
    try checkSlopes(network, store)
  }

  private func checkSlopes<N: HerbNetwork<Double>>(_ network: N, _ store: ParameterStore<Double>) throws {
    let trainer = BaselineTrainer(
      network: network, store: store, data: data, recipe: TrainingRecipe(learningRate: 1, batch: 8, epochs: 1),
      seed: 0, rows: data.train)
    let step = DropoutStep(seed: 0, step: 0)
    _ = try trainer.gradients(data.train[...], step)
    let gradients = Array(store.gradients)
    for entry in store.entries {
      for place in stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: 5) {
        let (start, h) = (store.values[place], 1e-6)
        store.values[place] = start + h
        let up = try trainer.gradients(data.train[...], step)
        store.values[place] = start - h
        let down = try trainer.gradients(data.train[...], step)
        store.values[place] = start
        let slope = (up - down) / (2 * h)
        #expect(abs(gradients[place] - slope) < 1e-7 * max(1, abs(slope)), "\(entry.name) \(place)")
      }
    }
  }
}
