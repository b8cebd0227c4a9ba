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
  struct Map { var rows, inputs, outputs, gradients: Int }

  /// The linear maps outside the molecule encoder.
  var maps: [Map] {
    let (b, d, k, s) = (options.batch, options.dEnc, options.dK, options.dS)
    return [
      Map(rows: b, inputs: d, outputs: k, gradients: 0),  // fusion query: the joined text is data
      Map(rows: 3 * b, inputs: d, outputs: k, gradients: 0),  // fusion keys
      Map(rows: b, inputs: 2 * d, outputs: d, gradients: d),  // patient: half of its input is data
      Map(rows: b, inputs: d, outputs: k, gradients: d),  // history query
      Map(rows: b * options.history, inputs: d, outputs: k, gradients: 0),  // history keys
      Map(rows: b, inputs: d, outputs: k, gradients: d),  // history output
      Map(rows: b, inputs: d, outputs: k, gradients: d),  // patient projection
      Map(rows: b, inputs: k, outputs: k, gradients: k),
      Map(rows: medications, inputs: d + s, outputs: k, gradients: s),  // medications: their texts are data
      Map(rows: medications, inputs: k, outputs: k, gradients: k),
    ]
  }

  public func cost(_ stage: StepCost.Stage) -> StepCost {
    let float = Double(MemoryLayout<Float>.stride)
    let (a, e, s, p) = (Double(atoms), Double(edges), Double(options.dS), Double(parameters))
    let layers = Double(options.layers)
    // The first layer computes the same for atoms with the same neighbourhood; dropout at its end tells them apart.
    let rows = (layers - 1) * a + Double(neighbourhoods)
    var cost = StepCost()
    switch stage {
    case .clear:
      cost = StepCost(bytes: float * p)
    case .ginForward:
      // One layer at a time is at work: h, message, lin1 (2 S), lin2, the layer's result.
      cost = StepCost(
        flops: 8 * rows * s * s + 3 * layers * e * s, bytes: float * 9 * rows * s, working: float * 6 * a * s)
    case .ginBackward:
      // The same again as gradients.
      cost = StepCost(
        flops: 16 * rows * s * s + 3 * layers * e * s, bytes: float * 19 * rows * s, working: float * 12 * a * s)
    case .restForward:
      for map in maps {
        let (rows, inputs, outputs) = (Double(map.rows), Double(map.inputs), Double(map.outputs))
        cost += StepCost(
          flops: 2 * rows * inputs * outputs, bytes: float * (inputs * outputs + rows * (inputs + outputs)))
      }
      cost += logits(products: 1)
    case .restBackward:
      for map in maps {
        let (rows, inputs, outputs) = (Double(map.rows), Double(map.inputs), Double(map.outputs))
        let needed = Double(map.gradients)
        cost += StepCost(
          flops: 2 * rows * outputs * (inputs + needed),
          // dW written, W read where dx is needed, x and dy read, dx written.
          bytes: float * (inputs * outputs + needed * outputs + rows * (inputs + outputs + needed)))
      }
      cost += logits(products: 2)
    case .adam:
      // Reads w, g, m, v; writes w, m, v.
      cost = StepCost(flops: 14 * p, bytes: float * 7 * p, working: float * 4 * p)
    }
    return cost
  }

  private func logits(products: Double) -> StepCost {
    let (b, m, k) = (Double(options.batch), Double(medications), Double(options.dK))
    return StepCost(flops: products * 2 * b * m * k, bytes: 4 * (products * (b + m) * k + b * m))
  }
}
