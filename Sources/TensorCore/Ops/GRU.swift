extension Tensor {
  /// The gates of a gated recurrent unit (Cho et al., 2014, in torch's form), after its two linear maps a = W x + b and
  /// c = U h + d: r = σ(a_r + c_r), z = σ(a_z + c_z), n = tanh(a_n + r ⊙ c_n), h′ = (1 − z) ⊙ n + z ⊙ h.
  /// - Shape: input a and recurrent c `[B, 3 H]` in the order r, z, n; hidden h `[B, H]` → `[B, H]`
  /// - Gradient: da_n = dy (1 − z)(1 − n²), da_z = dy (h − n) z (1 − z), da_r = da_n c_n r (1 − r); dc = da but
  ///   dc_n = r da_n; dh = z dy
  public static func gru(input: Tensor, recurrent: Tensor, hidden: Tensor) throws(ShapeError) -> Tensor {
    let (rows, width) = (hidden.shape.rows, hidden.shape.last)
    let gated = Shape([rows, 3 * width])
    try ShapeError.require(
      hidden.shape.rank == 2 && input.shape == gated && recurrent.shape == gated, "gru",
      expected: "gates of \(gated) for a state of \(hidden.shape)", got: "\(input.shape) and \(recurrent.shape)")
    let (c, h) = (recurrent.storage, hidden.storage)
    let (y, gates) = (Storage<Element>(rows * width), Storage<Element>(3 * rows * width))
    K.gru(
      input: input.storage.pointer, recurrent: c.pointer, h.pointer, y.base, gates: gates.base, rows: rows,
      width: width)
    return record(y, hidden.shape, [input, recurrent, hidden]) { dy, inputs in
      let (da, dc) = (Storage<Element>(gates.count), Storage<Element>(gates.count))
      let dh = Storage<Element>(dy.count)
      K.gruGradient(
        recurrent: c.pointer, h.pointer, gates: gates.pointer, dy.pointer, dInput: da.base, dRecurrent: dc.base,
        dh: dh.base, rows: rows, width: width)
      inputs[0]?.add(da)
      inputs[1]?.add(dc)
      inputs[2]?.add(dh)
    }
  }
}
