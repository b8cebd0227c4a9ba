/// Area under the precision-recall curve as scikit-learn's `average_precision_score` has it: Σ (Rₙ − Rₙ₋₁) Pₙ over the
/// distinct scores from high to low, so equal scores are one step. 0 without a positive label (NLA-MMR spec 3.9).
/// - Throws: `MetricError.length`; `MetricError.notANumber` (as visit 0).
public func averagePrecision(labels: [UInt8], scores: [Float]) throws(MetricError) -> Double {
  guard labels.count == scores.count else { throw .length("scores", expected: labels.count, found: scores.count) }
  if let index = scores.firstIndex(where: \.isNaN) { throw .notANumber(visit: 0, medication: index) }
  return labels.withUnsafeBufferPointer { labels in
    scores.withUnsafeBufferPointer { scores in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: scores.count) { room in
        averagePrecision(labels: labels, scores: scores, room: room)
      }
    }
  }
}

/// As above for scores without NaN; `room` holds as many numbers as there are scores.
///
/// Only steps at the score of a positive label count, so the positives are sorted and, for each, the scores at least as
/// high are counted: for a few labels among a hundred medications several times faster than sorting all.
func averagePrecision(
  labels: UnsafeBufferPointer<UInt8>, scores: UnsafeBufferPointer<Float>, room: UnsafeMutableBufferPointer<Float>
) -> Double {
  var count = 0
  for index in scores.indices where labels[index] != 0 {
    room[count] = scores[index]
    count += 1
  }
  guard count > 0 else { return 0 }
  var positives = UnsafeMutableBufferPointer(rebasing: room[..<count])
  positives.sort(by: >)
  var sum = 0.0
  var first = 0
  while first < count {
    let score = positives[first]
    var end = first + 1
    while end < count, positives[end] == score { end += 1 }
    sum += Double(end - first) * (Double(end) / Double(countAtLeast(score, in: scores)))
    first = end
  }
  return sum / Double(count)
}

/// Eight at a time, because the plain loop is left unvectorised and its branch is unpredictable (3 to 15 times slower).
private func countAtLeast(_ score: Float, in scores: UnsafeBufferPointer<Float>) -> Int {
  let bytes = UnsafeRawBufferPointer(scores)
  let whole = scores.count & ~7
  var counts = SIMD8<Int32>()
  for start in stride(from: 0, to: whole, by: 8) {
    let eight = bytes.loadUnaligned(fromByteOffset: start * 4, as: SIMD8<Float>.self)
    counts.replace(with: counts &+ 1, where: eight .>= score)
  }
  var count = Int(counts.wrappedSum())
  for other in scores[whole...] where other >= score { count += 1 }
  return count
}
