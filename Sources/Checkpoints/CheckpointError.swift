import HDF5

/// What can go wrong with checkpoints; every case describes itself in one sentence that names the file.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
  /// The file cannot be read or written, is damaged, or is of another kind.
  case file(HDF5Error)
  /// The checkpoint to be written contradicts itself (a programming error of the caller, caught before writing).
  case inconsistent(String, String)
  /// The file is whole, yet its content cannot be a checkpoint.
  case malformed(String, String)
  /// What was read back differs from what was written.
  case notAsWritten(String)
  /// The directory of checkpoints cannot be listed, made or cleaned.
  case directory(String, action: String, reason: String)
  /// There are checkpoints, but every one is damaged.
  case noneValid(String, count: Int)
  case badKeepCount(Int)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .inconsistent(let path, let reason): "cannot write checkpoint \(path): \(reason)"
    case .malformed(let path, let reason): "\(path) is not a usable checkpoint: \(reason); use another checkpoint"
    case .notAsWritten(let path):
      "\(path) did not read back as it was written and was not kept; check the disk, then try again"
    case .directory(let path, let action, let reason): "cannot \(action) \(path): \(reason)"
    case .noneValid(let path, let count):
      "none of the \(count) checkpoints in \(path) can be read; remove them to start anew, or restore one from a copy"
    case .badKeepCount(let count): "\(count) checkpoints cannot be kept; keep 1 or more"
    }
  }

  /// Any error of a write closure as ours.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as CheckpointError: self = error
    case let error as HDF5Error: self = .file(error)
    default: self = .file(.system(path, action: "write", reason: "\(error)"))
    }
  }
}
