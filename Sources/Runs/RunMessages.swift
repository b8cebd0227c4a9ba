import Training

/// Rank 0 → coordinator while training.
package struct RunProgress {
  package var step: Int
  package var loss: LossSums
  /// How the ranks compute their products, at the beginning of a task of a `precision: mixed` run; then nothing was
  /// trained since the last report.
  package var products: (text: String, isFallback: Bool)?

  package var bytes: [UInt8] {
    encode(step, loss) + (products.map { [$0.isFallback ? 1 : 0] + Array($0.text.utf8) } ?? [])
  }

  package init(step: Int, loss: LossSums) {
    self.step = step
    self.loss = loss
  }

  init(_ agreement: ProductAgreement) {
    self.init(step: 0, loss: LossSums())
    products = (agreement.text, agreement.isFallback)
  }

  package init(_ bytes: UnsafeRawBufferPointer) throws {
    let (first, loss) = try decode(bytes, "progress")
    step = first
    self.loss = loss
    let rest = bytes[headerBytes...]
    if let flag = rest.first { products = (String(decoding: rest.dropFirst(), as: UTF8.self), flag != 0) }
  }
}

/// A rank's answer to `RunTask.train`.
struct TrainResult {
  var loss: LossSums
  /// Ranks had drifted apart (processors that round differently) and took over rank 0's state.
  var hadDrifted = false
  /// Rank 0: the packed `TrainerState`; the others: nothing.
  var state: [UInt8]

  var bytes: [UInt8] { encode(hadDrifted ? 1 : 0, loss) + state }

  init(loss: LossSums, hadDrifted: Bool, state: [UInt8]) {
    self.loss = loss
    self.hadDrifted = hadDrifted
    self.state = state
  }

  init(_ bytes: UnsafeRawBufferPointer) throws {
    let (drift, loss) = try decode(bytes, "a result of training")
    self.loss = loss
    hadDrifted = drift != 0
    state = Array(bytes[headerBytes...])
  }
}

/// A rank's answer to `RunTask.evaluate`: the visits it holds, and their scores `[visits, M]`.
struct EvaluationResult {
  var visits: [Int32]
  var scores: [Float]

  var bytes: [UInt8] {
    withUnsafeBytes(of: UInt64(visits.count)) { Array($0) } + visits.withUnsafeBytes { Array($0) }
      + scores.withUnsafeBytes { Array($0) }
  }

  init(visits: [Int32], scores: [Float]) {
    self.visits = visits
    self.scores = scores
  }

  /// - Parameter medications: M, scores per visit.
  init(_ bytes: [UInt8], medications: Int) throws {
    let (visits, scores) = try bytes.withUnsafeBytes { raw in
      let count = raw.count >= 8 ? Int(clamping: raw.loadUnaligned(as: UInt64.self)) : -1
      guard count >= 0, count <= raw.count, raw.count == 8 + count * 4 * (1 + medications) else {
        throw RunError.unreadableMessage("scores of \(raw.count) bytes")
      }
      return (
        (0..<count).map { raw.loadUnaligned(fromByteOffset: 8 + $0 * 4, as: Int32.self) },
        (0..<(count * medications)).map { raw.loadUnaligned(fromByteOffset: 8 + (count + $0) * 4, as: Float.self) }
      )
    }
    self.visits = visits
    self.scores = scores
  }
}

private let headerBytes = 56

private func encode(_ first: Int, _ loss: LossSums) -> [UInt8] {
  ([Double(first), loss.total, Double(loss.steps)] + (0..<4).map { loss.terms[$0] }).withUnsafeBytes { Array($0) }
}

private func decode(_ bytes: UnsafeRawBufferPointer, _ what: String) throws -> (Int, LossSums) {
  guard bytes.count >= headerBytes else { throw RunError.unreadableMessage("\(what) of \(bytes.count) bytes") }
  let values = (0..<7).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
  guard let first = Int(exactly: values[0]), let steps = Int(exactly: values[2]) else {
    throw RunError.unreadableMessage("\(what) with counts of \(values[0]) and \(values[2])")
  }
  var loss = LossSums()
  (loss.total, loss.steps) = (values[1], steps)
  for index in 0..<4 { loss.terms[index] = values[3 + index] }
  return (first, loss)
}
