import CKernels
import Foundation

/// The machine that a benchmark runs on, as far as it can be asked.
public enum Machine {
  /// The processor's name in /proc/cpuinfo, or the architecture's.
  public static var processor: String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return name.map { $0.trimmingCharacters(in: .whitespaces) } ?? architecture
  }

  static var architecture: String {
    #if arch(x86_64)
      "x86-64"
    #elseif arch(arm64)
      "arm64"
    #else
      "unknown processor"
    #endif
  }

  /// The instruction set that the vector kernels run on, chosen when the program starts.
  public static var instructionSet: String { String(cString: ck_instruction_set()) }

  /// The most memory a process has had, in MiB; nil where /proc does not say.
  public static func peakMemory(process: Int32? = nil) -> Double? {
    let place = process.map { "\($0)" } ?? "self"
    let lines = (try? String(contentsOfFile: "/proc/\(place)/status", encoding: .utf8))?.split(separator: "\n")
    let words = lines?.first { $0.hasPrefix("VmHWM:") }?.split(whereSeparator: \.isWhitespace)
    guard let words, words.count > 1, let kibibytes = Double(words[1]) else { return nil }
    return kibibytes / 1024
  }

  /// Bytes of memory that programs can still get: what /proc/meminfo says, the machine's memory where it does not, and
  /// no more than the limit of the control group.
  static var availableMemory: Double {
    let words = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8))?.split(separator: "\n")
      .first { $0.hasPrefix("MemAvailable:") }?.split(whereSeparator: \.isWhitespace)
    let free = words.flatMap { $0.count > 1 ? Double($0[1]) : nil }.map { $0 * 1024 }
    let limit = (try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8))
      .flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    return min(free ?? Double(ProcessInfo.processInfo.physicalMemory), limit ?? .infinity)
  }

  /// Seconds of processor time that all threads of this process have used.
  static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
