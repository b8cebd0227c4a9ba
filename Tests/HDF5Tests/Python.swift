import Glibc

/// Runs small Python programs, to check files against h5py.
enum Python {
  static let hasH5py = (try? run("import h5py")) != nil

  /// - Returns: what the program printed; throws when it fails
  @discardableResult
  static func run(_ program: String, _ arguments: String...) throws -> String {
    let directory = try TemporaryDirectory()
    let script = directory("program.py")
    try put(Array(program.utf8), at: script)
    let command = (["python3", script] + arguments).map { "'\($0)'" }.joined(separator: " ") + " 2>&1"
    guard let pipe = popen(command, "r") else { throw TestFailure("cannot start python3") }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { output += buffer[..<count] }
    let status = pclose(pipe)
    let text = String(decoding: output, as: UTF8.self)
    guard status == 0 else { throw TestFailure(text) }
    return text
  }
}
