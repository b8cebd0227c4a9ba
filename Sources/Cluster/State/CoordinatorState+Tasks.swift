import Wire

/// Tasks and collectives.
extension CoordinatorState {
  mutating func startTask(at now: Instant) {
    guard let task else { return }
    enter(.running, at: now)
    taskBegan = true
    meeting = Meeting(world: ranks.count)
    let start = TaskStart(label: task.label, task: task.bytes).bytes
    for (rank, id) in ranks.enumerated() {
      members[id]?.isIncumbent = true
      members[id]?.position = nil
      members[id]?.reporting = (current, rank)
      members[id]?.lastActivity = now
      send(.task, .bytes(start), to: id)
    }
    actions.append(.log(.taskStarted(label: task.label, world: ranks.count, attempt: Int(current.attempt))))
  }

  private var taskName: String { "task '\(task?.label ?? "")'" }

  /// A rank's part has come; with the last one the result goes to all.
  mutating func join(
    rank: Int, _ operation: CollectiveOperation, length: UInt64, _ held: HeldBytes, at now: Instant
  ) {
    if let (first, other) = meeting.operation {
      guard first == operation, operation == .gather || meeting.length == length else {
        func call(_ operation: CollectiveOperation, _ length: UInt64) -> String {
          operation == .sum ? "sum of \(length / 4) numbers" : "allGather"
        }
        actions.append(.discard(held))
        return fail(
          .programsDisagree(
            "In collective \(meeting.sequence) of \(taskName), \(who(other)) calls \(call(first, meeting.length))"
              + " and \(who(rank)) \(call(operation, length)): the ranks do not run the same program."))
      }
    } else {
      meeting.operation = (operation, rank)
      meeting.length = length
      meeting.waitingSince = now
    }
    meeting.parts[rank] = held
    meeting.arrived += 1
    if disagreesOnEnd() { return }
    guard meeting.arrived == ranks.count else { return }
    actions.append(
      .combine(
        Combination(
          operation: operation, header: header(.result, sequence: meeting.sequence, detail: operation.rawValue),
          receivers: ranks, parts: meeting.parts.compactMap(\.self))))
    for index in meeting.parts.indices { meeting.parts[index] = nil }
    for id in ranks { members[id]?.lastActivity = now }
    meeting.arrived = 0
    meeting.operation = nil
    meeting.waitingSince = nil
    meeting.sequence += 1
    phaseBegan = now
    noticed = now
  }

  mutating func settle(rank: Int, _ held: HeldBytes, position: UInt64, at now: Instant) {
    meeting.results[rank] = (held, position)
    meeting.returned += 1
    if disagreesOnEnd() { return }
    if meeting.waitingSince == nil { meeting.waitingSince = now }
    guard meeting.returned == ranks.count else { return }
    let results = meeting.results.compactMap(\.self)
    guard Set(results.map(\.position)).count == 1 else {
      let list = results.enumerated().map { "\(who($0)) at \($1.position)" }.joined(separator: ", ")
      return fail(
        .positionsDisagree(
          "The workers' committed positions differ after \(taskName) (\(list)): resume from the last checkpoint."))
    }
    meeting = Meeting()
    actions.append(.deliverResults(results.map(\.bytes), stopped: stopReason != nil))
    enter(.completing, at: now)
  }

  /// A collective can never complete when another rank has already returned.
  private mutating func disagreesOnEnd() -> Bool {
    guard meeting.arrived > 0, meeting.returned > 0,
      let waiting = meeting.parts.firstIndex(where: { $0 != nil }),
      let done = meeting.results.firstIndex(where: { $0 != nil })
    else { return false }
    fail(
      .programsDisagree(
        "In \(taskName), \(who(done)) returned after \(meeting.sequence - 1) collectives and \(who(waiting)) waits"
          + " in collective \(meeting.sequence): the ranks do not run the same program."))
    return true
  }

  mutating func completed(at now: Instant) {
    guard phase == .completing else { return }
    if let stopReason { return end(.interrupted(reason: stopReason)) }
    plan(at: now)
  }

  mutating func requestStop(_ reason: String, at now: Instant) {
    guard stopReason == nil else { return }
    stopReason = reason
    stopDeadline = now + settings.stopTimeout
    actions.append(.log(.stopping(reason: reason)))
    switch phase {
    case .gathering: end(.interrupted(reason: reason))
    case .awaitingState, .assembling, .running:
      guard taskBegan else { return end(.interrupted(reason: reason)) }
      // A world of one has no results to carry the wish; for others this is only early.
      for id in ranks where members[id]?.pinged == true { pulse(id, at: now) }
    case .planning, .completing, .ended: break
    }
  }
}
