internal import CHDF5
import Glibc

/// An HDF5 file, open for writing (`create`) or reading (`open`). Closed by `close()` or when released.
///
/// Datasets and groups are named by paths such as `/visits/ids`; the leading slash may be left out. Files are written
/// in the format of HDF5 1.10 (metadata with checksums, no timestamps: equal content gives equal bytes) and are
/// readable by h5py. They end in a checksum of their structure (`FileStamp`). Usable from any thread: one process-wide
/// lock surrounds every call.
public final class HDF5File: @unchecked Sendable {
  public let path: String
  let isWritable: Bool
  // Guarded by the lock. `streams` are the row and string writers that still hold datasets open.
  private var handle: hid_t?
  private var streams: [any HDF5Stream] = []
  // Large contiguous datasets written here, which the stamp leaves out.
  private var blocks: [String] = []

  private init(path: String, handle: hid_t, isWritable: Bool) {
    self.path = path
    self.handle = handle
    self.isWritable = isWritable
  }

  deinit { try? close() }

  /// Creates a file; an existing one is emptied. Prefer `AtomicFile.hdf5` for what must never be seen half-written.
  public static func create(_ path: String) throws(HDF5Error) -> HDF5File {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    if FileSystem.isDirectory(path) { throw .isDirectory(path) }
    let parent = FileSystem.parent(of: path)
    guard FileSystem.isDirectory(parent) else {
      throw .cannotCreate(path, reason: "there is no directory \(parent)")
    }
    if access(parent, W_OK) != 0 || (FileSystem.exists(path) && access(path, W_OK) != 0) {
      throw .cannotCreate(path, reason: systemReason())
    }
    let creation = try list(CHDF5_file_create_class(), path)
    defer { H5Pclose(creation) }
    H5Pset_obj_track_times(creation, false)
    let access = try accessList(path)
    defer { H5Pclose(access) }
    let handle = H5Fcreate(path, CHDF5_truncate(), creation, access)
    guard handle >= 0 else { throw .cannotCreate(path, reason: HDF5Library.reason()) }
    return HDF5File(path: path, handle: handle, isWritable: true)
  }

  /// Opens a file for reading.
  /// - Throws: `noSuchFile`, `isDirectory`, `noPermission`, `notHDF5`, `damaged` (cut short, broken structure)
  public static func open(_ path: String) throws(HDF5Error) -> HDF5File {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    try checkReadable(path)
    let access = try accessList(path)
    defer { H5Pclose(access) }
    let handle = H5Fopen(path, CHDF5_read_only(), access)
    guard handle >= 0 else { throw .damaged(path, reason: HDF5Library.reason()) }
    return HDF5File(path: path, handle: handle, isWritable: false)
  }

  /// Whether the file ends in the checksum that Theriac writes. One without it (edited by h5py, or from elsewhere) is
  /// opened unchecked, and HDF5 may stop the whole process when it is damaged.
  public static func hasStamp(_ path: String) -> Bool { FileStamp.isThere(path) }

  /// Finishes all row writers, flushes and closes. Later uses throw `closed`; closing twice does nothing.
  public func close() throws(HDF5Error) {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    guard let handle else { return }
    var failure: HDF5Error?
    var stamped: [FileStamp.Block] = []
    do {
      try finishStreams()
      for name in blocks { if let block = try block(of: name) { stamped.append(block) } }
    } catch {
      failure = error
    }
    self.handle = nil
    for stream in streams { stream.abandon() }
    streams = []
    let status = H5Fclose(handle)
    let reason = status < 0 ? HDF5Library.reason() : ""
    if let failure { throw failure }
    if status < 0 { throw .writeFailed("the end of the file", file: path, reason: reason) }
    if isWritable { try FileStamp.append(to: path, leavingOut: stamped) }
  }

  // MARK: For the other files of this module (called with the lock held)

  func id() throws(HDF5Error) -> hid_t {
    guard let handle else { throw .closed(path) }
    return handle
  }

  func writableID() throws(HDF5Error) -> hid_t {
    let id = try id()
    guard isWritable else { throw .readOnly(path) }
    return id
  }

  /// Notes a dataset that may be left out of the stamp.
  func noteBlock(_ name: String) { blocks.append(name) }

  private func block(of name: String) throws(HDF5Error) -> FileStamp.Block? {
    try withDataset(name) { stored in
      let offset = H5Dget_offset(stored.id)
      let length = Int(clamping: H5Dget_storage_size(stored.id))
      guard offset != CHDF5_undefined_address(), length >= FileStamp.smallestBlock else { return nil }
      return FileStamp.Block(offset: Int(clamping: offset), length: length)
    }
  }

  func register(_ stream: any HDF5Stream) { streams.append(stream) }

  /// Writes what row writers still buffer, so that readers of this open file see it.
  func finishStreams() throws(HDF5Error) {
    for stream in streams { try stream.flush() }
  }

  /// A property list of a class; the caller closes it.
  static func list(_ listClass: hid_t, _ path: String) throws(HDF5Error) -> hid_t {
    let list = H5Pcreate(listClass)
    guard list >= 0 else { throw .cannotCreate(path, reason: HDF5Library.reason()) }
    return list
  }

  private static func accessList(_ path: String) throws(HDF5Error) -> hid_t {
    let access = try list(CHDF5_file_access_class(), path)
    // Closing the file closes every object in it, so that a rename or re-open never meets a half-open file.
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG)
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110)
    // Files are replaced by renaming, never changed in place: locks protect nothing here and fail on some network
    // disks.
    H5Pset_file_locking(access, false, true)
    // Every object starts at a multiple of 64 bytes: mapped floats are aligned to a cache line.
    H5Pset_alignment(access, 1, 64)
    return access
  }

  private static func checkReadable(_ path: String) throws(HDF5Error) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR: throw .noSuchFile(path)
      case EACCES, EPERM: throw .noPermission(path, action: "read")
      default: throw .system(path, action: "open", reason: systemReason())
      }
    }
    defer { Glibc.close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(path, action: "open", reason: systemReason()) }
    if status.st_mode & S_IFMT == S_IFDIR { throw .isDirectory(path) }
    if let reason = InputFile.kind(status.st_mode) { throw .system(path, action: "read", reason: reason) }
    if status.st_size == 0 { throw .damaged(path, reason: "the file is empty") }
    // The signature stands at 0, or behind a user block of 512, 1024, 2048 ... bytes.
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    var offset = 0
    while offset < Int(status.st_size) {
      var bytes = [UInt8](repeating: 0, count: 8)
      if pread(descriptor, &bytes, 8, offset) == 8, bytes == signature {
        return try FileStamp.check(descriptor, path: path, size: Int(status.st_size))
      }
      offset = offset == 0 ? 512 : 2 * offset
    }
    throw .notHDF5(path)
  }
}

/// A writer that holds a dataset open and may buffer rows; the file finishes it at close.
protocol HDF5Stream: AnyObject {
  func flush() throws(HDF5Error)
  /// The file is closed, and with it the dataset: forget its handle.
  func abandon()
}
