import Wire

/// What the hub thread asks the program's thread to do.
enum ProgramCall {
  case next
  case state
  case shard(rank: Int, world: Int, FrameHeader, WorkerID)
  case progress(Message, rank: Int)
  case results([Message], stopped: Bool)
  case aborted(String)
  case ended(Result<RunOutcome, ClusterError>)
}

/// What the program's thread (or any other) tells the hub thread.
enum HubCommand {
  case event(CoordinatorEvent)
  case state([UInt8]?)
  case chunk([UInt8], FrameHeader, WorkerID)
  case log(ClusterEvent)
}

/// Hands calls from the hub thread to the program's thread and answers back.
final class ProgramQueue: @unchecked Sendable {  // messages move from one thread to the other, never shared
  private let calls = Guarded([ProgramCall]())
  private let commands = Guarded([HubCommand]())
  private let wakeUp: WakeUp

  init(_ wakeUp: WakeUp) { self.wakeUp = wakeUp }

  func call(_ call: ProgramCall) {
    calls.update { queue in
      if case .ended = call {
        queue.removeAll {
          switch $0 {
          case .next, .state, .shard: true
          default: false
          }
        }
      }
      queue.append(call)
    }
  }

  func nextCall() -> ProgramCall {
    calls.wait { $0.isEmpty ? nil : $0.removeFirst() }
  }

  func post(_ command: HubCommand) {
    commands.update { $0.append(command) }
    wakeUp.signal()
  }

  func takeCommands() -> [HubCommand] {
    commands.update { queue in
      defer { queue.removeAll() }
      return queue
    }
  }
}
