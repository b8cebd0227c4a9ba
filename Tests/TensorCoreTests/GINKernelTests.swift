import TensorCore
import Testing

@Suite struct GINKernelTests {
  struct Extent: CustomTestStringConvertible {
    let rows, width: Int
    var testDescription: String { "\(rows)x\(width)" }
  }
  static let extents = [
    Extent(rows: 0, width: 5), Extent(rows: 1, width: 1), Extent(rows: 3, width: 7), Extent(rows: 2, width: 16),
    Extent(rows: 5, width: 33), Extent(rows: 13, width: 64), Extent(rows: 97, width: 80), Extent(rows: 96, width: 129),
  ]

  /// Runs `body` on a copy of `start` cut or filled up to `count`, with a guard behind it.
  static func take(_ start: [Float], _ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
    var out = Array(start.prefix(count)) + Array(repeating: 0.5, count: max(0, count - start.count)) + [77]
    out.withUnsafeMutableBufferPointer { $0.baseAddress.map(body) }
    return out
  }

  @Test(
    "products of tiles equal the plain loops'",
    arguments: [(0, 16, 5), (1, 16, 1), (7, 48, 33), (13, 64, 64), (6, 112, 17), (97, 128, 64), (5, 20, 9)],
    [false, true])
  func products(shape: (m: Int, n: Int, k: Int), special: Bool) throws {
    let (m, n, k) = shape
    var a: [Float] = try normal([m * k + 1], 1).array
    let b: [Float] = try normal([k * n], 2).array
    let other: [Float] = try normal([m * n + 1], 3).array
    if special { (a[0], a[a.count / 2]) = (.nan, .infinity) }
    func run<K: KernelSet>(_: K.Type) -> [[Float]] where K.Element == Float {
      var status: [Int] = []
      let results = [
        Self.take(other, m * n) { status.append(K.product(a, b, $0, m: m, n: n, k: k)) },
        Self.take(b, k * n) { status.append(K.productTransposed(a, other, $0, rows: m, m: k, n: n)) },
        Self.take(other, k * m) { K.transpose(a, $0, rows: m, columns: k) },
      ]
      #expect(status == [0, 0])
      return results
    }
    for (fast, plain) in zip(run(VectorKernels.self), run(PlainKernels<Float>.self)) {
      expectClose(fast, plain, absolute: 1e-4, relative: 1e-5)
    }
  }

  @Test("a row's product is the same bits whatever stands beside it")
  func steadyRows() throws {
    let a: [Float] = try normal([97 * 64], 4).array
    let b: [Float] = try normal([64 * 128], 5).array
    func rows(_ range: Range<Int>) -> [Float] {
      Array(
        Self.take([], range.count * 128) { out in
          a.withUnsafeBufferPointer { a in
            guard let base = a.baseAddress else { return }
            _ = VectorKernels.product(base + range.lowerBound * 64, b, out, m: range.count, n: 128, k: 64)
          }
        }.dropLast())
    }
    let whole = rows(0..<97)
    let parts = rows(0..<31) + rows(31..<32) + rows(32..<97)
    // Without AVX-512 the product is the library's, which does not promise this for few rows.
    withKnownIssue(isIntermittent: true) {
      #expect(whole == parts)
    } when: {
      !VectorKernels.hasSteadyProducts
    }
  }

  @Test("batch normalisation's tiles equal the plain loops'", arguments: extents, [false, true])
  func tiles(extent: Extent, special: Bool) throws {
    let (rows, width) = (extent.rows, extent.width)
    let count = rows * width
    var x: [Float] = try normal([count], 11).array
    let y: [Float] = try normal([count], 12).array
    var dy: [Float] = try normal([count], 13).array
    if special, count > 4 {
      x[count / 2] = .nan
      (dy[1], dy[count - 1]) = (.nan, -.infinity)
    }
    let row: [[Float]] = try (14..<18).map { try normal([width], $0).array }
    let weights: [Float] = (0..<rows).map { Float($0 % 3 + 1) }
    let index = (0..<rows).map { Int32(($0 * 5) % max(rows, 1)) }
    let offsets: [Int32] = [0, Int32(rows / 3), Int32(rows / 3), Int32(rows)]
    let plan = try DropoutPlan(
      rate: 0.4, DropoutMask(DropoutKey(seed: 1, step: 2, layer: 3), rowOffset: 7), rowCount: rows)
    func run<K: KernelSet>(_: K.Type) -> [[Float]] where K.Element == Float {
      var results: [[Float]] = []
      func take(_ start: [Float], _ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
        results.append(Self.take(start, count, body))
      }
      for plan in [plan, nil] {
        for relu in [true, false] {
          take([], count) {
            K.batchApplyRows(
              x, index, scale: row[0], shift: row[1], $0, rows: rows, width: width, relu: relu, plan)
          }
          take([], count) { K.batchSlopes(y, dy, $0, rows: rows, width: width, relu: relu, plan) }
          take(dy, count) { g in K.batchSlopes(y, g, g, rows: rows, width: width, relu: relu, plan) }
          take([], 3 * width) {
            K.batchSlopesGrouped(
              y, dy, offsets: offsets, members: index, $0, groups: 3, width: width, relu: relu, plan)
          }
        }
      }
      for weights in [weights, nil] {
        take([], count) { out in
          withOptional(weights) {
            K.batchSlopeRows(x, dy, weights: $0, a: row[0], b: row[1], c: row[2], out, rows: rows, width: width)
          }
        }
        var (mean, squares) = (row[0].map(Double.init), row[1].map { abs(Double($0)) })
        for seen in [0.0, 12.0] {
          let tile = withOptional(weights) {
            K.mergeMoments(x, weights: $0, rows: rows, width: width, seen: seen, mean: &mean, squares: &squares)
          }
          results += [[Float(tile)], mean.map { Float($0) }, squares.map { Float($0) }]
        }
      }
      for mask in [y, nil] {
        var (sum, product) = (row[0].map(Double.init), row[1].map(Double.init))
        take(dy, count) { g in
          withOptional(mask) {
            K.maskedSums(
              x, mean: row[2], inverse: row[3], $0, g, rows: rows, width: width, sum: &sum, product: &product)
          }
        }
        results += [sum.map { Float($0) }, product.map { Float($0) }]
      }
      return results
    }
    for (number, (fast, plain)) in zip(run(VectorKernels.self), run(PlainKernels<Float>.self)).enumerated() {
      expectClose(fast, plain, absolute: 2e-4, relative: 2e-5, "result \(number)")
    }
  }

  private func withOptional<R>(_ values: [Float]?, _ body: (UnsafePointer<Float>?) -> R) -> R {
    guard let values else { return body(nil) }
    return values.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  @Test("moments far from zero keep their precision")
  func distantMoments() throws {
    let x = (0..<96).map { Float(1e4) + Float($0 % 7) }
    var (mean, squares) = ([0.0], [0.0])
    let count = VectorKernels.mergeMoments(
      x, weights: nil, rows: 96, width: 1, seen: 0, mean: &mean, squares: &squares)
    #expect(count == 96)
    let exact = x.map(Double.init)
    let center = exact.reduce(0, +) / 96
    #expect(abs(mean[0] - center) < 1e-6)
    #expect(abs(squares[0] / exact.reduce(0) { $0 + ($1 - center) * ($1 - center) } - 1) < 1e-5)
  }

  @Test("messages over lists equal the plain loops', forward and backward", arguments: [1, 7, 16, 40, 64, 72, 144])
  func messages(width: Int) throws {
    let features = try CategoryRows([0, 1, 1, 0, 2, 1, 0], dims: [3])
    let graph = try GraphEdges(
      nodes: 7, source: [0, 1, 1, 2, 3, 4, 5, 6, 2], target: [1, 0, 2, 1, 4, 3, 6, 5, 2],
      bonds: [0, 0, 1, 1, 0, 0, 2, 2, 1], bondDims: [3])
    let lists = try GraphColours(features: features, graph: graph).lists
    let rows = lists.count
    var h: [Float] = try normal([3 * width], 21).array
    h[width / 2] = .nan
    let table: [Float] = try normal([3 * width], 22).array
    let dy: [Float] = try normal([rows * width], 23).array
    func run<K: KernelSet>(_: K.Type, _ bonds: [Float]?) -> [[Float]] where K.Element == Float {
      withOptional(bonds) { bonds in
        var dot: Float = 0
        var dBonds = [Float](repeating: 0.25, count: 3 * width)
        var results = [
          Self.take([], (rows - 1) * width) {
            K.messageRows(lists, h, bonds, self: 1.1, $0, rows: 1..<rows, width: width)
          }
        ]
        let dh = Self.take([], 3 * width) { dh in
          dBonds.withUnsafeMutableBufferPointer { table in
            dot = K.messageScatter(
              lists, h, bonds, dy, self: 1.1, dh: dh, dBonds: bonds == nil ? nil : table.baseAddress, width: width)
          }
        }
        results += [dh, dBonds, [dot]]
        return results
      }
    }
    for bonds in [table, nil] {
      for (fast, plain) in zip(run(VectorKernels.self, bonds), run(PlainKernels<Float>.self, bonds)) {
        expectClose(fast, plain, absolute: 1e-4, relative: 1e-5)
      }
    }
  }

  @Test("colours group atoms with equal features and equal surroundings")
  func colours() throws {
    // Two molecules A-B-A and a lone A: ends are one colour, the middle one, the lone atom one.
    let features = try CategoryRows([0, 1, 0, 0, 1, 0, 0], dims: [2])
    let graph = try GraphEdges(
      nodes: 7, source: [0, 1, 1, 2, 3, 4, 4, 5], target: [1, 0, 2, 1, 4, 3, 5, 4],
      bonds: [0, 0, 0, 0, 0, 0, 0, 0], bondDims: [1])
    let colours = try GraphColours(features: features, graph: graph)
    #expect(colours.count == 3 && colours.atoms == 7)
    #expect(colours.colourOfAtom == [0, 1, 0, 0, 1, 0, 2])
    // Another bond makes another colour.
    let other = try GraphEdges(
      nodes: 7, source: [0, 1, 1, 2, 3, 4, 4, 5], target: [1, 0, 2, 1, 4, 3, 5, 4],
      bonds: [0, 0, 0, 0, 0, 0, 1, 1], bondDims: [2])
    #expect(try GraphColours(features: features, graph: other).count == 5)
    #expect(throws: ShapeError.self) { try GraphColours(features: CategoryRows([0], dims: [1]), graph: graph) }
  }
}
