/// What time brings: silence, long waits, limits.
extension CoordinatorState {
  mutating func tick(at now: Instant) {
    if let stopReason, let stopDeadline, now >= stopDeadline, phase != .completing {
      return end(.interrupted(reason: stopReason))
    }
    forgiveOwnPause(at: now)
    checkMembers(at: now)
    if phase == .ended { return }
    switch phase {
    case .gathering where now - phaseBegan >= settings.gatherTimeout:
      fail(
        .workersMissing(came: arrivals.count, expected: settings.world, seconds: settings.gatherTimeout.seconds))
    case .assembling where now - phaseBegan >= settings.prepareTimeout:
      let late = ranks.filter { members[$0]?.position == nil }
      let why = "it did not finish its preparation within \(ClusterError.text(settings.prepareTimeout.seconds)) s"
      lose(late.map { ($0, why) }, at: now)
    case .running:
      checkSteps(at: now)
    default: break
    }
    if phase != .ended { notice(at: now) }
  }

  /// A coordinator that was itself stopped (suspended machine, debugger) has heard nothing of anybody meanwhile.
  private mutating func forgiveOwnPause(at now: Instant) {
    let gap = now - lastTick
    lastTick = now
    guard gap >= settings.heartbeatTimeout / 4 else { return }
    for id in arrivals {
      members[id]?.lastHeard += gap
      members[id]?.lastActivity += gap
    }
  }

  private mutating func checkMembers(at now: Instant) {
    var losses: [(WorkerID, String)] = []
    for id in arrivals {
      guard let member = members[id] else { continue }
      if let suspicion = member.suspicion {
        if now >= suspicion.deadline { losses.append((id, suspicion.why)) }
      } else if now - member.lastHeard >= settings.heartbeatTimeout {
        losses.append((id, "nothing was heard of it for \(ClusterError.text(settings.heartbeatTimeout.seconds)) s"))
      } else if member.pinged, now - member.lastPulse >= settings.heartbeatInterval {
        pulse(id, at: now)
      }
    }
    if !losses.isEmpty { lose(losses, at: now) }
  }

  private mutating func checkSteps(at now: Instant) {
    guard let limit = settings.stepTimeout else { return }
    let late = awaitedRanks.map { ranks[$0] }.filter { id in
      members[id].map { now - $0.lastActivity >= limit } ?? false
    }
    let why = "it was waited for and sent nothing for \(ClusterError.text(limit.seconds)) s"
    if !late.isEmpty { lose(late.map { ($0, why) }, at: now) }
  }

  /// The ranks whose part or result the others wait for.
  private var awaitedRanks: [Int] {
    ranks.indices.filter { meeting.parts[$0] == nil && meeting.results[$0] == nil }
  }

  private mutating func notice(at now: Instant) {
    guard now - noticed >= settings.waitNotice, let sentence = waitSentence(at: now) else { return }
    noticed = now
    actions.append(.log(.waiting(sentence)))
  }

  private func waitSentence(at now: Instant) -> String? {
    func time(since start: Instant) -> String { "for \(Int((now - start).seconds.rounded(.down))) s" }
    let name = "task '\(task?.label ?? "")'"
    func names(_ waited: [Int]) -> String {
      let shown = waited.prefix(8).map(who).joined(separator: ", ")
      return waited.count > 8 ? "\(shown) and \(waited.count - 8) more" : shown
    }
    switch phase {
    case .gathering:
      let missing = settings.world - arrivals.count
      return "waiting for \(missing) of \(settings.world) workers \(time(since: phaseBegan))"
    case .assembling:
      let waited = ranks.indices.filter { members[ranks[$0]]?.position == nil }
      return "waiting for \(names(waited)) to prepare for \(name) \(time(since: phaseBegan))"
    case .running:
      let place: String
      if meeting.arrived > 0 {
        place = "in collective \(meeting.sequence) of"
      } else if meeting.returned > 0 {
        place = "to return from"
      } else {
        place = "to come to collective \(meeting.sequence) or the end of"
      }
      let start = meeting.waitingSince ?? phaseBegan
      return "waiting for \(names(awaitedRanks)) \(place) \(name) \(time(since: start))"
    case .planning, .awaitingState, .completing, .ended:
      return nil
    }
  }
}
