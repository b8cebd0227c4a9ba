import TensorCore
import Testing

@Suite struct BFloat16LinearTests {
  @Test("packed weights give what the operations give, in any pieces", arguments: [(64, 128), (5, 3), (17, 33)])
  func pieces(inputs: Int, outputs: Int) throws {
    let rows = 101
    let (x, w): (Tensor<Float>, Tensor<Float>) = (try normal([rows, inputs], 1), try normal([outputs, inputs], 2))
    let dy: Tensor<Float> = try normal([rows, outputs], 3)
    try ProductPrecision.$current.withValue(.bfloat16(.plain)) {
      let (xLeaf, wLeaf) = (x.requiringGradient(), w.requiringGradient())
      let y = try xLeaf.linear(weight: wLeaf)
      try y.backward(from: dy)
      let (xs, ws, dys) = (x.array, w.array, dy.array)
      let products = try #require(VectorKernels.roundedProducts(ws, outputs: outputs, inputs: inputs))
      var found = [Float](repeating: .nan, count: rows * outputs)
      var dx = [Float](repeating: .nan, count: rows * inputs)
      for piece in [0..<40, 40..<41, 41..<41, 41..<rows] {
        xs.withUnsafeBufferPointer { xs in
          dys.withUnsafeBufferPointer { dys in
            guard let x = xs.baseAddress, let dy = dys.baseAddress else { return }
            found.withUnsafeMutableBufferPointer {
              guard let y = $0.baseAddress else { return }
              products.forward(x + piece.lowerBound * inputs, y + piece.lowerBound * outputs, rows: piece.count)
            }
            dx.withUnsafeMutableBufferPointer {
              guard let dx = $0.baseAddress else { return }
              products.inputGradient(dy + piece.lowerBound * outputs, dx + piece.lowerBound * inputs, rows: piece.count)
            }
          }
        }
      }
      #expect(found == y.array)
      #expect(dx == xLeaf.gradient?.array)
      // One piece: the rows of a gradient are summed in blocks from its first row on.
      var dw = [Float](repeating: 0, count: outputs * inputs)
      products.weightGradient(dys, xs, &dw, rows: rows)
      #expect(dw == wLeaf.gradient?.array)
    }
    #expect(VectorKernels.roundedProducts(w.array, outputs: outputs, inputs: inputs) == nil, "outside, it is float32")
  }
}
