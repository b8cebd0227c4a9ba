import Glibc

/// Held while a pipe is made and its child started: another child must not inherit the pipe before it is marked.
private struct SpawnLock: @unchecked Sendable {  // a pthread mutex is made for threads
  let mutex: UnsafeMutablePointer<pthread_mutex_t>
  init() {
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }
}
private let spawning = SpawnLock()

/// A process of this machine, started without fork; its stdout and stderr come through one pipe.
struct ChildProcess {
  let pid: pid_t
  /// Reading end of the pipe; whoever reads it closes it.
  let output: Int32

  /// The child gets /dev/null as stdin, default signal actions and a process group of its own, so that Ctrl-C in the
  /// terminal reaches the coordinator alone.
  init(_ executable: String, _ arguments: [String], environment: [String: String]?) throws(ClusterError) {
    func failure(_ code: Int32) -> ClusterError {
      .launch(executable: executable, reason: String(cString: strerror(code)))
    }
    var ends: [Int32] = [-1, -1]
    pthread_mutex_lock(spawning.mutex)
    defer { pthread_mutex_unlock(spawning.mutex) }
    guard pipe(&ends) == 0 else { throw failure(errno) }
    defer { close(ends[1]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }

    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&files, ends[1], 1)
    posix_spawn_file_actions_adddup2(&files, ends[1], 2)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var child = pid_t()
    let code = Self.withCStrings([executable] + arguments) { argv in
      guard let environment else { return posix_spawnp(&child, executable, &files, &attributes, argv, environ) }
      return Self.withCStrings(environment.map { "\($0)=\($1)" }.sorted()) {
        posix_spawnp(&child, executable, &files, &attributes, argv, $0)
      }
    }
    guard code == 0 else {
      close(ends[0])
      throw failure(code)
    }
    pid = child
    output = ends[0]
  }

  private static func withCStrings<R>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map(body) ?? body(UnsafeMutablePointer.allocate(capacity: 0))
    }
  }

  /// Waits for its end: "exited with code 1", "was killed by signal 9 (Killed)".
  func wait() -> (how: String, isClean: Bool) {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      if errno != EINTR { return ("ended", false) }
    }
    let signal = status & 0x7f
    if signal == 0 {
      let code = (status >> 8) & 0xff
      return ("exited with code \(code)", code == 0)
    }
    let name = strsignal(signal).map { String(cString: $0) } ?? "?"
    return ("was killed by signal \(signal) (\(name))", false)
  }

  /// Copies its output to stderr, line by line, each with the prefix; returns at the end of the output.
  func forwardOutput(prefix: String) {
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16384)
    let mark = Array(prefix.utf8)
    func flush() {
      let whole = mark + line + [10]
      var rest = whole[...]
      while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
        if written < 0 && errno == EINTR { continue }
        if written <= 0 { break }
        rest = rest.dropFirst(written)
      }
      line.removeAll(keepingCapacity: true)
    }
    while true {
      let count = read(output, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      for byte in buffer[..<count] {
        if byte == 10 || line.count >= 65536 { flush() }
        if byte != 10 { line.append(byte) }
      }
    }
    if !line.isEmpty { flush() }
    close(output)
  }
}
