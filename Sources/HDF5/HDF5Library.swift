internal import CHDF5
import Glibc

/// The C library behind one process-wide lock: HDF5 calls run one at a time.
///
/// Every public function of this module begins with `HDF5Library.enter(); defer { HDF5Library.leave() }`. The lock is
/// recursive, since releasing a file (which closes it) may happen while the same thread holds the lock.
enum HDF5Library {
  nonisolated(unsafe) private static let mutex: UnsafeMutablePointer<pthread_mutex_t> = {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
    pthread_mutex_init(mutex, &attributes)
    pthread_mutexattr_destroy(&attributes)
    // Files are closed by their owners; at exit the library would only retry what failed (a full disk), for ever.
    H5dont_atexit()
    return mutex
  }()

  static func enter() {
    pthread_mutex_lock(mutex)
    // Turns off HDF5's own printing; a thread-safe build keeps this setting for each thread.
    H5Eset_auto2(CHDF5_default_error_stack(), nil, nil)
  }

  static func leave() { pthread_mutex_unlock(mutex) }

  /// Why the last call failed, in HDF5's words.
  static func reason() -> String {
    var reason = CHDF5_reason()
    CHDF5_last_reason(&reason)
    let text = withUnsafeBytes(of: &reason) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if text.isEmpty { return "no reason given by HDF5" }
    // "file write failed: time = ..., errno = 28, error message = 'No space left on device', buf = 0x...": the words
    // alone.
    let words = text.split(separator: "error message = '", maxSplits: 1)
    return words.count == 2 ? String(words[1].prefix { $0 != "'" }) : text
  }

  /// Bytes of memory of this machine: a dataset that claims more is refused instead of trapping in the allocator.
  static let physicalMemory: Int = {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let size = sysconf(Int32(_SC_PAGESIZE))
    return pages > 0 && size > 0 ? pages * size : Int.max
  }()
}

/// The text of `errno`.
func systemReason(_ code: Int32 = errno) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
