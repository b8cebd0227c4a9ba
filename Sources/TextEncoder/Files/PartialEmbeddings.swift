import Foundation
import HDF5

/// The finished parts of an encoding, in a file beside its output: `NAME.partial`.
///
/// A part is appended when it is done and stands there after any kill; a record that breaks off or does not match its
/// checksum is dropped on opening. The file belongs to one set of texts and one encoder, which its key names; a file of
/// another key is begun anew. It is locked as long as a process uses it, and removed when the output is written.
///
/// Layout: `THERIAC PARTIAL1`, the key (32 hexadecimal digits), then records: part, rows (4 bytes each), XXH3-64 of the
/// rest; then for each row its tokens (4 bytes) and whether it was long (4 bytes), then the rows, float32.
final class PartialEmbeddings {
  let path: String
  let width: Int
  /// Rows of each part that is there.
  private(set) var done: [Int: EncodedTexts] = [:]
  private let descriptor: Int32

  private static let magic = Array("THERIAC PARTIAL1".utf8)

  /// - Parameter rows: rows of each part.
  /// - Throws: `unreadable` when it cannot be opened, or when another process uses it.
  init(path: String, key: String, width: Int, rows: [Int]) throws(TextEncoderError) {
    self.path = path
    self.width = width
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .unreadable(path: path, reason: "it cannot be made: \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .unreadable(path: path, reason: "another process is encoding into it")
    }
    let header = Self.magic + Array(key.utf8)
    do throws(TextEncoderError) {
      let end = try read(header: header, rows: rows)
      if end == 0 {
        guard ftruncate(descriptor, 0) == 0 else { throw failure() }
        lseek(descriptor, 0, SEEK_SET)
        try write(header)
      } else {
        guard ftruncate(descriptor, off_t(end)) == 0, lseek(descriptor, off_t(end), SEEK_SET) == end else {
          throw failure()
        }
      }
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  private func failure() -> TextEncoderError {
    .unreadable(path: path, reason: "it cannot be written: \(String(cString: strerror(errno)))")
  }

  /// Reads the records; gives the byte behind the last good one, 0 when the file is of another key.
  private func read(header: [UInt8], rows: [Int]) throws(TextEncoderError) -> Int {
    let file = try MappedFile(path: path)
    guard file.bytes.starts(with: header) else { return 0 }
    var position = header.count
    while file.count - position >= 16 {
      let part = Int(file.bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
      let count = Int(file.bytes.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self))
      let checksum = file.bytes.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self)
      let size = count * (8 + 4 * width)
      guard rows.indices.contains(part), rows[part] == count, file.count - position - 16 >= size else { break }
      let payload = UnsafeRawBufferPointer(rebasing: file.bytes[position + 16..<position + 16 + size])
      guard Checksum.xxh3(payload) == checksum else { break }
      guard let texts = EncodedTexts(packed: payload, rows: count) else { break }
      done[part] = texts
      position += 16 + size
    }
    return position
  }

  /// Appends a part; it is there for good when this returns.
  func append(_ part: Int, _ texts: EncodedTexts) throws(TextEncoderError) {
    let payload = texts.packed
    var record: [UInt8] = []
    record.reserveCapacity(16 + payload.count)
    withUnsafeBytes(of: UInt32(part)) { record += $0 }
    withUnsafeBytes(of: UInt32(texts.tokens.count)) { record += $0 }
    withUnsafeBytes(of: payload.withUnsafeBytes(Checksum.xxh3)) { record += $0 }
    try write(record + payload)
    done[part] = texts
  }

  private func write(_ bytes: [UInt8]) throws(TextEncoderError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        Foundation.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      written += count
    }
  }

  /// Removes the file: the output is there.
  func remove() { unlink(path) }
}

extension EncodedTexts {
  /// For each row its tokens (4 bytes) and whether it was long (4 bytes), then the rows, float32.
  package var packed: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(tokens.count * 8 + embeddings.count * 4)
    for (tokens, isLong) in zip(tokens, isLong) {
      withUnsafeBytes(of: tokens) { bytes += $0 }
      withUnsafeBytes(of: Int32(isLong ? 1 : 0)) { bytes += $0 }
    }
    embeddings.withUnsafeBytes { bytes += $0 }
    return bytes
  }

  /// Nil when the bytes are not those of `rows` rows of one width.
  package init?(packed bytes: UnsafeRawBufferPointer, rows: Int) {
    let (head, overflow) = rows.multipliedReportingOverflow(by: 8)
    guard rows >= 0, !overflow, head <= bytes.count, (bytes.count - head).isMultiple(of: 4) else { return nil }
    func word(_ index: Int) -> Int32 { bytes.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self) }
    let floats = (bytes.count - head) / 4
    embeddings = [Float](unsafeUninitializedCapacity: floats) { buffer, count in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[head...]))
      count = floats
    }
    tokens = (0..<rows).map { word(2 * $0) }
    isLong = (0..<rows).map { word(2 * $0 + 1) != 0 }
  }
}
