internal import CZeroMQ
import Glibc

/// A CURVE key pair: each key 40 characters of Z85.
public struct KeyPair: Equatable, Sendable {
  public let publicKey: String
  public let secretKey: String

  /// - Throws: `zeroMQ` when the library was built without CURVE.
  public static func generate() throws(ClusterError) -> KeyPair {
    var publicKey = [CChar](repeating: 0, count: 41)
    var secretKey = [CChar](repeating: 0, count: 41)
    guard zmq_curve_keypair(&publicKey, &secretKey) == 0 else { throw ZeroMQ.error("zmq_curve_keypair") }
    func text(_ key: [CChar]) -> String {
      String(decoding: key.prefix(40).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return KeyPair(publicKey: text(publicKey), secretKey: text(secretKey))
  }

  private init(publicKey: String, secretKey: String) {
    self.publicKey = publicKey
    self.secretKey = secretKey
  }

  /// Writes the secret key to `path` (only its owner may read it) and the public key to `path`.pub; neither may exist.
  /// - Throws: `keyFile`.
  public func write(to path: String) throws(ClusterError) {
    try KeyFile.create(path, secretKey, mode: 0o600)
    do throws(ClusterError) { try KeyFile.create(path + ".pub", publicKey, mode: 0o644) } catch {
      unlink(path)
      throw error
    }
  }

  /// Reads a secret key file and computes its public key.
  /// - Throws: `keyFile` when others may read it, or when it holds no key.
  public static func read(_ path: String) throws(ClusterError) -> KeyPair {
    let secretKey = try KeyFile.key(path, isSecret: true)
    var publicKey = [CChar](repeating: 0, count: 41)
    guard zmq_curve_public(&publicKey, secretKey) == 0 else {
      throw .keyFile(path: path, reason: "it holds no CURVE secret key")
    }
    return KeyPair(
      publicKey: String(decoding: publicKey.prefix(40).map { UInt8(bitPattern: $0) }, as: UTF8.self),
      secretKey: secretKey)
  }

  /// Reads a public key file.
  public static func readPublic(_ path: String) throws(ClusterError) -> String {
    try KeyFile.key(path, isSecret: false)
  }
}

/// A coordinator's keys.
public struct ServerKeys: Sendable {
  public let pair: KeyPair
  /// Public keys of the clients that may connect.
  public let allowed: Set<String>

  public init(pair: KeyPair, allowed: Set<String>) {
    self.pair = pair
    self.allowed = allowed
  }

  /// Reads an allow-list: a public key per line; empty lines and what follows `#` (after a space or at the start of a
  /// line) are comments.
  /// - Throws: `keyFile`.
  public static func allowList(_ path: String) throws(ClusterError) -> Set<String> {
    var keys: Set<String> = []
    for (number, line) in try KeyFile.text(path).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      // '#' is a character of Z85, so a comment begins only after the key's 40 characters or at the start.
      guard let word = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }).first else { continue }
      if word.utf8.count != 40 && word.hasPrefix("#") { continue }
      guard KeyFile.isKey(word) else {
        throw .keyFile(path: path, reason: "line \(number + 1) is no public key of 40 characters")
      }
      keys.insert(String(word))
    }
    return keys
  }
}

/// A worker's keys.
public struct ClientKeys: Sendable {
  public let pair: KeyPair
  /// The coordinator's public key.
  public let server: String

  /// - Throws: `invalidOption` when the server's key is none.
  public init(pair: KeyPair, server: String) throws(ClusterError) {
    guard KeyFile.isKey(server) else {
      throw .invalidOption("The coordinator's public key must have 40 characters of Z85; found \(server.utf8.count).")
    }
    self.pair = pair
    self.server = server
  }
}

/// Small files with one key.
enum KeyFile {
  static func isKey(_ text: some StringProtocol) -> Bool {
    guard text.utf8.count == 40 else { return false }
    var decoded = [UInt8](repeating: 0, count: 32)
    return zmq_z85_decode(&decoded, String(text)) != nil
  }

  static func create(_ path: String, _ key: String, mode: mode_t) throws(ClusterError) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else {
      throw .keyFile(path: path, reason: errno == EEXIST ? "it exists already and is not replaced" : lastError)
    }
    let line = Array((key + "\n").utf8)
    let written = write(file, line, line.count)
    let reason = lastError
    guard close(file) == 0, written == line.count else {
      unlink(path)
      throw .keyFile(path: path, reason: reason)
    }
  }

  static func key(_ path: String, isSecret: Bool) throws(ClusterError) -> String {
    if isSecret {
      var status = stat()
      guard stat(path, &status) == 0 else { throw .keyFile(path: path, reason: lastError) }
      guard status.st_mode & 0o077 == 0 else {
        throw .keyFile(path: path, reason: "others may read it; allow only its owner (chmod 600)")
      }
    }
    let words = try text(path).split(whereSeparator: { $0 == "\n" || $0 == "\r" || $0 == " " })
    guard words.count == 1, let word = words.first, isKey(word) else {
      throw .keyFile(path: path, reason: "it must hold one key of 40 characters")
    }
    return String(word)
  }

  static func text(_ path: String) throws(ClusterError) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .keyFile(path: path, reason: lastError) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(file, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .keyFile(path: path, reason: lastError) }
      if count == 0 { break }
      bytes += buffer[..<count]
      guard bytes.count <= 1 << 20 else { throw .keyFile(path: path, reason: "it is longer than 1 MB") }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static var lastError: String { String(cString: strerror(errno)) }
}
