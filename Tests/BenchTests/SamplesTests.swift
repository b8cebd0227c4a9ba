import Bench
import Testing

@Suite struct SamplesTests {
  @Test("quantiles are linear between neighbours")
  func quantiles() {
    let samples = Samples([4, 1, 3, 2])
    #expect(samples.count == 4)
    #expect(samples.median == 2.5)
    #expect(samples.quantile(0) == 1 && samples.quantile(1) == 4)
    #expect(abs(samples.quantile(0.1) - 1.3) < 1e-12)
    #expect(Samples([7]).median == 7 && Samples([7]).quantile(0.9) == 7)
    #expect(Samples([]).median.isNaN)
    #expect(samples.quantile(-1) == 1 && samples.quantile(2) == 4)
  }
}
