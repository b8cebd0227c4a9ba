import Checkpoints
import Glibc
import Testing

@Suite struct CheckpointDirectoryTests {
  let directory: TemporaryDirectory
  let checkpoints: CheckpointDirectory

  init() throws {
    directory = try TemporaryDirectory()
    checkpoints = CheckpointDirectory(directory.path)
  }

  private func newest() throws -> (place: [Int]?, warnings: [String]) {
    var warnings: [String] = []
    let found = try checkpoints.newestValid { warnings.append($0) }
    return (found.map { [$0.checkpoint.epoch, $0.checkpoint.stepInEpoch] }, warnings)
  }

  @Test("files are named by their place in training, and the newest place wins, not the newest file")
  func names() throws {
    for (epoch, step) in [(10, 0), (7, 120), (7, 0), (9, 5), (0, 1)] {
      try checkpoints.save(sample(epoch: epoch, step: step))
    }
    #expect(
      directory.names() == [
        "epoch-0000-step-000001.h5", "epoch-0007-step-000120.h5", "epoch-0007.h5", "epoch-0009-step-000005.h5",
        "epoch-0010.h5",
      ])
    #expect(try newest().place == [10, 0])
    #expect(try checkpoints.entries().map(\.epoch) == [10, 9, 7, 7, 0])
    #expect(try checkpoints.entries().map(\.stepInEpoch) == [0, 5, 120, 0, 1])
    #expect(CheckpointDirectory.name(epoch: 12_345, stepInEpoch: 0) == "epoch-12345.h5")
  }

  @Test("an absent or empty directory has no checkpoint; other files are not taken for one")
  func empty() throws {
    #expect(try newest().place == nil)
    for name in [
      "epoch-x.h5", "epoch-0001.h5.tmp-1-1", "best.h5", "epoch-0001-stop-2.h5", "epoch--1.h5", "epoch-1-step-.h5",
    ] {
      try put([1], at: directory(name))
    }
    #expect(try newest().place == nil)
    #expect(try CheckpointDirectory(directory("none")).entries() == [])
    let made = CheckpointDirectory(directory("made"))
    try made.save(sample())
    #expect(try made.entries().count == 1)
    unlink(directory("made/epoch-0007.h5"))
    rmdir(directory("made"))
    #expect(throws: CheckpointError.self) { try CheckpointDirectory(directory("no/such")).save(sample()) }
  }

  @Test("damaged and half files are passed over by name")
  func damaged() throws {
    for epoch in 1...4 { try checkpoints.save(sample(epoch: epoch)) }
    let half = try bytes(of: directory("epoch-0004.h5"))
    try put(Array(half[..<(half.count / 2)]), at: directory("epoch-0004.h5"))
    try put(Array("nonsense".utf8), at: directory("epoch-0003.h5"))
    let found = try newest()
    #expect(found.place == [2, 0])
    #expect(found.warnings.count == 2)
    #expect(found.warnings[0].hasPrefix("checkpoint skipped: \(directory("epoch-0004.h5")) is cut short or damaged"))
    #expect(found.warnings[0].hasSuffix("; trying \(directory("epoch-0003.h5"))"))
    #expect(found.warnings[1].contains("is not an HDF5 file"))
    for epoch in 1...2 { try put([], at: directory("epoch-000\(epoch).h5")) }
    #expect(throws: CheckpointError.noneValid(directory.path, count: 4)) { try newest() }
  }

  @Test("pruning keeps the newest, and never counts a damaged one as kept")
  func prune() throws {
    for epoch in 1...5 { try checkpoints.save(sample(epoch: epoch)) }
    try checkpoints.prune(keeping: 3)
    #expect(directory.names() == ["epoch-0003.h5", "epoch-0004.h5", "epoch-0005.h5"])
    try put([1, 2, 3], at: directory("epoch-0005.h5"))
    try checkpoints.prune(keeping: 1)
    #expect(directory.names() == ["epoch-0004.h5", "epoch-0005.h5"])
    #expect(try newest().place == [4, 0])
    #expect(throws: CheckpointError.badKeepCount(0)) { try checkpoints.prune(keeping: 0) }
  }

  @Test("pruning removes old temporary files, not those in use")
  func temporaries() throws {
    try checkpoints.save(sample())
    for name in ["epoch-0008.h5.tmp-1-1", "epoch-0009.h5.tmp-2-1"] { try put([1], at: directory(name)) }
    var times = utimbuf(actime: time(nil) - 7200, modtime: time(nil) - 7200)
    utime(directory("epoch-0008.h5.tmp-1-1"), &times)
    try checkpoints.prune(keeping: 1)
    #expect(directory.names() == ["epoch-0007.h5", "epoch-0009.h5.tmp-2-1"])
  }

  @Test("3.0 M parameters with moments are written and verified within half a second of processor time")
  func speed() throws {
    let parameters = (0..<60).map { index in
      CheckpointTensor(
        name: "layer.\(index).weight", shape: [250, 200], values: (0..<50_000).map { Float($0 ^ index) * 1e-5 })
    }
    var checkpoint = sample()
    checkpoint.parameters = parameters
    checkpoint.firstMoments = parameters.map(\.values)
    checkpoint.secondMoments = parameters.map(\.values)
    // Processor time of this thread: other tests, and other users of the machine and its disk, do not count.
    func seconds(_ clock: clockid_t) -> Double {
      var time = timespec()
      clock_gettime(clock, &time)
      return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
    let start = (seconds(CLOCK_THREAD_CPUTIME_ID), seconds(CLOCK_MONOTONIC))
    let path = try checkpoints.save(checkpoint)
    let middle = (seconds(CLOCK_THREAD_CPUTIME_ID), seconds(CLOCK_MONOTONIC))
    let read = try CheckpointFile.read(path)
    let end = (seconds(CLOCK_THREAD_CPUTIME_ID), seconds(CLOCK_MONOTONIC))
    #expect(read.parameters == parameters)
    print(
      "checkpoint of 36 MB: saved in \(middle.0 - start.0) s of processor time, \(middle.1 - start.1) s by the clock;",
      "read in \(end.0 - middle.0) s, \(end.1 - middle.1) s")
    #expect(middle.0 - start.0 < 0.5)
  }
}
