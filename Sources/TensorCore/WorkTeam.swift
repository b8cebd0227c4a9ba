import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A few threads of this process that take pieces of a step: `Threads.count` together with the caller.
///
/// Which thread takes which piece has no influence on results: pieces are the same for every number of threads, and
/// each writes memory of its own. Whoever waits looks for news in a loop for a while, then sleeps: up to 0.2 ms while
/// the processors are ours, some microseconds while other programs take them away (`Patience`).
package enum WorkTeam {
  /// Runs `body` for 0 ..< count, on several threads where there are some, and returns when all are done. Inside a piece,
  /// and while another thread of the process uses the team, the caller does all of it.
  /// - Throws: the error of the first piece (by number) that threw one; all others still run.
  package static func run(_ count: Int, _ body: (Int) throws -> Void) throws {
    let failures = Mutex<(piece: Int, error: any Error)?>(nil)
    run(count) { piece in
      do {
        try body(piece)
      } catch {
        failures.withLock { first in
          if first.map({ $0.piece > piece }) ?? true { first = (piece, error) }
        }
      }
    }
    if let failure = failures.withLock({ $0 }) { throw failure.error }
  }

  /// The same for pieces that cannot fail.
  package static func run(_ count: Int, _ body: (Int) -> Void) {
    let helpers = min(Threads.count, count) - 1
    guard helpers > 0, shared.busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    else {
      for piece in 0..<count { body(piece) }
      return
    }
    defer { shared.busy.store(false, ordering: .releasing) }
    shared.perform(count, helpers: helpers, body)
  }

  private static let shared = Team()
}

/// The helpers. `busy` gives one caller at a time the right to call `perform`.
private final class Team: @unchecked Sendable {
  let busy = Atomic<Bool>(false)
  private let gate = Atomic<UInt64>(0)
  private let next = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  // Written between rounds, while no helper is inside.
  private var count = 0
  private var work: ((Int) -> Void)?
  private var helpers = 0
  // Used at fixed addresses, for ever.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let begun = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let finished = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let callerSleeps = Atomic<Bool>(false)
  private let patience = Patience()

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(begun, nil)
    pthread_cond_init(finished, nil)
  }

  /// The gate of a round: its number, how many helpers may enter, whether it is closed, how many are inside.
  private struct Gate {
    var word: UInt64
    var round: UInt64 { word >> 24 }
    var wanted: Int { Int(word >> 16 & 0xFF) }
    var isClosed: Bool { word & Gate.closed != 0 }
    var inside: UInt64 { word & 0xFF }
    static let closed: UInt64 = 1 << 8
  }

  func perform(_ count: Int, helpers wanted: Int, _ body: (Int) -> Void) {
    let wanted = min(wanted, 255)
    while helpers < wanted, start(helper: helpers) { helpers += 1 }
    withoutActuallyEscaping(body) { body in
      self.count = count
      work = body
      next.store(0, ordering: .relaxed)
      let round = Gate(word: gate.load(ordering: .relaxed)).round &+ 1
      gate.store(round << 24 | UInt64(min(wanted, helpers)) << 16, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(begun)
        pthread_mutex_unlock(mutex)
      }
      take(body)
      // Whoever has not come in by now is not needed; whoever has must be out before `body` ends its life.
      gate.bitwiseOr(Gate.closed, ordering: .acquiringAndReleasing)
      waitUntilEmpty()
      work = nil
      if round % 16 == 0 { patience.adjust() }
    }
  }

  private var isEmpty: Bool { Gate(word: gate.load(ordering: .sequentiallyConsistent)).inside == 0 }

  private func waitUntilEmpty() {
    for _ in 0..<patience.spins {
      if isEmpty { return }
      ck_pause()
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    callerSleeps.store(true, ordering: .sequentiallyConsistent)
    defer { callerSleeps.store(false, ordering: .sequentiallyConsistent) }
    while !isEmpty { pthread_cond_wait(finished, mutex) }
  }

  private func take(_ body: (Int) -> Void) {
    while true {
      let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard piece < count else { return }
      body(piece)
    }
  }

  /// - Returns: false when the system gives no thread; the caller then works with fewer.
  private func start(helper: Int) -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 4 << 20)
    defer { pthread_attr_destroy(&attributes) }
    let passed = Unmanaged.passRetained(
      Seat(self, helper, after: Gate(word: gate.load(ordering: .relaxed)).round))
    #if canImport(Darwin)
      var thread: pthread_t?
      let status = pthread_create(&thread, &attributes, { Seat.run($0) }, passed.toOpaque())
    #else
      var thread = pthread_t()
      let status = pthread_create(&thread, &attributes, { $0.flatMap { Seat.run($0) } }, passed.toOpaque())
    #endif
    if status != 0 { passed.release() }
    return status == 0
  }

  private final class Seat {
    let team: Team
    let number: Int
    let after: UInt64

    init(_ team: Team, _ number: Int, after: UInt64) {
      (self.team, self.number, self.after) = (team, number, after)
    }

    static func run(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
      let seat = Unmanaged<Seat>.fromOpaque(pointer).takeRetainedValue()
      seat.team.serve(seat.number, after: seat.after)
    }
  }

  private func serve(_ helper: Int, after start: UInt64) -> Never {
    var seen = start
    while true {
      seen = nextRound(after: seen)
      guard enter(helper, round: seen) else { continue }
      if let work { take(work) }
      gate.wrappingSubtract(1, ordering: .sequentiallyConsistent)
      if callerSleeps.load(ordering: .sequentiallyConsistent) {
        pthread_mutex_lock(mutex)
        pthread_cond_signal(finished)
        pthread_mutex_unlock(mutex)
      }
    }
  }

  private func enter(_ helper: Int, round: UInt64) -> Bool {
    var present = gate.load(ordering: .acquiring)
    while true {
      let state = Gate(word: present)
      guard state.round == round, !state.isClosed, helper < state.wanted else { return false }
      let (exchanged, original) = gate.weakCompareExchange(
        expected: present, desired: present + 1, ordering: .acquiringAndReleasing)
      if exchanged { return true }
      present = original
    }
  }

  /// Waits until a round after `seen` begins.
  private func nextRound(after seen: UInt64) -> UInt64 {
    for _ in 0..<patience.spins {
      let round = Gate(word: gate.load(ordering: .acquiring)).round
      if round != seen { return round }
      ck_pause()
    }
    patience.shrink()
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    defer { sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let round = Gate(word: gate.load(ordering: .sequentiallyConsistent)).round
      if round != seen { return round }
      pthread_cond_wait(begun, mutex)
    }
  }
}

/// How often a thread that waits looks for news before it sleeps. To wake takes longer than to look; but where other
/// programs want the processors, every look is taken from the time that we get to compute.
private final class Patience: Sendable {
  /// About 5 µs and 0.2 ms.
  private static let (least, most) = (256, 10_000)
  private let current = Atomic<Int>(most)

  var spins: Int { current.load(ordering: .relaxed) }

  /// Less where the calling thread had to give up its processor to others since it last asked here; more where not.
  func adjust() {
    if !shrink() { current.store(min(spins * 2, Patience.most), ordering: .relaxed) }
  }

  @discardableResult
  func shrink() -> Bool {
    guard ck_was_preempted() != 0 else { return false }
    current.store(max(spins / 4, Patience.least), ordering: .relaxed)
    return true
  }
}
