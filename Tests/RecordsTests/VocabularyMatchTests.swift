import Records
import Testing

@Suite struct VocabularyMatchTests {
  let vocabulary = Vocabulary(
    codes: ["0", "1", "2", "3", "4", "5", "x"],
    texts: ["头痛", "偏头痛", "发热", "头痛目眩", "Fever: of unknown origin", "咳嗽", ""])

  @Test("by code, by text, by the name in front of a text, whatever the case, the width of letters and blanks around")
  func found() {
    #expect(vocabulary.lookup("1") == .found(1))
    #expect(vocabulary.lookup("头痛") == .found(0))
    #expect(vocabulary.lookup(" 头痛\n").index == 0)
    #expect(vocabulary.lookup("Fever: of unknown origin") == .found(4))
    #expect(vocabulary.lookup("Fever") == .found(4))
    #expect(vocabulary.lookup("FEVER") == .found(4))
    #expect(vocabulary.lookup("ｆｅｖｅｒ") == .found(4))
    #expect(vocabulary.lookup("x") == .found(6))
  }

  @Test("an unknown name gets the nearest: those that hold it first, then by edit distance, at most five")
  func nearest() {
    #expect(vocabulary.lookup("头") == .unknown(nearest: [0, 1, 3]))
    #expect(vocabulary.lookup("偏头疼") == .unknown(nearest: [1, 0]))
    #expect(vocabulary.lookup("咳痰") == .unknown(nearest: [5]))
    #expect(vocabulary.lookup("fevar") == .unknown(nearest: [4]))
    #expect(vocabulary.lookup("风").index == nil)
    #expect(vocabulary.lookup("风") == .unknown(nearest: []))
    #expect(vocabulary.lookup("  ") == .unknown(nearest: []))
    let many = Vocabulary(codes: (0..<20).map { "c\($0)" }, texts: (0..<20).map { "痛\($0)" })
    #expect(many.lookup("痛") == .unknown(nearest: [0, 1, 2, 3, 4]))
  }

  @Test("a text of several codes is none of them")
  func ambiguous() {
    let twice = Vocabulary(codes: ["7", "8", "9"], texts: ["痛", "痛", "Pain"])
    #expect(twice.lookup("痛") == .ambiguous([0, 1]))
    #expect(twice.lookup("痛").index == nil)
    #expect(twice.lookup("8") == .found(1))
  }

  @Test("entries are shown with code and name")
  func shown() {
    #expect(vocabulary.shown(1) == "1 偏头痛")
    #expect(vocabulary.shown(4) == "4 Fever")
    #expect(vocabulary.shown(6) == "x")
    #expect(Vocabulary(codes: ["12"], texts: ["12"]).shown(0) == "12")
  }
}
