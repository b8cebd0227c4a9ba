import Cluster
import Testing

@Suite struct LaunchPlaceTests {
  let slurm = [
    "SLURM_PROCID": "2", "SLURM_NTASKS": "4", "SLURM_JOB_ID": "1234567", "SLURM_JOB_NODELIST": "gpu[03-05],login",
    "RANK": "9", "WORLD_SIZE": "10",
  ]

  @Test("Slurm's variables win over RANK, flags over both")
  func order() throws {
    #expect(try LaunchPlace.resolve(environment: slurm) == LaunchPlace(rank: 2, world: 4, host: "gpu03", port: 24567))
    let torch = ["RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "10.0.0.1", "MASTER_PORT": "29500"]
    #expect(try LaunchPlace.resolve(environment: torch)?.endpoint == "tcp://10.0.0.1:29500")
    #expect(
      try LaunchPlace.resolve(rank: 0, address: "[::1]:7", environment: torch)
        == LaunchPlace(rank: 0, world: 2, host: "[::1]", port: 7))
    #expect(try LaunchPlace.resolve(environment: ["PATH": "/bin"]) == nil)
  }

  @Test("what is missing or wrong is named")
  func errors() {
    func message(_ environment: [String: String]) -> String {
      do throws(ClusterError) {
        return "no error: \(String(describing: try LaunchPlace.resolve(environment: environment)))"
      } catch { return error.description }
    }
    #expect(message(["RANK": "0"]) == "WORLD_SIZE is not set, and no flag gives its value.")
    #expect(message(["RANK": "x", "WORLD_SIZE": "2"]) == "RANK must be a number; found \"x\".")
    #expect(message(["RANK": "2", "WORLD_SIZE": "2"]) == "Rank 2 is not in a world of 2 processes.")
    #expect(message(["RANK": "1", "WORLD_SIZE": "2"]) == "MASTER_ADDR is not set: give the coordinator's address.")
  }

  @Test(
    "the first host of a node list",
    arguments: [
      ("n1", "n1"), ("n1,n2", "n1"), ("gpu[03-05,9],login", "gpu03"), ("a,b[1-2]", "a"), ("r[7]-x,b", "r7-x"),
    ])
  func nodeList(list: String, host: String) {
    #expect(LaunchPlace.firstHost(ofNodeList: list) == host)
  }

  @Test("host files have slots, comments and errors with lines")
  func hostFile() throws {
    let file = try HostFile("# nodes\na slots=2\nb   # one\n\n", name: "hosts")
    #expect(file.hosts.map(\.name) == ["a", "b"] && file.slots == 3)
    #expect(throws: ClusterError.invalidOption("hosts, line 1: expected \"HOST slots=N\", found \"a slots=0\".")) {
      try HostFile("a slots=0", name: "hosts")
    }
    #expect(throws: ClusterError.invalidOption("hosts names no host.")) { try HostFile("\n", name: "hosts") }
  }
}
