extension VisitTable {
  private static let what = "a shard of visits"

  /// The table as bytes, for a worker.
  public var packed: [UInt8] {
    var packer = Packer()
    packer.reserve(features.count * 4 + labels.count * 4 + visits.count * 24 + 256)
    packer.put(Int64(width))
    packer.put(visits)
    packer.put(ordinals)
    packer.put(splits)
    packer.put(labelOffsets.map(Int64.init))
    packer.put(labels)
    packer.put(symptomOffsets.map(Int64.init))
    packer.put(symptoms)
    packer.put(features)
    return packer.bytes
  }

  /// Appends the visits of packed bytes.
  /// - Throws: `PackingError` when the bytes are not a shard of this version.
  public mutating func append(packed bytes: UnsafeRawBufferPointer) throws(PackingError) {
    var unpacker = Unpacker(bytes, of: Self.what)
    let packedWidth = Int(try unpacker.take(Int64.self))
    let visits = try unpacker.takeList(of: Int32.self)
    let ordinals = try unpacker.takeList(of: Int32.self)
    let splits = try unpacker.takeList(of: UInt8.self)
    let offsets = try unpacker.takeList(of: Int64.self).map { Int($0) }
    let labels = try unpacker.takeList(of: Int32.self)
    let symptomOffsets = try unpacker.takeList(of: Int64.self).map { Int($0) }
    let symptoms = try unpacker.takeList(of: Int32.self)
    let features = try unpacker.takeList(of: Float.self)
    let floatsPerVisit = Text.allCases.count * width
    let count = visits.count
    let fits =
      packedWidth == width && ordinals.count == count && splits.count == count && offsets.count == count + 1
      && features.count == count * floatsPerVisit && Self.areOffsets(offsets, of: labels.count)
      && symptomOffsets.count == count + 1 && Self.areOffsets(symptomOffsets, of: symptoms.count)
    guard fits else {
      throw PackingError(
        what: Self.what, offset: unpacker.offset, needed: count * floatsPerVisit * 4, available: features.count * 4)
    }
    features.withUnsafeBufferPointer { buffer in
      for row in 0..<count {
        append(
          visit: visits[row], ordinal: ordinals[row], split: splits[row],
          labels: labels[offsets[row]..<offsets[row + 1]],
          symptoms: symptoms[symptomOffsets[row]..<symptomOffsets[row + 1]],
          features: UnsafeBufferPointer(rebasing: buffer[(row * floatsPerVisit)..<((row + 1) * floatsPerVisit)]))
      }
    }
  }

  private static func areOffsets(_ offsets: [Int], of count: Int) -> Bool {
    offsets.first == 0 && offsets.last == count && zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 }
  }
}
