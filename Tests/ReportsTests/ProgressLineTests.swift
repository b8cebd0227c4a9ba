import Reports
import Synchronization
import Testing

@Suite struct ProgressLineTests {
  /// A hand-driven clock and a screen.
  final class Stage: Sendable {
    let time = Mutex(0.0)
    let written = Mutex("")

    func pass(_ seconds: Double) { time.withLock { $0 += seconds } }

    var text: String { written.withLock { $0 } }

    func line(_ total: Int?, _ terminal: Terminal, unit: String = "") -> ProgressLine {
      ProgressLine(
        "epoch 3", total: total, unit: unit, terminal: terminal, seconds: { self.time.withLock { $0 } },
        write: { text in self.written.withLock { $0 += text } })
    }
  }

  let screen = Terminal(isTerminal: true, width: 60)
  let log = Terminal(isTerminal: false)

  @Test("a terminal gets a bar that is rewritten in place and ends in a line feed")
  func bar() {
    let stage = Stage()
    let line = stage.line(200, screen)
    stage.pass(1)
    line.update(50, note: "loss 0.4")
    #expect(stage.text == "\repoch 3  ━─────  50/200  25 %  50.0/s  3.0 s left  loss 0.4")
    stage.pass(0.01)
    line.update(51)
    #expect(!stage.text.contains("51/200"))
    stage.pass(2.99)
    line.update(200)
    line.finish(note: "done")
    line.finish()
    line.update(7)
    #expect(stage.text.hasSuffix("200/200  100 %  50.0/s  4.0 s  done\n"))
    #expect(!stage.text.contains("7/200"))
  }

  @Test(
    "no line is wider than the terminal, and a shorter one wipes the longer before it", arguments: [1, 10, 30, 40, 200])
  func narrow(width: Int) {
    let stage = Stage()
    let line = stage.line(200, Terminal(isTerminal: true, width: width))
    for step in 1...10 {
      stage.pass(1)
      line.update(step * 20, note: step == 5 ? "a very long note about 甘草" : "n")
    }
    let lines = stage.text.split(separator: "\r").map { DisplayWidth.of($0) }
    #expect(lines.count == 10)
    #expect(lines.allSatisfy { $0 <= max(width - 1, 1) })
    #expect(lines[5] >= lines[4])
  }

  @Test("elsewhere it writes a plain line every few seconds and one at the end")
  func plain() {
    let stage = Stage()
    let line = stage.line(100, log, unit: "visits")
    for _ in 1...100 {
      stage.pass(0.125)
      line.advance()
    }
    line.finish()
    #expect(
      stage.text == """
        epoch 3  40/100  40 %  8.00 visits/s  7.5 s left
        epoch 3  80/100  80 %  8.00 visits/s  2.5 s left
        epoch 3  100/100  100 %  8.00 visits/s  13 s

        """)
    #expect(!stage.text.contains("\r"))
  }

  @Test("an unknown total shows the count and the rate alone")
  func unknownTotal() {
    let stage = Stage()
    let line = stage.line(nil, log)
    stage.pass(6)
    line.update(12)
    #expect(stage.text == "epoch 3  12  2.00/s\n")
  }

  @Test("nothing done yet and a total of nothing do not divide by zero")
  func zero() {
    let stage = Stage()
    let line = stage.line(0, screen)
    line.update(0)
    line.finish()
    #expect(stage.text == "\repoch 3  0/0\repoch 3  0/0  0.0 s\n")
  }

  @Test("a message stands on a line of its own above the bar")
  func message() {
    let stage = Stage()
    let line = stage.line(nil, screen)
    stage.pass(1)
    line.update(2)
    line.message("worker 2 left")
    #expect(
      stage.text == "\repoch 3  2  2.00/s\r" + String(repeating: " ", count: 18)
        + "\rworker 2 left\n\repoch 3  2  2.00/s")
  }

  @Test("steps counted from many threads all count")
  func threads() async {
    let stage = Stage()
    let line = stage.line(1000, log)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<10 { group.addTask { for _ in 0..<100 { line.advance() } } }
    }
    stage.pass(10)
    line.finish()
    #expect(stage.text == "epoch 3  1000/1000  100 %  100/s  10 s\n")
  }
}
