import TensorCore

/// One step of a gated recurrent unit (torch's GRUCell); all parameters from U(±1/√H).
/// Names: weight_ih `[3 H, I]`, weight_hh `[3 H, H]`, bias_ih `[3 H]`, bias_hh `[3 H]`; with a suffix where given.
public struct GRUCell<Element: TensorElement> {
  public let inputWeight, hiddenWeight: Parameter<Element>
  public let inputBias, hiddenBias: Parameter<Element>
  public let width: Int

  /// - Parameter suffix: put behind the names: "_l0" for torch's first GRU layer
  public init(
    _ inputs: Int, _ width: Int, suffix: String = "", in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    let start = Initializer.uniformFanIn(width)
    inputWeight = try scope.parameter("weight_ih" + suffix, [3 * width, inputs], start)
    hiddenWeight = try scope.parameter("weight_hh" + suffix, [3 * width, width], start)
    inputBias = try scope.parameter("bias_ih" + suffix, [3 * width], start)
    hiddenBias = try scope.parameter("bias_hh" + suffix, [3 * width], start)
    self.width = width
  }

  /// The input's share of the gates, for any number of steps at once. - Shape: x `[..., I]` → `[..., 3 H]`
  public func gates(_ x: Tensor<Element>) throws(ShapeError) -> Tensor<Element> {
    try x.linear(inputWeight, bias: inputBias)
  }

  /// - Shape: gates of the input `[B, 3 H]`, state `[B, H]` → the next state `[B, H]`
  public func step(gates: Tensor<Element>, _ hidden: Tensor<Element>) throws(ShapeError) -> Tensor<Element> {
    try Tensor.gru(input: gates, recurrent: hidden.linear(hiddenWeight, bias: hiddenBias), hidden: hidden)
  }

  /// - Shape: x `[B, I]`, state `[B, H]` → the next state `[B, H]`
  public func callAsFunction(
    _ x: Tensor<Element>, _ hidden: Tensor<Element>
  ) throws(ShapeError) -> Tensor<Element> {
    try step(gates: gates(x), hidden)
  }
}

/// A gated recurrent unit over sequences (torch's GRU, batch first, one direction). A second layer is a second GRU in the
/// same scope with `layer: 1`. Names: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0.
public struct GRU<Element: TensorElement> {
  public let cell: GRUCell<Element>

  public init(
    _ inputs: Int, _ width: Int, layer: Int = 0, in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    cell = try GRUCell(inputs, width, suffix: "_l\(layer)", in: scope)
  }

  /// - Shape: x `[B, T, I]`, first state `[B, H]` (0 when nil) → outputs `[B, T, H]`, last state `[B, H]`
  /// - Parameter lengths: steps of each item, where sequences are padded: outputs behind them are 0, and the last state
  ///   is the one at the end of the item (torch's packed sequences)
  public func callAsFunction(
    _ x: Tensor<Element>, initial: Tensor<Element>? = nil, lengths: [Int]? = nil
  ) throws(ShapeError) -> (outputs: Tensor<Element>, last: Tensor<Element>) {
    try ShapeError.requireItems(x, "GRU")
    let (items, steps) = (x.shape[0], x.shape[1])
    if let lengths {
      guard lengths.count == items else {
        throw .mismatch("GRU", expected: "a length for each of \(items) items", got: "\(lengths.count)")
      }
      for (item, length) in lengths.enumerated() where length < 0 || length > steps {
        throw .index("GRU lengths", position: item, value: length, bound: steps + 1)
      }
    }
    var state = initial ?? .zeros([items, cell.width])
    guard steps > 0 else { return (.zeros([items, 0, cell.width]), state) }
    let gates = try cell.gates(x)
    var outputs: [Tensor<Element>] = []
    for t in 0..<steps {
      let next = try cell.step(gates: gates.selected(axis: 1, t), state)
      guard let lengths, lengths.contains(where: { $0 <= t }) else {
        state = next
        outputs.append(next)
        continue
      }
      let runs = try Tensor<Element>(lengths.map { $0 > t ? 1 : 0 }, [items])
      let rests = try Tensor<Element>(lengths.map { $0 > t ? 0 : 1 }, [items])
      let output = try next.multiplied(column: runs)
      state = try output + state.multiplied(column: rests)
      outputs.append(output)
    }
    return (try Tensor.concatenated(outputs).reshaped([items, steps, cell.width]), state)
  }
}
