import Foundation
import Synchronization
import TensorCore
import Testing

@Suite(.serialized) struct WorkTeamTests {
  struct Failed: Error, Equatable { let piece: Int }

  private func with(threads: Int, _ body: () -> Void) {
    Threads.count = threads
    defer { Threads.count = 1 }
    body()
  }

  @Test("every piece is done once, by one to four threads, again and again", arguments: [1, 2, 4])
  func pieces(threads: Int) {
    with(threads: threads) {
      for round in 0..<2_000 {
        let count = round % 9
        let done = Mutex([Int](repeating: 0, count: count))
        WorkTeam.run(count) { piece in done.withLock { $0[piece] += 1 } }
        #expect(done.withLock { $0 } == [Int](repeating: 1, count: count))
      }
    }
  }

  @Test("the error of the first piece that failed reaches the caller, also when helpers sleep", arguments: [1, 3])
  func errors(threads: Int) {
    with(threads: threads) {
      for _ in 0..<3 {
        Thread.sleep(forTimeInterval: 0.01)
        #expect(throws: Failed(piece: 2)) {
          try WorkTeam.run(8) { piece in if piece == 2 || piece == 5 { throw Failed(piece: piece) } }
        }
      }
    }
  }

  @Test("the caller waits for the last piece, also asleep", arguments: [2, 4])
  func longPieces(threads: Int) {
    with(threads: threads) {
      for long in 0..<12 {
        let done = Atomic<Int>(0)
        WorkTeam.run(6) { piece in
          // Longer than anybody looks for news in a loop.
          Thread.sleep(forTimeInterval: piece == long % 6 ? 0.01 : 0.001)
          done.wrappingAdd(1, ordering: .relaxed)
        }
        #expect(done.load(ordering: .relaxed) == 6)
      }
    }
  }

  @Test("a piece may itself use the team, and two callers do not disturb each other")
  func nested() {
    with(threads: 2) {
      let sum = Atomic<Int>(0)
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        WorkTeam.run(4) { _ in
          WorkTeam.run(4) { sum.wrappingAdd($0, ordering: .relaxed) }
        }
      }
      #expect(sum.load(ordering: .relaxed) == 4 * 4 * 6)
    }
  }
}
