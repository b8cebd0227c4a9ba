import Reports
import Testing

@Suite struct NumberTextTests {
  @Test(
    "significant digits are kept whatever the size",
    arguments: [
      (0.5, 3, "0.500"), (0.00123456, 3, "0.00123"), (9.996, 3, "10.0"), (0.09996, 3, "0.100"), (123456, 3, "123456"),
      (1234.5, 4, "1234"), (0, 3, "0.00"), (-0.25, 2, "-0.25"), (1.5e-9, 2, "1.5e-9"), (2.25e20, 3, "2.25e20"),
      (1e-6, 2, "0.0000010"), (.nan, 3, "nan"), (-.infinity, 3, "-inf"), (7, 0, "7"), (0, 1, "0"),
    ])
  func significant(value: Double, digits: Int, expected: String) {
    #expect(NumberText.significant(value, digits) == expected)
  }

  @Test(
    "fixed digits after the point, never a negative zero",
    arguments: [
      (0.53149, 4, "0.5315"), (-0.00001, 4, "0.0000"), (2, 0, "2"), (-1.25, 2, "-1.25"), (.infinity, 2, "inf"),
      (1.5, -3, "2"), (0.1, 99, "0.10000000000000001"),
    ])
  func fixed(value: Double, digits: Int, expected: String) {
    #expect(NumberText.fixed(value, digits) == expected)
  }

  @Test("exact numbers read back as themselves")
  func exact() {
    for value in [0.1, 1.0 / 3, 5e-5, 1e300, -2, 0] { #expect(Double(NumberText.exact(value)) == value) }
    #expect(NumberText.exact(3) == "3")
    #expect(NumberText.exact(.nan) == "nan")
  }

  @Test("mean and deviation, counts and durations")
  func others() {
    #expect(NumberText.spread(mean: 0.53149, std: 0.00213) == "0.5315 ± 0.0021")
    #expect(NumberText.count(14456) == "14,456")
    #expect(NumberText.count(-1_234_567) == "-1,234,567")
    #expect(NumberText.count(999) == "999")
    #expect(NumberText.duration(seconds: 0.35) == "0.35 s")
    #expect(NumberText.duration(seconds: 9.97) == "10 s")
    #expect(NumberText.duration(seconds: 59.7) == "1 min 00 s")
    #expect(NumberText.duration(seconds: 185) == "3 min 05 s")
    #expect(NumberText.duration(seconds: 7380) == "2 h 03 min")
    #expect(NumberText.duration(seconds: 370_000) == "4 d 06 h")
    #expect(NumberText.duration(seconds: .infinity) == "?")
  }
}
