import Foundation

/// Bytes of a file, one buffer after another, and the SHA-256 of the file as it lies on disk.
package protocol ByteStream: AnyObject {
  /// Bytes on disk, in all and read so far.
  var size: Int { get }
  var position: Int { get }
  /// Fills the front of `buffer`; returns how many bytes, 0 at the end of the file.
  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(RecordsError) -> Int
  /// SHA-256 of all bytes on disk, lower-case hexadecimal; reads what was not read yet.
  func digest() throws(RecordsError) -> String
}

/// Reads, decompresses and hashes a file on a thread of its own, at most two MiB ahead of the reader. One thread reads
/// from it; call `stop` when nobody will read any more, or the thread waits for ever.
final class ReadAhead: ByteStream, @unchecked Sendable {
  package let size: Int
  package private(set) var position = 0

  private static let blockSize = 256 << 10
  private static let blockCount = 8

  // Of the thread alone.
  private let source: ByteSource
  // Guarded by the condition. A block belongs to the thread until `made` counts it, then to the reader until `used` does.
  private let condition = NSCondition()
  private let blocks: UnsafeMutableBufferPointer<UInt8>
  private var ends = [Int](repeating: 0, count: blockCount)
  private var positions = [Int](repeating: 0, count: blockCount)
  private var made = 0
  private var used = 0
  private var isStopped = false
  private var outcome: Result<String, RecordsError>?
  // Of the reader alone: the rest of the block at hand.
  private var rest = UnsafeBufferPointer<UInt8>(start: nil, count: 0)

  init(_ source: ByteSource) {
    self.source = source
    size = source.size
    blocks = .allocate(capacity: Self.blockSize * Self.blockCount)
    let thread = Thread { self.fill() }
    thread.name = "theriac read"
    thread.start()
  }

  deinit { blocks.deallocate() }

  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    condition.unlock()
  }

  package func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(RecordsError) -> Int {
    if rest.isEmpty, try !nextBlock() { return 0 }
    let count = min(buffer.count, rest.count)
    if let from = rest.baseAddress { buffer.baseAddress?.update(from: from, count: count) }
    rest = UnsafeBufferPointer(rebasing: rest[count...])
    return count
  }

  package func digest() throws(RecordsError) -> String {
    while try nextBlock() {}
    guard case .success(let text)? = outcome else { return "" }
    return text
  }

  /// Gives the block at hand back and takes the next; false at the end of the file.
  private func nextBlock() throws(RecordsError) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    if rest.baseAddress != nil {
      used += 1
      rest = UnsafeBufferPointer(start: nil, count: 0)
      condition.broadcast()
    }
    while made == used, outcome == nil { condition.wait() }
    if made > used {
      let slot = used % Self.blockCount
      rest = UnsafeBufferPointer(rebasing: blocks[(slot * Self.blockSize)..<(slot * Self.blockSize + ends[slot])])
      position = positions[slot]
      return true
    }
    if case .failure(let error)? = outcome { throw error }
    return false
  }

  private func fill() {
    while true {
      condition.lock()
      while made - used == Self.blockCount, !isStopped { condition.wait() }
      let slot = made % Self.blockCount
      let isOver = isStopped
      condition.unlock()
      if isOver { return }
      let block = UnsafeMutableBufferPointer(rebasing: blocks[(slot * Self.blockSize)..<((slot + 1) * Self.blockSize)])
      let result = Result { () throws(RecordsError) in
        let count = try source.read(into: block)
        return (count: count, digest: count == 0 ? try source.digest() : "")
      }
      condition.lock()
      switch result {
      case .success(let block) where block.count > 0:
        ends[slot] = block.count
        positions[slot] = source.position
        made += 1
      case .success(let end): outcome = .success(end.digest)
      case .failure(let error): outcome = .failure(error)
      }
      let isDone = outcome != nil
      condition.broadcast()
      condition.unlock()
      if isDone { return }
    }
  }
}
