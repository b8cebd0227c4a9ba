import Foundation

/// Where this program writes: results to stdout, everything else to stderr.
enum Console {
  static func result(_ text: String) { write(text + "\n", to: .standardOutput) }
  static func note(_ text: String) { write(text + "\n", to: .standardError) }

  private static func write(_ text: String, to handle: FileHandle) {
    // A reader that went away (`| head`) is not an error of ours.
    try? handle.write(contentsOf: Data(text.utf8))
  }

  /// A value as JSON with sorted keys in snake_case, for `--json`.
  static func json(_ value: some Encodable, snakeCase: Bool = true) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
    result(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
