import TensorCore

/// What the ranks of a `precision: mixed` run settled on.
public struct ProductAgreement: Equatable, Sendable {
  public let precision: ProductPrecision
  /// For the log: "bf16 products: AVX512-BF16".
  public let text: String
  /// Whether some processor cannot, so that all compute in float32.
  public var isFallback: Bool { precision == .float32 }

  /// The best that every rank has. Ranks with other instructions would round in another order, and drift apart.
  /// - Parameter ranks: each rank's best path and why.
  package init(_ ranks: [(path: BFloat16Path?, reason: String)]) {
    let least = ranks.indices.min { (ranks[$0].path?.rawValue ?? 0) < (ranks[$1].path?.rawValue ?? 0) }
    guard let least, let path = ranks[least].path else {
      precision = .float32
      let place = ranks.count > 1 ? "rank \(least ?? 0): " : ""
      text =
        "precision is mixed, but the products are float32 (\(place)"
        + "\((least.map { ranks[$0].reason } ?? "float32: no ranks").dropFirst("float32: ".count)))"
      return
    }
    precision = .bfloat16(path)
    let isMixture = ranks.contains { $0.path != path }
    text = isMixture ? "bf16 products: \(path.name), the best that rank \(least) has" : ranks[least].reason
  }
}

extension Trainer {
  /// Settles how all ranks compute their products, and says so; nil for `precision: float32`.
  func agreeOnProducts(through exchange: any StepExchange) throws -> ProductAgreement? {
    guard job.config.precision == .mixed else {
      products = .float32
      return nil
    }
    let offer = offeredPath ?? (BFloat16Path.best, BFloat16Path.reason)
    let own = [UInt8(truncatingIfNeeded: offer.path?.rawValue ?? 0)] + Array(offer.reason.utf8)
    var ranks: [(path: BFloat16Path?, reason: String)] = []
    try own.withUnsafeBytes { bytes in
      try exchange.allGather(bytes) { rank, bytes in
        guard let first = bytes.first else {
          throw TrainingError.exchangeMismatch(what: "its bf16 instructions", rank: rank, expected: own.count, found: 0)
        }
        ranks.append((BFloat16Path(rawValue: Int32(first)), String(decoding: bytes.dropFirst(), as: UTF8.self)))
      }
    }
    let agreement = ProductAgreement(ranks)
    products = agreement.precision
    return agreement
  }
}
