import Glibc

/// A checksum over a whole HDF5 file but its large blocks of plain numbers, appended behind HDF5's own end of the file.
///
/// HDF5 keeps variable-length strings (every text attribute among them) in heaps without a checksum, and HDF5 1.10
/// loops for ever on some damaged ones. So files written here end in a stamp, and `HDF5File.open` checks it before
/// HDF5 parses one byte. Other readers (h5py) ignore it; one that edits the file cuts it off, and such a file, like
/// any file from elsewhere, is opened without this check. Contiguous datasets of 1 MiB and more are left out, so that
/// opening a file of embeddings does not read gigabytes: `ContentHash` covers them.
///
/// Layout, little-endian 8-byte words: for each block left out, its offset and length; then the number of blocks, the
/// length of the file before the stamp, XXH3 of all before this word but the blocks, and the mark.
struct FileStamp {
  static let mark: UInt64 = 0x3150_4D54_5348_4454  // "TDHSTMP1"
  static let smallestBlock = 1 << 20

  struct Block: Equatable {
    var offset, length: Int
  }

  /// Appends a stamp to a closed file.
  static func append(to path: String, leavingOut blocks: [Block]) throws(HDF5Error) {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(path, action: "open", reason: systemReason()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(path, action: "open", reason: systemReason()) }
    let length = Int(status.st_size)
    let blocks = blocks.sorted { $0.offset < $1.offset }
    var words = blocks.flatMap { [UInt64($0.offset), UInt64($0.length)] }
    words += [UInt64(blocks.count), UInt64(length)]
    guard let hash = try sum(descriptor, path, length: length, leavingOut: blocks, then: words) else {
      throw .system(path, action: "stamp", reason: "the file changed meanwhile")
    }
    words += [hash, mark]
    let bytes = words.map(\.littleEndian).withUnsafeBytes { Array($0) }
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes { bytes in
        pwrite(
          descriptor, UnsafeRawBufferPointer(rebasing: bytes[done...]).baseAddress, bytes.count - done, length + done)
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw .system(path, action: "write", reason: systemReason()) }
      done += written
    }
  }

  /// Whether a file ends in a stamp, sound or not; false also for what cannot be read.
  static func isThere(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size >= 32 else {
      return false
    }
    return words(descriptor, at: Int(status.st_size) - 8, count: 1)?.first == mark
  }

  /// Checks the stamp of an open file; a file without one passes.
  static func check(_ descriptor: Int32, path: String, size: Int) throws(HDF5Error) {
    guard size >= 32, let tail = words(descriptor, at: size - 32, count: 4), tail[3] == mark else { return }
    let blockCount = Int(clamping: tail[0])
    let length = Int(clamping: tail[1])
    let damaged = HDF5Error.damaged(path, reason: "its checksum does not match")
    guard blockCount <= (size - 32) / 16, length == size - 32 - 16 * blockCount,
      let list = words(descriptor, at: length, count: 2 * blockCount + 2)
    else { throw damaged }
    let blocks = (0..<blockCount).map {
      Block(offset: Int(clamping: list[2 * $0]), length: Int(clamping: list[2 * $0 + 1]))
    }
    guard try sum(descriptor, path, length: length, leavingOut: blocks, then: list) == tail[2] else { throw damaged }
  }

  /// XXH3 of the bytes before `length` outside of the blocks, then of `words`; nil when the blocks do not lie in order
  /// inside the file.
  private static func sum(
    _ descriptor: Int32, _ path: String, length: Int, leavingOut blocks: [Block], then words: [UInt64]
  ) throws(HDF5Error) -> UInt64? {
    guard let hash = StreamingHash() else { throw .tooLarge("the hash state", file: path, bytes: "576") }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var place = 0
    for block in blocks + [Block(offset: length, length: 0)] {
      guard block.offset >= place, block.offset <= length, block.length <= length - block.offset else { return nil }
      while place < block.offset {
        let count = pread(descriptor, &buffer, min(buffer.count, block.offset - place), place)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else {
          throw count < 0
            ? .system(path, action: "read", reason: systemReason()) : .damaged(path, reason: "it ends at byte \(place)")
        }
        buffer.withUnsafeBytes { hash.add(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        place += count
      }
      place = block.offset + block.length
    }
    words.map(\.littleEndian).withUnsafeBytes { hash.add($0) }
    return hash.low64
  }

  private static func words(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt64]? {
    var words = [UInt64](repeating: 0, count: count)
    let read = words.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, offset) }
    return read == 8 * count ? words.map(UInt64.init(littleEndian:)) : nil
  }
}
