import TensorCore
import Testing

@Suite struct FunctionTests {
  @Test("known values")
  func known() throws {
    let x = try Real([-2, 0, 1, 4], [4])
    #expect(x.exp().array[1] == 1 && x.log().array[2] == 0)
    #expect(x.log().array[0].isNaN && x.log().array[1] == -.infinity)
    #expect(x.absolute().array == [2, 0, 1, 4] && x.squared().array == [4, 0, 1, 16])
    #expect(x.squareRoot().array[3] == 2 && x.reciprocal().array[3] == 0.25)
    #expect(try x.clamped(-1, 2).array == [-1, 0, 1, 2])
    #expect(try x.clamped(0).array == [0, 0, 1, 4])
    #expect(x.adding(0.5).array == [-1.5, 0.5, 1.5, 4.5])
    #expect(try (x / Real([2, 1, 4, 8], [4])).array == [-1, 0, 0.25, 0.5])
    let mask = try Real([1, 0, -3, 2], [4])
    #expect(try x.maskedFill(mask, with: 9).array == [9, 0, 1, 9])
    #expect(try Real.full(5, [2, 2]).maskedFill(Real([0, 1], [2]), with: 7).array == [5, 7, 5, 7])
    #expect(abs(x.softplus().array[3] - 4.0181499279178094) < 1e-14)
  }

  @Test("softplus and ln sigmoid do not overflow and keep small results")
  func extremes() throws {
    let x = try Tensor<Float>([-200, -20, 20, 200], [4])
    expectClose(x.softplus().array, [0, 2.0611537e-9, 20, 200], absolute: 0, relative: 1e-6)
    expectClose(x.logSigmoid().array, [-200, -20, -2.0611537e-9, 0], absolute: 0, relative: 1e-6)
  }

  @Test("gradients agree with central differences")
  func gradients() throws {
    let x: Real = try normal([3, 4], 1)
    let positive = try Real(x.array.map { abs($0) + 0.5 }, [3, 4])
    let functions: [Function] = [.exp, .square, .absolute, .softplus, .logSigmoid, .clamp(-0.4, 0.6)]
    for function in functions { try expectGradients([x]) { $0[0].mapped(function) } }
    for function in [Function.log, .sqrt, .reciprocal] { try expectGradients([positive]) { $0[0].mapped(function) } }
    try expectGradients([x, positive]) { try $0[0] / $0[1] }
    try expectGradients([x]) { $0[0].adding(3) }
    let mask: Real = try normal([3, 4], 2)
    try expectGradients([x]) { try $0[0].maskedFill(mask, with: -1) }
  }

  @Test("wrong shapes and bounds are refused")
  func refused() throws {
    let x = Real.zeros([2, 3])
    #expect(throws: ShapeError.self) { try x / .zeros([3]) }
    #expect(throws: ShapeError.self) { try x.clamped(1, 0) }
    #expect(throws: ShapeError.self) { try x.clamped(.nan, 0) }
    let error = #expect(throws: ShapeError.self) { try x.maskedFill(.zeros([2]), with: 0) }
    #expect(error?.description == "broadcast: expected axes of [2] that are 1 or equal to those of [2, 3], got [2].")
  }
}
