import Wire

/// Who takes part: ranks, shards, losses, newcomers.
extension CoordinatorState {
  func who(_ rank: Int) -> String {
    "rank \(rank)" + (ranks.indices.contains(rank) ? members[ranks[rank]].map { " (\($0.name))" } ?? "" : "")
  }

  /// Asks the program for the next task.
  mutating func plan(at now: Instant) {
    enter(.planning, at: now)
    actions.append(.askNext)
  }

  mutating func planned(_ next: ClusterTask?, at now: Instant) {
    guard phase == .planning else { return }
    if let stopReason { return end(.interrupted(reason: stopReason)) }
    guard let next else { return end(.finished) }
    task = next
    taskBegan = false
    current = AttemptID(task: current.task + 1, attempt: 1)
    let hasSpare = arrivals.count > ranks.count && ranks.count < settings.world
    if mustAssemble || hasSpare { assemble(at: now) } else { startTask(at: now) }
  }

  /// Chooses the attempt's workers and has them prepared.
  mutating func assemble(at now: Instant) {
    // A newcomer's state is that of the task boundary, so it cannot come in once the task has begun.
    let incumbents = arrivals.filter { members[$0]?.isIncumbent == true }
    let newcomers = taskBegan ? [] : arrivals.filter { members[$0]?.isIncumbent == false }
    let chosen = (incumbents + newcomers).prefix(settings.world)
    guard chosen.count >= settings.minWorkers else {
      return fail(.tooFewWorkers(left: chosen.count, minimum: settings.minWorkers, lost: lastLoss))
    }
    assignRanks(Array(chosen))
    mustAssemble = false
    actions.append(.log(.assigned(world: ranks.count, task: current.task, attempt: Int(current.attempt))))
    if ranks.contains(where: { members[$0]?.isIncumbent == false }) {
      enter(.awaitingState, at: now)
      actions.append(.askState)
    } else {
      distribute(hasState: false, at: now)
    }
  }

  /// Keeps a rank where it still exists, so that its shard need not move; the others fill the holes.
  private mutating func assignRanks(_ chosen: [WorkerID]) {
    var places = [WorkerID?](repeating: nil, count: chosen.count)
    var homeless: [WorkerID] = []
    for id in chosen {
      if let rank = members[id]?.rank, rank < places.count, places[rank] == nil {
        places[rank] = id
      } else {
        homeless.append(id)
      }
    }
    homeless.reverse()
    ranks = places.compactMap { $0 ?? homeless.popLast() }
    for id in arrivals {
      members[id]?.rank = ranks.firstIndex(of: id)
      members[id]?.position = nil
    }
  }

  mutating func distribute(hasState: Bool, at now: Instant) {
    enter(.assembling, at: now)
    for (rank, id) in ranks.enumerated() {
      guard let member = members[id] else { continue }
      let place = ShardPlace(rank: rank, world: ranks.count)
      let needsState = hasState && !member.isIncumbent
      let needsShard = member.installed != place
      members[id]?.installed = needsShard ? nil : place
      let assignment = Assignment(
        rank: UInt32(rank), world: UInt32(ranks.count), stateFollows: needsState, shardFollows: needsShard)
      send(.assign, .bytes(assignment.bytes), to: id)
      if needsState { send(.state, .state, to: id) }
      if needsShard {
        actions.append(.sendShard(rank: rank, world: ranks.count, header(.shardChunk), to: id))
      }
    }
  }

  /// All installed: they must stand at the same committed position.
  mutating func checkPositionsAndStart(at now: Instant) {
    func describe(_ ids: [WorkerID]) -> String {
      ids.map { "\(who(members[$0]?.rank ?? 0)) at \(members[$0]?.position ?? 0)" }.joined(separator: ", ")
    }
    let incumbents = ranks.filter { members[$0]?.isIncumbent == true }
    let judges = incumbents.isEmpty ? ranks : incumbents
    let positions = Set(judges.compactMap { members[$0]?.position })
    guard positions.count == 1, let position = positions.first else {
      return fail(
        .positionsDisagree(
          "The workers' committed positions differ before task '\(task?.label ?? "")' (\(describe(judges))):"
            + " resume from the last checkpoint."))
    }
    let strangers = ranks.filter { members[$0]?.position != position }
    if strangers.isEmpty { return startTask(at: now) }
    lose(
      strangers.map {
        ($0, "it stands at position \(members[$0]?.position ?? 0) and the others at \(position)")
      }, at: now)
  }

  /// To be declared lost soon: what it sent before is read first, for example why its program failed.
  mutating func suspect(_ id: WorkerID, _ why: String, at now: Instant) {
    guard members[id] != nil, members[id]?.suspicion == nil else { return }
    members[id]?.suspicion = (now + .milliseconds(250), why)
  }

  mutating func childExited(_ pid: Int32, _ how: String, _ willRestart: Bool, at now: Instant) {
    if let member = members.values.first(where: { $0.hello.pid == pid && $0.hello.host == settings.host }) {
      return suspect(member.id, "its process \(how)", at: now)
    }
    let who = "Worker process \(pid)"
    if phase == .gathering && !willRestart {
      fail(.workerExitedEarly(who: who, how: how, came: arrivals.count, expected: settings.world))
    } else {
      actions.append(.log(.workerExited("\(who) \(how)\(willRestart ? "; starting it again" : "")")))
    }
  }

  /// Forgets workers; the attempt they were in goes on without them.
  mutating func lose(_ losses: [(WorkerID, String)], at now: Instant) {
    var names: [String] = []
    for (id, why) in losses {
      guard let member = members.removeValue(forKey: id) else { continue }
      arrivals.removeAll { $0 == id }
      lost[id] = LostWorker(name: member.name, why: why)
      actions.append(.log(.lost(worker: member.name, why: why)))
      if ranks.contains(id) {
        names.append("\(member.rank.map { "rank \($0)" } ?? "a worker") (\(member.name)) was lost: \(why)")
      }
    }
    guard !names.isEmpty else { return }
    lastLoss = names.joined(separator: "; ")
    switch phase {
    case .gathering, .ended: break
    case .planning, .completing: mustAssemble = true
    case .awaitingState, .assembling: restart(lastLoss, at: now)
    case .running: abortAttempt(lastLoss, at: now)
    }
  }

  private mutating func abortAttempt(_ why: String, at now: Instant) {
    for held in meeting.takeAll() { actions.append(.discard(held)) }
    for id in ranks where members[id] != nil { send(.abort, .bytes(Sentence(why).bytes), to: id) }
    actions.append(.attemptAborted(why))
    restart(why, at: now)
  }

  private mutating func restart(_ why: String, at now: Instant) {
    actions.append(.cancelShards)
    current.attempt += 1
    let label = task?.label ?? ""
    actions.append(.log(.restarting(label: label, attempt: Int(current.attempt), why: why)))
    assemble(at: now)
  }
}
