import Foundation

/// A whole file mapped read-only; unmapped when the last user is gone.
final class MappedFile: @unchecked Sendable {  // read-only memory: safe from any thread
  let bytes: UnsafeRawBufferPointer
  var count: Int { bytes.count }

  /// - Throws: `unreadable` with the system's reason.
  init(path: String) throws(TextEncoderError) {
    // Without waiting for the writer of a pipe.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is not a regular file")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else {
      throw .unreadable(path: path, reason: "it cannot be mapped: \(String(cString: strerror(errno)))")
    }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  /// Lets go of the memory behind a part that was copied; reading it again takes it from the file again.
  func release(_ range: Range<Int>) {
    let page = Int(getpagesize())
    let first = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard let base = bytes.baseAddress, first < end else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + first), end - first, MADV_DONTNEED)
  }

  deinit {
    if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) }
  }
}

/// Float32 numbers that do not move: a view of a mapped file, or owned memory aligned to 64 bytes.
public final class FloatStorage: @unchecked Sendable {  // never written after it is made
  public let buffer: UnsafeBufferPointer<Float>
  let pointer: UnsafePointer<Float>
  /// Whether the numbers are the file's own memory.
  public let isMapped: Bool
  private let owner: AnyObject?
  private let owned: UnsafeMutableRawPointer?

  init(mapped pointer: UnsafePointer<Float>, count: Int, keeping owner: AnyObject) {
    self.pointer = pointer
    buffer = UnsafeBufferPointer(start: pointer, count: count)
    isMapped = true
    self.owner = owner
    owned = nil
  }

  /// Owned numbers, written by `fill`.
  init(count: Int, filledBy fill: (UnsafeMutablePointer<Float>) -> Void) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
    let floats = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    fill(floats)
    pointer = UnsafePointer(floats)
    buffer = UnsafeBufferPointer(start: floats, count: count)
    isMapped = false
    owner = nil
    owned = memory
  }

  /// Owned numbers, element by element.
  package convenience init(count: Int, _ element: (Int) -> Float) {
    self.init(count: count, filledBy: { floats in for i in 0..<count { floats[i] = element(i) } })
  }

  /// The numbers of several storages one after the other: the fused weight of query, key and value.
  convenience init(joining parts: [FloatStorage]) {
    self.init(
      count: parts.reduce(0) { $0 + $1.buffer.count },
      filledBy: { floats in
        var offset = 0
        for part in parts {
          (floats + offset).initialize(from: part.pointer, count: part.buffer.count)
          offset += part.buffer.count
        }
      })
  }

  /// Lets go of the whole pages of mapped numbers; reading them again takes them from the file again.
  func release() {
    guard isMapped else { return }
    let page = Int(getpagesize())
    let address = Int(bitPattern: pointer)
    let first = (address + page - 1) / page * page
    let end = (address + 4 * buffer.count) / page * page
    guard first < end, let start = UnsafeMutableRawPointer(bitPattern: first) else { return }
    madvise(start, end - first, MADV_DONTNEED)
  }

  /// A copy.
  package var array: [Float] { withExtendedLifetime(self) { Array(buffer) } }

  deinit { owned?.deallocate() }
}
