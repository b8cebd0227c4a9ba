import Wire

/// Frames: who may send what, when.
extension CoordinatorState {
  mutating func receive(_ header: FrameHeader, _ payload: FramePayload, at now: Instant) {
    let isHello = header.kind == .hello
    guard header.runID == settings.runID || (isHello && header.runID == 0) else {
      if isHello {
        let sentence =
          "it belongs to run \(hex(header.runID)) and this address serves run \(hex(settings.runID)); check --connect."
        sendRefusal(.wrongRun, sentence, to: header.incarnation)
      }
      return refuse(.foreign, payload, "a \(header.kind) of run \(String(header.runID, radix: 16))")
    }
    if isHello { return greet(header, payload, at: now) }
    guard members[header.incarnation] != nil else {
      return receiveFromStranger(header, payload)
    }
    members[header.incarnation]?.lastHeard = now
    switch header.kind {
    case .ping: ping(header, at: now)
    case .chunkInstalled: chunkInstalled(header)
    case .ready: ready(header, at: now)
    case .contribution: contribution(header, payload, at: now)
    case .progress: progress(header, payload, at: now)
    case .taskResult: taskResult(header, payload, at: now)
    case .failed: programFailed(header, payload)
    default: refuse(.outOfOrder, payload, "a \(header.kind), which only a coordinator sends")
    }
  }

  mutating func receiveBad(_ sender: WorkerID?, _ error: WireError) {
    guard case .protocolVersion(let found, let expected) = error else {
      return refuse(.damaged, .bytes([]), "\(error)")
    }
    refuse(.protocolVersion, .bytes([]), "\(error)")
    if let sender, members[sender] == nil, lost[sender] == nil {
      let why = "it speaks protocol version \(found) and this coordinator \(expected)"
      lost[sender] = LostWorker(name: "a worker", why: why, wasTold: true)
      actions.append(.log(.refusedWorker(worker: "a worker", why: why)))
      sendRefusal(.protocolError, "\(why).", to: sender)
    }
  }

  func hex(_ id: UInt64) -> String { String(id, radix: 16) }

  mutating func sendRefusal(_ reason: Refusal.Reason, _ sentence: String, to id: WorkerID) {
    let refusal = Refusal(reason, programVersion: settings.version, sentence: sentence)
    send(.refuse, .bytes(refusal.bytes), to: id)
  }

  private mutating func receiveFromStranger(_ header: FrameHeader, _ payload: FramePayload) {
    guard let stranger = lost[header.incarnation] else {
      return refuse(.unknownSender, payload, "a \(header.kind) of a process that never said hello")
    }
    if header.kind == .failed, case .bytes(let bytes) = payload, let sentence = try? Sentence(decoding: bytes) {
      return fail(.programFailed(who: stranger.name, reason: sentence.text))
    }
    refuse(.unknownSender, payload, "a \(header.kind) of \(stranger.name), which was declared lost")
    if !stranger.wasTold {
      lost[header.incarnation]?.wasTold = true
      sendRefusal(.declaredLost, "it was declared lost: \(stranger.why).", to: header.incarnation)
    }
  }

  private mutating func greet(_ header: FrameHeader, _ payload: FramePayload, at now: Instant) {
    guard case .bytes(let bytes) = payload, let hello = try? Hello(decoding: bytes) else {
      return refuse(.damaged, payload, "a hello that cannot be read")
    }
    let id = header.incarnation
    guard lost[id] == nil else { return receiveFromStranger(header, payload) }
    guard members[id] == nil else { return refuse(.duplicate, payload, "a second hello of \(hello.name)") }
    guard hello.programVersion == settings.version else {
      let why =
        "it is Theriac \(hello.programVersion) and this coordinator is Theriac \(settings.version)"
      refuse(.programVersion, payload, "a hello of \(hello.name): \(why)")
      actions.append(.log(.refusedWorker(worker: hello.name, why: why)))
      lost[id] = LostWorker(name: hello.name, why: why, wasTold: true)
      return sendRefusal(.programVersion, "\(why); install the same release on both sides.", to: id)
    }
    members[id] = Member(id: id, hello: hello, lastHeard: now, lastPulse: now, lastActivity: now)
    arrivals.append(id)
    send(.welcome, to: id)
    send(.job, .job, to: id)
    if phase == .gathering {
      actions.append(.log(.joined(worker: hello.name, came: arrivals.count, world: settings.world)))
      if arrivals.count >= settings.world { plan(at: now) }
    } else {
      actions.append(.log(.waitingForNextTask(worker: hello.name)))
    }
  }

  private mutating func ping(_ header: FrameHeader, at now: Instant) {
    members[header.incarnation]?.pinged = true
    pulse(header.incarnation, at: now)
  }

  mutating func pulse(_ id: WorkerID, at now: Instant) {
    members[id]?.lastPulse = now
    actions.append(.pulse(header(.pulse), to: id))
  }

  /// Whether the frame belongs to the current attempt and its sender has the rank it claims; refused otherwise.
  private mutating func isCurrent(_ header: FrameHeader, _ payload: FramePayload, in phase: Phase) -> Bool {
    let attempt = AttemptID(task: header.task, attempt: header.attempt)
    let name = members[header.incarnation]?.name ?? "a worker"
    guard attempt == current else {
      let isEarlier = (header.task, header.attempt) < (current.task, current.attempt)
      refuse(
        isEarlier ? .late : .outOfOrder, payload,
        "a \(header.kind) of \(name) for task \(header.task), attempt \(header.attempt)")
      return false
    }
    guard self.phase == phase, let rank = members[header.incarnation]?.rank, rank == header.rank else {
      refuse(.outOfOrder, payload, "a \(header.kind) of \(name), which is not due")
      return false
    }
    return true
  }

  private mutating func chunkInstalled(_ header: FrameHeader) {
    guard isCurrent(header, .bytes([]), in: .assembling) else { return }
    actions.append(.credit(header.incarnation, current))
  }

  private mutating func ready(_ header: FrameHeader, at now: Instant) {
    guard isCurrent(header, .bytes([]), in: .assembling), let rank = members[header.incarnation]?.rank else { return }
    guard members[header.incarnation]?.position == nil else {
      return refuse(.duplicate, .bytes([]), "a second ready of rank \(rank)")
    }
    members[header.incarnation]?.position = header.detail
    members[header.incarnation]?.installed = ShardPlace(rank: rank, world: ranks.count)
    members[header.incarnation]?.reporting = nil
    if ranks.allSatisfy({ members[$0]?.position != nil }) { checkPositionsAndStart(at: now) }
  }

  private mutating func contribution(_ header: FrameHeader, _ payload: FramePayload, at now: Instant) {
    guard isCurrent(header, payload, in: .running), let rank = members[header.incarnation]?.rank else { return }
    guard case .held(let held) = payload, let operation = CollectiveOperation(rawValue: header.detail),
      operation == .gather || header.payloadLength % 4 == 0
    else { return refuse(.damaged, payload, "a contribution of rank \(rank) with operation \(header.detail)") }
    guard header.sequence == meeting.sequence, meeting.parts[rank] == nil, meeting.results[rank] == nil else {
      let isPast = header.sequence < meeting.sequence || meeting.parts[rank] != nil
      return refuse(isPast ? .duplicate : .outOfOrder, payload, "collective \(header.sequence) of rank \(rank)")
    }
    members[header.incarnation]?.lastActivity = now
    join(rank: rank, operation, length: header.payloadLength, held, at: now)
  }

  private mutating func progress(_ header: FrameHeader, _ payload: FramePayload, at now: Instant) {
    guard case .held(let held) = payload else { return }
    guard let reporting = members[header.incarnation]?.reporting,
      reporting.attempt == AttemptID(task: header.task, attempt: header.attempt)
    else { return refuse(.late, payload, "progress of an earlier attempt") }
    members[header.incarnation]?.lastActivity = now
    actions.append(.deliverProgress(held, rank: reporting.rank))
  }

  private mutating func taskResult(_ header: FrameHeader, _ payload: FramePayload, at now: Instant) {
    guard isCurrent(header, payload, in: .running), let rank = members[header.incarnation]?.rank else { return }
    guard case .held(let held) = payload else { return }
    guard meeting.results[rank] == nil, meeting.parts[rank] == nil else {
      return refuse(.duplicate, payload, "a second result of rank \(rank)")
    }
    members[header.incarnation]?.lastActivity = now
    settle(rank: rank, held, position: header.detail, at: now)
  }

  private mutating func programFailed(_ header: FrameHeader, _ payload: FramePayload) {
    guard case .bytes(let bytes) = payload, let sentence = try? Sentence(decoding: bytes),
      let member = members[header.incarnation]
    else { return refuse(.damaged, payload, "a failure report that cannot be read") }
    let who = member.rank.map { "Rank \($0) (\(member.name))" } ?? "Worker (\(member.name))"
    fail(.programFailed(who: who, reason: sentence.text))
  }
}
