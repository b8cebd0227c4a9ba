import Cluster
import Glibc
import Testing

@Suite(.serialized) struct KeyTests {
  private func options(_ keys: ServerKeys, _ log: EventLog) -> CoordinatorOptions {
    var options = CoordinatorOptions(world: 1, version: "1")
    options.keys = keys
    options.log = { log.add($0) }
    return options
  }

  @Test("an allowed client works over CURVE; others are refused with a sentence on both sides")
  func curve() throws {
    let server = try KeyPair.generate()
    let client = try KeyPair.generate()
    let stranger = try KeyPair.generate()
    let log = EventLog()
    let program = CountingProgram(steps: [3])
    let coordinator = try Coordinator(
      options(ServerKeys(pair: server, allowed: [client.publicKey]), log), program: program)
    let endpoint = coordinator.endpoints[0]
    let running = Background { Result { try coordinator.run() } }

    let keysOfStranger = try ClientKeys(pair: stranger, server: server.publicKey)
    let refused = startWorker(endpoint) { $0.keys = keysOfStranger }.result()
    #expect(refused == .failure(.refused(sentence: "this worker's public key is not in the coordinator's allow-list.")))
    let wrongServer = try ClientKeys(pair: client, server: stranger.publicKey)
    let mistaken = startWorker(endpoint) {
      $0.keys = wrongServer
      $0.connectTimeout = .seconds(2)
    }.result()
    #expect(throws: ClusterError.self) { try mistaken?.get() }
    let plain = startWorker(endpoint) { $0.connectTimeout = .seconds(2) }.result()
    #expect(throws: ClusterError.self) { try plain?.get() }

    let keys = try ClientKeys(pair: client, server: server.publicKey)
    #expect(startWorker(endpoint) { $0.keys = keys }.result() == .success(.finished))
    #expect(try running.result()?.get() == .finished)
    #expect(program.results == [[CountingProgram.expected([1, 1, 1])]])
    #expect(log.events.contains(.refusedKey(stranger.publicKey)))
  }

  @Test("key files keep their secret, come back, and are never replaced")
  func files() throws {
    var template = Array("/tmp/theriac-keys-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { for name in ["/a", "/a.pub", "/b", ""] { remove(folder + name) } }
    let pair = try KeyPair.generate()
    try pair.write(to: folder + "/a")
    #expect(try KeyPair.read(folder + "/a") == pair)
    #expect(try KeyPair.readPublic(folder + "/a.pub") == pair.publicKey)
    #expect(try ServerKeys.allowList(folder + "/a.pub") == [pair.publicKey])
    #expect(throws: ClusterError.keyFile(path: folder + "/a", reason: "it exists already and is not replaced")) {
      try pair.write(to: folder + "/a")
    }
    chmod(folder + "/a", 0o644)
    #expect(
      throws: ClusterError.keyFile(path: folder + "/a", reason: "others may read it; allow only its owner (chmod 600)")
    ) { try KeyPair.read(folder + "/a") }
    let file = fopen(folder + "/b", "w")
    fputs("# who may connect\n\n\(pair.publicKey) # node 1\nnonsense\n", file)
    fclose(file)
    #expect(
      throws: ClusterError.keyFile(path: folder + "/b", reason: "line 4 is no public key of 40 characters")
    ) { try ServerKeys.allowList(folder + "/b") }
  }
}
