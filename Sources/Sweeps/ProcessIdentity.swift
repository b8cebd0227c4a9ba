import Foundation

/// A process as more than its pid: the machine's boot and the process's start time tell a reused pid apart.
public struct ProcessIdentity: Codable, Sendable, Equatable {
  public let pid: Int32
  /// "BOOT-ID:START-TICKS"
  public let birth: String

  /// nil when there is no such process here.
  public init?(pid: Int32) {
    guard let birth = Self.birth(of: pid) else { return nil }
    (self.pid, self.birth) = (pid, birth)
  }

  /// Whether this very process still runs on this machine (a zombie does not).
  public var isAlive: Bool { Self.birth(of: pid) == birth }

  /// SIGTERM, then after `grace` seconds SIGKILL to its process group; returns when it is gone.
  func end(grace: Double) async {
    guard isAlive else { return }
    kill(pid, SIGTERM)
    let deadline = Date().addingTimeInterval(grace)
    while isAlive, Date() < deadline { try? await Task.sleep(for: .milliseconds(50)) }
    guard isAlive else { return }
    if getpgid(pid) == pid { kill(-pid, SIGKILL) } else { kill(pid, SIGKILL) }
    while isAlive { try? await Task.sleep(for: .milliseconds(20)) }
  }

  /// Processes of this user whose environment has the variable, by its value; leaders of process groups first.
  static func byEnvironment(_ variable: String) -> [String: [ProcessIdentity]] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let pids = names.compactMap { Int32($0) }.filter { $0 != getpid() }
    var found: [String: [ProcessIdentity]] = [:]
    for pid in pids.sorted(by: { (getpgid($0) == $0 ? 0 : 1, $0) < (getpgid($1) == $1 ? 0 : 1, $1) }) {
      guard let environment = AtomicText.read("/proc/\(pid)/environ"), let process = ProcessIdentity(pid: pid) else {
        continue
      }
      for entry in environment.split(separator: 0) {
        let text = String(decoding: entry, as: UTF8.self)
        if text.hasPrefix(variable + "=") {
          found[String(text.dropFirst(variable.count + 1)), default: []].append(process)
        }
      }
    }
    return found
  }

  private static func birth(of pid: Int32) -> String? {
    guard let stat = AtomicText.read("/proc/\(pid)/stat").map({ String(decoding: $0, as: UTF8.self) }),
      let close = stat.lastIndex(of: ")")
    else { return nil }
    // After "pid (command)": state is field 3 of proc(5), start time in clock ticks is field 22.
    let fields = stat[stat.index(after: close)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    let boot = AtomicText.read("/proc/sys/kernel/random/boot_id").map { String(decoding: $0, as: UTF8.self) } ?? ""
    return boot.trimmingCharacters(in: .whitespacesAndNewlines) + ":" + fields[19]
  }
}
