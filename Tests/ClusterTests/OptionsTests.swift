import Cluster
import Testing

@Suite struct OptionsTests {
  @Test(
    "loopback is told from addresses that others reach",
    arguments: [
      ("tcp://127.0.0.1:5555", true), ("tcp://127.8.0.1:*", true), ("tcp://localhost:1", true), ("tcp://[::1]:9", true),
      ("ipc:///tmp/x", true), ("tcp://0.0.0.0:5555", false), ("tcp://*:5555", false), ("tcp://10.0.0.1:5555", false),
      ("tcp://127.evil.org:5555", false), ("tcp://127.0.0.1.evil.org:5555", false), ("tcp://eth0:5555", false),
    ])
  func loopback(endpoint: String, isLocal: Bool) {
    #expect(Endpoint.isLocal(endpoint) == isLocal)
  }

  @Test(
    "malformed addresses are refused with a sentence",
    arguments: [
      "", "5555", "udp://x:1", "tcp://", "tcp://host", "tcp://host:", "tcp://host:0", "tcp://host:70000", "tcp://:5",
      "ipc://", "ipc:///" + String(repeating: "x", count: 107),
    ])
  func malformed(endpoint: String) {
    #expect(throws: ClusterError.self) { try Endpoint.validate(endpoint) }
  }

  private func build(_ change: (inout CoordinatorOptions) -> Void) throws(ClusterError) {
    var options = CoordinatorOptions(world: 2, version: "1")
    change(&options)
    _ = try Coordinator(options, program: CountingProgram(steps: [1]))
  }

  @Test("an address beyond loopback needs keys or an explicit wish")
  func insecure() throws {
    #expect(throws: ClusterError.insecureAddress(endpoint: "tcp://0.0.0.0:*")) {
      try build { $0.bind = ["tcp://0.0.0.0:*"] }
    }
    try build {
      $0.bind = ["tcp://0.0.0.0:*"]
      $0.insecure = true
    }
  }

  @Test("numbers without sense are refused")
  func numbers() {
    #expect(throws: ClusterError.self) { try build { $0.world = 0 } }
    #expect(throws: ClusterError.self) { try build { $0.minWorkers = 3 } }
    #expect(throws: ClusterError.self) { try build { $0.bind = [] } }
    #expect(throws: ClusterError.self) { try build { $0.gatherTimeout = .zero } }
    #expect(throws: ClusterError.self) { try build { $0.heartbeatTimeout = .seconds(1) } }
    #expect(throws: ClusterError.self) { try build { $0.stepTimeout = .zero } }
  }

  @Test("a port in use is named")
  func portInUse() throws {
    let first = try Coordinator(CoordinatorOptions(world: 1, version: "1"), program: CountingProgram(steps: []))
    let endpoint = first.endpoints[0]
    #expect(endpoint.hasPrefix("tcp://127.0.0.1:"))
    #expect(throws: ClusterError.portInUse(endpoint: endpoint)) { try build { $0.bind = [endpoint] } }
  }
}
