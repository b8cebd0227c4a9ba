import CZlib
import Crypto
import Foundation

/// The bytes of a plain or gzip-compressed file, one buffer after another, with the SHA-256 of the file as it lies on
/// disk. Compression is recognised by the first two bytes, not by the name; several gzip members in a row are one file.
final class ByteSource: ByteStream {
  let path: String
  /// Bytes on disk.
  package let size: Int
  /// Bytes of the file on disk that were read so far.
  package private(set) var position = 0

  private let descriptor: Int32
  private var hash = SHA256()
  private var gzip: UnsafeMutablePointer<z_stream>?
  private let input: UnsafeMutablePointer<UInt8>
  private var inputStart = 0
  private var inputEnd = 0
  private var betweenMembers = false

  private static let inputCapacity = 1 << 18

  /// - Throws: `missingFile`, or `unreadable` with the system's reason or for a folder.
  init(_ path: String) throws(RecordsError) {
    // Without waiting: opening a pipe would wait for whoever writes to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      throw code == ENOENT ? .missingFile(path) : .unreadable(path, reason: String(cString: strerror(code)))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw .unreadable(path, reason: reason)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw .unreadable(path, reason: "it is a folder, not a file")
    }
    if status.st_mode & S_IFMT != S_IFREG {
      close(descriptor)
      throw .unreadable(path, reason: "it is a device, pipe or socket, not a file; write its content to a file first")
    }
    self.path = path
    self.descriptor = descriptor
    size = Int(status.st_size)
    input = .allocate(capacity: Self.inputCapacity)
    try fillInput()
    if inputEnd >= 2, input[0] == 0x1F, input[1] == 0x8B { try startGzip() }
  }

  deinit {
    if let gzip {
      inflateEnd(gzip)
      gzip.deallocate()
    }
    input.deallocate()
    close(descriptor)
  }

  /// Fills the front of `buffer`; returns how many bytes, 0 at the end of the file.
  /// - Throws: `truncatedGzip` or `corruptGzip` with the byte on disk, `unreadable`.
  package func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(RecordsError) -> Int {
    if let gzip { return try inflateNext(gzip, into: buffer) }
    if inputStart < inputEnd {
      let count = min(buffer.count, inputEnd - inputStart)
      buffer.baseAddress?.update(from: input + inputStart, count: count)
      inputStart += count
      return count
    }
    return try readDisk(buffer)
  }

  /// SHA-256 of all bytes on disk, lower-case hexadecimal; reads what was not read yet.
  package func digest() throws(RecordsError) -> String {
    inputStart = inputEnd
    while inputEnd > 0 { try fillInput() }
    return hash.finalize().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  private func startGzip() throws(RecordsError) {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard CZlib_inflateInitGzip(stream) == Z_OK else {
      stream.deallocate()
      throw .unreadable(path, reason: "zlib did not start (out of memory)")
    }
    gzip = stream
  }

  private func readDisk(_ buffer: UnsafeMutableBufferPointer<UInt8>) throws(RecordsError) -> Int {
    while true {
      let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable(path, reason: String(cString: strerror(errno)))
      }
      position += count
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
      return count
    }
  }

  private func fillInput() throws(RecordsError) {
    inputStart = 0
    inputEnd = try readDisk(UnsafeMutableBufferPointer(start: input, count: Self.inputCapacity))
  }

  private func inflateNext(
    _ stream: UnsafeMutablePointer<z_stream>, into buffer: UnsafeMutableBufferPointer<UInt8>
  ) throws(RecordsError) -> Int {
    stream.pointee.next_out = buffer.baseAddress
    stream.pointee.avail_out = UInt32(buffer.count)
    while stream.pointee.avail_out > 0 {
      if inputStart == inputEnd { try fillInput() }
      if inputEnd == 0 {
        if betweenMembers { break }
        throw .truncatedGzip(path, byte: position)
      }
      if betweenMembers {
        // Some tools pad with zeros after the last member; anything else must be another member.
        if input[inputStart] == 0 {
          inputStart += 1
          continue
        }
        inflateReset(stream)
        betweenMembers = false
      }
      stream.pointee.next_in = input + inputStart
      stream.pointee.avail_in = UInt32(inputEnd - inputStart)
      let status = inflate(stream, Z_NO_FLUSH)
      inputStart = inputEnd - Int(stream.pointee.avail_in)
      switch status {
      case Z_OK, Z_BUF_ERROR: continue
      case Z_STREAM_END: betweenMembers = true
      default:
        let reason = CZlib_message(stream).map { String(cString: $0) } ?? "zlib status \(status)"
        throw .corruptGzip(path, byte: position - (inputEnd - inputStart), reason: reason)
      }
    }
    return buffer.count - Int(stream.pointee.avail_out)
  }
}

extension ByteSource {
  /// The whole content of a small file and the SHA-256 of its bytes on disk.
  static func contents(_ path: String) throws(RecordsError) -> (bytes: [UInt8], sha256: String) {
    let source = try ByteSource(path)
    let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 18)
    defer { chunk.deallocate() }
    var bytes: [UInt8] = []
    while true {
      let count = try source.read(into: chunk)
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return (bytes, try source.digest())
  }
}
