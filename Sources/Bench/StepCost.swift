/// Operations and bytes that a part of a step cannot do without, from its shape (docs/performance.md has the formulas).
public struct StepCost: Equatable, Sendable {
  public enum Stage: String, CaseIterable, Encodable, Sendable {
    case clear = "clear gradients"
    case ginForward = "GIN forward"
    case restForward = "rest forward"
    case restBackward = "rest backward"
    case ginBackward = "GIN backward"
    case adam = "Adam"
  }

  public var flops = 0.0
  /// Bytes moved, and bytes of the memory they lie in (which decides how fast they can be moved).
  public var bytes = 0.0
  public var working: Double

  /// - Parameter working: nil: as many as are moved.
  init(flops: Double = 0, bytes: Double = 0, working: Double? = nil) {
    (self.flops, self.bytes, self.working) = (flops, bytes, working ?? bytes)
  }

  static func += (cost: inout StepCost, other: StepCost) {
    cost.flops += other.flops
    cost.bytes += other.bytes
    cost.working += other.working
  }
}

/// The shape that decides the costs.
public struct StepShape: Sendable {
  /// A atoms, U distinct ones with their neighbours, E directed edges, M medications, P parameters: the letters of
  /// docs/performance.md.
  public var atoms, neighbourhoods, edges, medications, parameters: Int
  public var options: BenchOptions

  public init(
    atoms: Int, neighbourhoods: Int, edges: Int, medications: Int, parameters: Int, options: BenchOptions
  ) {
    (self.atoms, self.neighbourhoods, self.edges) = (atoms, neighbourhoods, edges)
    (self.medications, self.parameters) = (medications, parameters)
    self.options = options
  }

  /// One linear map: rows, inputs, outputs, and for how many of its inputs a gradient is needed.
  struct Map {
    var rows, inputs, outputs, gradients: Int
    /// A layer of the patient side, whose weight gradient may be formed while Adam runs.
    var isPatients = true

    /// Whether its factors (x and dy) are no larger than its weights: then they travel, and Adam forms dW from them.
    var isFactored: Bool { isPatients && rows * (inputs + outputs) <= inputs * outputs }
  }

  /// The linear maps outside the molecule encoder.
  var maps: [Map] {
    let (b, d, k, s) = (options.batch, options.dEnc, options.dK, options.dS)
    return [
      Map(rows: b, inputs: d, outputs: k, gradients: 0),  // fusion query: the joined text is data
      Map(rows: b, inputs: k, outputs: d, gradients: k),  // the query through the fusion's key weights
      Map(rows: b, inputs: 2 * d, outputs: d, gradients: d),  // patient: half of its input is data
      Map(rows: b, inputs: d, outputs: k, gradients: d),  // history query
      Map(rows: b, inputs: k, outputs: d, gradients: k),  // the query through the history's key weights
      Map(rows: b, inputs: d, outputs: k, gradients: d),  // history output
      Map(rows: b, inputs: d, outputs: k, gradients: d),  // patient projection
      Map(rows: b, inputs: k, outputs: k, gradients: k),
      // Medications: their texts are data.
      Map(rows: medications, inputs: d + s, outputs: k, gradients: s, isPatients: false),
      Map(rows: medications, inputs: k, outputs: k, gradients: k, isPatients: false),
    ]
  }

  public func cost(_ stage: StepCost.Stage) -> StepCost {
    let float = Double(MemoryLayout<Float>.stride)
    let (a, e, s) = (Double(atoms), Double(edges), Double(options.dS))
    let layers = Double(options.layers)
    // The first layer computes the same for atoms with the same neighbourhood; dropout at its end tells them apart.
    let rows = (layers - 1) * a + Double(neighbourhoods)
    switch stage {
    case .clear:
      return StepCost(bytes: float * accumulated)
    case .ginForward:
      // One layer at a time is at work: h, message, lin1 (2 S), lin2, the layer's result.
      return StepCost(
        flops: 8 * rows * s * s + 3 * layers * e * s, bytes: float * 9 * rows * s, working: float * 6 * a * s)
    case .ginBackward:
      // The same again as gradients.
      return StepCost(
        flops: 16 * rows * s * s + 3 * layers * e * s, bytes: float * 19 * rows * s, working: float * 12 * a * s)
    case .restForward:
      var cost = logits(products: 1)
      for map in maps {
        let (rows, inputs, outputs) = (Double(map.rows), Double(map.inputs), Double(map.outputs))
        cost += StepCost(
          flops: 2 * rows * inputs * outputs, bytes: float * (inputs * outputs + rows * (inputs + outputs)))
      }
      return cost
    case .restBackward:
      var cost = logits(products: 2)
      for map in maps {
        let (rows, inputs, outputs) = (Double(map.rows), Double(map.inputs), Double(map.outputs))
        let needed = Double(map.gradients)
        // W and dy read for dx, dx written; dW from x and dy unless Adam forms it.
        cost += StepCost(
          flops: 2 * rows * outputs * needed, bytes: float * (needed * outputs + rows * (outputs + needed)))
        if !map.isFactored {
          cost += StepCost(flops: 2 * rows * outputs * inputs, bytes: float * (inputs * outputs + rows * inputs))
        }
      }
      return cost
    case .adam:
      // Reads w, m, v and writes them; reads the gradients that were added up, forms the others.
      let p = Double(parameters)
      var cost = StepCost(
        flops: 14 * p, bytes: float * (6 * p + accumulated), working: float * (3 * p + accumulated))
      for map in maps where map.isFactored {
        cost.flops += 2 * Double(map.rows) * Double(map.inputs) * Double(map.outputs)
      }
      return cost
    }
  }

  /// Weights whose gradients are added up in memory.
  private var accumulated: Double {
    Double(parameters) - maps.filter(\.isFactored).reduce(0) { $0 + Double($1.inputs) * Double($1.outputs) }
  }

  private func logits(products: Double) -> StepCost {
    let (b, m, k) = (Double(options.batch), Double(medications), Double(options.dK))
    return StepCost(flops: products * 2 * b * m * k, bytes: 4 * (products * (b + m) * k + b * m))
  }
}
