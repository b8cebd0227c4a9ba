import ArgumentParser
import Cluster

struct Keys: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a CURVE key pair for workers and coordinators on other machines.",
    discussion: """
      Writes FILE (secret, readable by you alone) and FILE.pub. The coordinator takes its own FILE with --key and a list \
      of the workers' public keys, one a line, with --allow; each worker takes its own FILE with --key and the \
      coordinator's FILE.pub with --server-key.
      """)

  @Argument(help: "File to write the secret key to.")
  var file: String

  func run() throws {
    let pair = try KeyPair.generate()
    try pair.write(to: file)
    Console.result(pair.publicKey)
  }
}
