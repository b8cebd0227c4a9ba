/// Which process of a job this is and where they meet: from flags, else Slurm's variables, else RANK, WORLD_SIZE,
/// MASTER_ADDR and MASTER_PORT. Only tells who is first: ranks in collectives are given by the coordinator.
public struct LaunchPlace: Equatable, Sendable {
  /// 0 ..< world; the process with rank 0 also runs the coordinator.
  public var rank: Int
  public var world: Int
  /// Where the coordinator listens.
  public var host: String
  public var port: Int

  public init(rank: Int, world: Int, host: String, port: Int) {
    self.rank = rank
    self.world = world
    self.host = host
    self.port = port
  }

  public var endpoint: String { "tcp://\(host):\(port)" }

  /// - Parameters:
  ///   - rank, world, address: flags; `address` reads HOST:PORT. A flag wins over the environment, one by one.
  ///   - environment: variables, usually the process's.
  /// - Returns: nil when nothing says that this is part of a job.
  /// - Throws: `invalidOption` when a value is missing, no number, or out of range.
  public static func resolve(
    rank: Int? = nil, world: Int? = nil, address: String? = nil, environment: [String: String]
  ) throws(ClusterError) -> LaunchPlace? {
    let isSlurm = environment["SLURM_PROCID"] != nil && environment["SLURM_NTASKS"] != nil
    let rankKey = isSlurm ? "SLURM_PROCID" : "RANK"
    let worldKey = isSlurm ? "SLURM_NTASKS" : "WORLD_SIZE"
    let isNamed = rank != nil || world != nil || address != nil || isSlurm || environment["RANK"] != nil
    guard isNamed else { return nil }
    let foundRank = try number(rankKey, environment, unless: rank)
    let foundWorld = try number(worldKey, environment, unless: world)
    guard foundWorld >= 1, foundRank >= 0, foundRank < foundWorld else {
      throw .invalidOption("Rank \(foundRank) is not in a world of \(foundWorld) processes.")
    }
    let (host, port) = try meetingPoint(address, isSlurm, environment)
    return LaunchPlace(rank: foundRank, world: foundWorld, host: host, port: port)
  }

  private static func meetingPoint(
    _ address: String?, _ isSlurm: Bool, _ environment: [String: String]
  ) throws(ClusterError) -> (String, Int) {
    if let address {
      try Endpoint.validate("tcp://" + address)
      guard let colon = address.lastIndex(of: ":"), let port = Int(address[address.index(after: colon)...]) else {
        throw .invalidOption("The address \(address) must read HOST:PORT.")
      }
      return (String(address[..<colon]), port)
    }
    if isSlurm {
      guard let list = environment["SLURM_STEP_NODELIST"] ?? environment["SLURM_JOB_NODELIST"],
        let host = firstHost(ofNodeList: list)
      else { throw .invalidOption("SLURM_JOB_NODELIST names no node: give the coordinator's address.") }
      // The same port for all processes of a job, another for another job.
      let job = try number("SLURM_JOB_ID", environment)
      return (host, 20_000 + job % 10_000)
    }
    guard let host = environment["MASTER_ADDR"], !host.isEmpty else {
      throw .invalidOption("MASTER_ADDR is not set: give the coordinator's address.")
    }
    let port = try number("MASTER_PORT", environment)
    guard port >= 1, port <= 65535 else { throw .invalidOption("MASTER_PORT must be a port; found \(port).") }
    return (host, port)
  }

  private static func number(
    _ key: String, _ environment: [String: String], unless flag: Int? = nil
  ) throws(ClusterError) -> Int {
    if let flag { return flag }
    guard let text = environment[key] else { throw .invalidOption("\(key) is not set, and no flag gives its value.") }
    guard let value = Int(text), value >= 0 else { throw .invalidOption("\(key) must be a number; found \"\(text)\".") }
    return value
  }

  /// "gpu[03-05,9],login" → "gpu03".
  package static func firstHost(ofNodeList list: String) -> String? {
    guard let bracket = list.firstIndex(of: "["), !list[..<bracket].contains(",") else {
      return list.split(separator: ",").first.map(String.init)
    }
    guard let end = list[bracket...].firstIndex(of: "]") else { return nil }
    let inside = list[list.index(after: bracket)..<end]
    guard let first = inside.split(whereSeparator: { $0 == "," || $0 == "-" }).first else { return nil }
    let suffix = list[list.index(after: end)...].prefix { $0 != "," }
    return String(list[..<bracket]) + String(first) + String(suffix)
  }
}

/// Hosts to start workers on: lines `HOST [slots=N]`; `#` begins a comment.
public struct HostFile: Equatable, Sendable {
  public struct Host: Equatable, Sendable {
    public var name: String
    public var slots: Int
  }
  public var hosts: [Host]

  /// - Parameter name: of the file, for errors.
  /// - Throws: `invalidOption` with the line.
  public init(_ text: String, name: String) throws(ClusterError) {
    hosts = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard let host = words.first else { continue }
      var slots = 1
      for word in words.dropFirst() {
        guard word.hasPrefix("slots="), let value = Int(word.dropFirst(6)), value >= 1, words.count == 2 else {
          throw .invalidOption("\(name), line \(number + 1): expected \"HOST slots=N\", found \"\(line)\".")
        }
        slots = value
      }
      hosts.append(Host(name: String(host), slots: slots))
    }
    guard !hosts.isEmpty else { throw .invalidOption("\(name) names no host.") }
  }

  /// Processes in all.
  public var slots: Int { hosts.reduce(0) { $0 + $1.slots } }
}
