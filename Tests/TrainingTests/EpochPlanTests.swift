import Testing
import Training

@Suite struct EpochPlanTests {
  let visits = (0..<103).map { Int32($0 * 3) }

  @Test("an epoch visits every training visit once, in an order of its own")
  func permutation() {
    let plan = EpochPlan(visits: visits, seed: 1, epoch: 0, batch: 8, dropLast: false)
    #expect(plan.steps == 13)
    let seen = (0..<plan.steps).flatMap { Array(plan.visits(ofStep: $0)) }
    #expect(seen.sorted() == visits && seen != visits)
  }

  @Test("the order is a function of seed and epoch alone")
  func pure() {
    func order(_ seed: UInt64, _ epoch: Int, _ batch: Int = 8) -> [Int32] {
      EpochPlan(visits: visits, seed: seed, epoch: epoch, batch: batch, dropLast: true).order
    }
    #expect(order(1, 0) == order(1, 0, 16))
    #expect(order(1, 0) != order(1, 1))
    #expect(order(1, 0) != order(2, 0))
  }

  @Test("the last batch is left out or smaller")
  func lastBatch() {
    #expect(EpochPlan.steps(visits: 103, batch: 8, dropLast: true) == 12)
    #expect(EpochPlan(visits: visits, seed: 1, epoch: 0, batch: 8, dropLast: false).visits(ofStep: 12).count == 7)
    #expect(EpochPlan.steps(visits: 9_328, batch: 8, dropLast: true) == 1_166)
  }
}
