import Testing
import Training

@Suite struct ScheduleSettingTests {
  func rates(_ overrides: [String], _ places: [(epoch: Int, step: Int)]) throws -> [Double] {
    let job = try SmallJob.job(["lr=8", "lr_scale=1", "epochs=10"] + overrides)
    return places.map { job.learningRate(epoch: $0.epoch, step: $0.step) }
  }

  @Test("rates of every schedule over epochs")
  func decay() throws {
    let places = [(0, 0), (1, 9), (2, 18), (5, 45)]
    #expect(try rates([], places) == [8, 8, 8, 8])
    #expect(try rates(["lr_decay=step", "lr_decay_rate=0.5", "lr_decay_every=2"], places) == [8, 8, 4, 2])
    #expect(try rates(["lr_decay=exponential", "lr_decay_rate=0.5"], places) == [8, 4, 2, 0.25])
    #expect(abs(try rates(["lr_decay=cosine"], places)[3] - 4) < 1e-12)
  }

  @Test("a warm-up grows over the steps of the run and multiplies the schedule over epochs")
  func warmup() throws {
    let places = [(0, 0), (0, 1), (0, 3), (0, 4), (1, 9)]
    #expect(try rates(["warmup_steps=4"], places) == [2, 4, 8, 8, 8])
    let both = ["warmup_steps=20", "lr_decay=exponential", "lr_decay_rate=0.5"]
    #expect(try rates(both, [(1, 9), (1, 19), (2, 20)]) == [2, 4, 2])
  }

  @Test("clip_norm changes the weights where it bites, not a bit where it does not, and is the same on 1 and 2 ranks")
  func clipping() throws {
    let widths = ["d_k=64", "d_s=32"]
    func end(_ ranks: Int, _ overrides: [String]) throws -> TrainerState {
      try TrainerTests.train(ranks: ranks, epochs: 1, widths + overrides, isAligned: true)[0].state
    }
    let free = try end(1, [])
    #expect(TrainerTests.same(try end(1, ["clip_norm=1e6"]), free))
    // Adam is blind to the scale of a gradient, but not to one that changes from step to step.
    let clipped = try end(1, ["clip_norm=0.01"])
    #expect(!TrainerTests.same(clipped, free))
    let two = try end(2, ["clip_norm=0.01"])
    for (a, b) in zip(clipped.parameters, two.parameters) {
      #expect(a.values.map(\.bitPattern) == b.values.map(\.bitPattern), "\(a.name)")
    }
  }

  @Test("a warm-up over the whole run moves the weights less")
  func warmUpRun() throws {
    func end(_ overrides: [String]) throws -> TrainerState {
      try TrainerTests.train(ranks: 1, epochs: 1, overrides)[0].state
    }
    func distance(_ a: TrainerState, _ b: TrainerState) -> Float {
      zip(a.parameters, b.parameters).reduce(0) { sum, pair in
        zip(pair.0.values, pair.1.values).reduce(sum) { $0 + abs($1.0 - $1.1) }
      }
    }
    let start = try Trainer(SmallJob.job()).state
    let (cold, warm) = (try end([]), try end(["warmup_steps=1000"]))
    #expect(distance(warm, start) < 0.1 * distance(cold, start))
    #expect(TrainerTests.same(cold, try end(["warmup_steps=0", "lr_decay_every=3", "lr_decay_rate=0.5"])))
  }
}
