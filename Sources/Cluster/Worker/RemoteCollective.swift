import Wire

/// Meets the other ranks through the coordinator.
final class RemoteCollective: Collective {
  let rank: Int
  let size: Int
  private(set) var shouldStop: Bool
  private let session: WorkerSession
  private var sequence: UInt64 = 0
  private let parts: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>
  private var kept: [Message] = []  // whose bytes the last result shows
  private var copies: [Aligned]

  /// Memory for one rank's bytes, when they were received at an odd address.
  private final class Aligned {
    private var memory = AlignedBytes()
    func replace(with bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer { memory.replace(with: bytes) }
  }

  init(_ session: WorkerSession, shouldStop: Bool) {
    self.session = session
    self.shouldStop = shouldStop
    rank = session.rank
    size = session.world
    parts = .allocate(capacity: size)
    parts.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0))
    copies = (0..<size).map { _ in Aligned() }
  }

  deinit { parts.deallocate() }

  func allGather(_ local: UnsafeRawBufferPointer) throws(ClusterError) -> GatheredBytes {
    kept.removeAll(keepingCapacity: true)
    let own = try contribute(.gather, local)
    let result = try awaitResult(.gather)
    guard result.count == size + 1 else {
      throw fatal(.wire(.badField("parts", message: "result", found: "\(result.count - 1) of \(size) ranks")))
    }
    for other in 0..<size {
      let message = other == rank ? own : result[other + 1]
      if other != rank { try check(message, of: other) }
      kept.append(message)  // so its bytes stay until the next call
      parts[other] = message.withPayload { payload in
        if let base = payload.baseAddress, UInt(bitPattern: base) % 8 != 0 {
          return copies[other].replace(with: payload)
        }
        return payload
      }
    }
    return GatheredBytes(parts: UnsafeBufferPointer(parts))
  }

  func sum(_ values: UnsafeMutableBufferPointer<Float>) throws(ClusterError) {
    kept.removeAll(keepingCapacity: true)
    let bytes = UnsafeMutableRawBufferPointer(values)
    _ = try contribute(.sum, UnsafeRawBufferPointer(bytes))
    let result = try awaitResult(.sum)
    let count = result[0].payloadCount
    guard result.count == 1, count == bytes.count else {
      throw fatal(.wire(.lengthMismatch(kind: .result, announced: UInt64(bytes.count), found: UInt64(count))))
    }
    result[0].withPayload { bytes.copyMemory(from: $0) }
  }

  /// Sends this rank's part and keeps a handle on its bytes.
  private func contribute(
    _ operation: CollectiveOperation, _ bytes: UnsafeRawBufferPointer
  ) throws(ClusterError) -> Message {
    if let interruption = session.interruption { throw interruption.error }
    sequence += 1
    let header = session.header(.contribution, sequence: sequence, detail: operation.rawValue)
    do throws(ClusterError) {
      let message = try Message(header, payload: bytes)
      let own = message.sharedCopy()
      try session.send(message)
      return own
    } catch {
      throw fatal(error)
    }
  }

  /// Takes messages in the order in which they were sent: a result that came before an abort is used.
  private func awaitResult(_ operation: CollectiveOperation) throws(ClusterError) -> [Message] {
    while true {
      let header: FrameHeader
      let received: [Message]
      do throws(ClusterError) {
        guard let next = try session.next() else { continue }
        (header, received) = next
        if let outcome = try session.ending(header, received[0]) {
          session.interruption = .ended(outcome)
          throw ClusterError.aborted(reason: "the run ended: \(outcome)")
        }
      } catch {
        if let interruption = session.interruption { throw interruption.error }
        throw fatal(error)
      }
      guard AttemptID(task: header.task, attempt: header.attempt) == session.attempt else { continue }
      switch header.kind {
      case .abort:
        let reason = (try? session.decode(Sentence.self, received[0]).text) ?? "a worker was lost"
        session.interruption = .aborted(reason)
        throw .aborted(reason: reason)
      case .result where header.sequence == sequence && header.detail == operation.rawValue:
        shouldStop = header.flags.contains(.stop)
        return received
      default: continue
      }
    }
  }

  /// Whether it is another rank's contribution to this collective.
  private func check(_ message: Message, of other: Int) throws(ClusterError) {
    let header: FrameHeader
    do throws(ClusterError) { header = try session.verify(message) } catch { throw fatal(error) }
    guard header.kind == .contribution, header.runID == session.runID, Int(header.rank) == other,
      header.sequence == sequence, AttemptID(task: header.task, attempt: header.attempt) == session.attempt
    else {
      throw fatal(
        .wire(.badField("part \(other)", message: "result", found: "a \(header.kind) of rank \(header.rank)")))
    }
  }

  private func fatal(_ error: ClusterError) -> ClusterError {
    if session.interruption == nil { session.interruption = .fatal(error) }
    return error
  }
}
