import TensorCore

/// Which symptoms and herbs occur together: three graphs, both directions of every edge, no loops.
package struct CooccurrenceGraph: Equatable {
  /// How often two must occur together to be neighbours. The graphs in KDHR's repository are exactly these numbers over
  /// all 33,765 rows of TCM-PD, test rows included.
  package struct Thresholds: Equatable {
    var symptoms, herbs, mixed: Int

    package init(symptoms: Int = 5, herbs: Int = 40, mixed: Int = 1) {
      self.symptoms = symptoms
      self.herbs = herbs
      self.mixed = mixed
    }
  }

  package struct Edges: Equatable {
    package var source: [Int32] = []
    /// Ascending.
    package var target: [Int32] = []

    /// One over the number of neighbours of each edge's target: weights of a mean.
    func shares<Element: TensorElement>(nodes: Int, as type: Element.Type) -> [Element] {
      var counts = [Int](repeating: 0, count: nodes)
      for node in target { counts[Int(node)] += 1 }
      return target.map { Element(1 / Double(counts[Int($0)])) }
    }
  }

  /// Among symptoms, and among herbs (each numbered from 0).
  package let symptoms, herbs: Edges
  /// Between them: symptoms 0..<n_s, herbs behind them.
  package let mixed: Edges

  package init(_ data: HerbData, rows: some Collection<Int>, thresholds: Thresholds = Thresholds()) {
    let (ns, nh) = (data.symptomCount, data.herbCount)
    func within(_ sets: SetRows, _ threshold: Int) -> Edges {
      let counts = Cooccurrence.pairs(within: sets, rows: rows)
      var edges = Edges()
      for index in counts.indices where counts[index] >= max(1, threshold) {
        edges.target.append(Int32(index / sets.bound))
        edges.source.append(Int32(index % sets.bound))
      }
      return edges
    }
    symptoms = within(data.symptoms, thresholds.symptoms)
    herbs = within(data.herbs, thresholds.herbs)
    let pairs = Cooccurrence(data, rows: rows).pairs
    var edges = Edges()
    func add(_ symptom: Int, _ herb: Int, target: Int, source: Int) {
      guard pairs[symptom * nh + herb] >= max(1, thresholds.mixed) else { return }
      edges.target.append(Int32(target))
      edges.source.append(Int32(source))
    }
    for symptom in 0..<ns { for herb in 0..<nh { add(symptom, herb, target: symptom, source: ns + herb) } }
    for herb in 0..<nh { for symptom in 0..<ns { add(symptom, herb, target: ns + herb, source: symptom) } }
    mixed = edges
  }
}

/// A graph as constants of an operation: y[t] = Σ over the neighbours of weight · x.
struct GraphProduct<Element: TensorElement> {
  private let source, target: RowIndex
  private let weights: Tensor<Element>

  /// - Parameter isMean: the mean of the neighbours instead of the sum; 0 for a node without any
  init(_ edges: CooccurrenceGraph.Edges, nodes: Int, isMean: Bool) throws {
    source = try RowIndex(edges.source, bound: nodes)
    target = try RowIndex(edges.target, bound: nodes)
    weights =
      isMean
      ? try Tensor(edges.shares(nodes: nodes, as: Element.self), [edges.source.count])
      : Tensor.full(1, [edges.source.count])
  }

  /// - Shape: `[nodes, D]` → `[nodes, D]`
  func callAsFunction(_ x: Tensor<Element>) throws(ShapeError) -> Tensor<Element> {
    try Tensor.edgeSum(x, weights: weights, source: source, target: target)
  }
}
