import Foundation
import Models
import Testing

/// The prescriptions of TCM-PD.
enum TCMTable {
  static let path =
    (ProcessInfo.processInfo.environment["THERIAC_SHARED"] ?? "../shared") + "/data/tcm-pd/prescript_1195.csv.gz"
  static let isAvailable = FileManager.default.fileExists(atPath: path)
}

@Suite struct HerbGraphTests {
  @Test("sets are sorted, without repetition, and know their rows")
  func sets() throws {
    let sets = try IndexSets([[3, 1, 3], [], [0, 2]], bound: 4)
    #expect(sets.count == 3 && sets.longest == 2 && sets.counts == [1, 1, 1, 1])
    #expect((0..<3).map { Array(sets[$0]) } == [[1, 3], [], [0, 2]])
    let some = sets.rows([2, 1])
    #expect(some == (try IndexSets([[2, 0], []], bound: 4, longest: 2)))
    #expect(try sets.multiHot(Float.self).array == [0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0])
    #expect(try IndexSets([[1]], bound: 4, longest: 5).rows([0]).longest == 5)
    #expect(throws: ModelError.self) { try IndexSets([[4]], bound: 4) }
    #expect(throws: ModelError.self) { try IndexSets([[-1]], bound: 4) }
    #expect(throws: ModelError.self) { try IndexSets([[1, 2]], bound: 4, longest: 1) }
    for offsets in [[], [1, 2], [0, 1], [0, 2, 1, 2]] {
      #expect(throws: ModelError.self) { try IndexSets(offsets: offsets, indices: [1, 2], bound: 4) }
    }
  }

  @Test("edges where two nodes are together often enough, and from every node to itself")
  func edges() throws {
    // Symptoms 0 and 1 together twice; herb 2 never appears.
    let symptoms = try IndexSets([[0, 1], [0, 1], [0]], bound: 2)
    let herbs = try IndexSets([[0], [0, 1], [1]], bound: 3)
    let together = try CoOccurrence(symptomSets: symptoms, herbSets: herbs)
    #expect(together.counts(of: 0) == [0, 2, 2, 2, 0])
    #expect(together.counts(of: 3) == [2, 1, 1, 0, 0])
    let graph = try HerbGraph(
      symptomSets: symptoms, herbSets: herbs, thresholds: .init(herbHerb: 1, symptomSymptom: 2, symptomHerb: 2))
    let expected: [(Int32, [Int32], [UInt8])] = [
      (0, [0, 1, 2, 3], [0, 0, 1, 1]), (1, [0, 1, 2], [0, 0, 1]), (2, [0, 1, 2, 3], [2, 2, 3, 3]),
      (3, [0, 2, 3], [2, 3, 3]), (4, [4], [3]),
    ]
    for (node, sources, types) in expected {
      let range = Int(graph.offsets[Int(node)])..<Int(graph.offsets[Int(node) + 1])
      #expect(Array(graph.sources[range]) == sources)
      #expect(Array(graph.types[range]) == types)
    }
    let counts = graph.counts
    #expect(counts.symptomSymptom == 2 && counts.herbHerb == 2)
    #expect(counts.symptomHerb == 3 && counts.herbSymptom == 3)
    #expect(counts.loops == 5 && counts.all == 15)
    let prior: [Double] = [0.6, 0.6, 0.2]
    #expect(HerbGraph.prior(herbs) == prior)
    // Rows of one, two and one herbs: targets 1, 0.75 and 1.
    let weighted: [Double] = [2.75 / 5, 2.75 / 5, 0.2]
    #expect(HerbGraph.prior(herbs, recallWeight: 0.5) == weighted)
    let same = try HerbGraph(symptomSets: symptoms, herbSets: herbs, thresholds: graph.thresholds)
    #expect(graph == same)
    let other = try HerbGraph(symptomSets: symptoms, herbSets: herbs)
    #expect(graph != other)
  }

  @Test("thresholds below 1 and tables of different rows are refused")
  func errors() throws {
    let (one, two) = (try IndexSets([[0]], bound: 1), try IndexSets([[0], [0]], bound: 1))
    #expect(throws: ModelError.self) { try HerbGraph(symptomSets: one, herbSets: two) }
    for thresholds in [
      HerbGraph.Thresholds(herbHerb: 0), .init(symptomSymptom: 0), .init(symptomHerb: -1),
    ] {
      #expect(throws: ModelError.self) { try HerbGraph(symptomSets: one, herbSets: one, thresholds: thresholds) }
    }
  }

  /// The integers of each bracketed list of the prescriptions' table.
  static func lists() throws -> [[Int32]] {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", TCMTable.path]
    process.standardOutput = pipe
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    var (lists, list, number): ([[Int32]], [Int32], Int32?) = ([], [], nil)
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = (number ?? 0) * 10 + Int32(byte - UInt8(ascii: "0"))
      default:
        if let value = number { list.append(value) }
        number = nil
        if byte == UInt8(ascii: "[") { list = [] }
        if byte == UInt8(ascii: "]") { lists.append(list) }
      }
    }
    return lists
  }

  @Test(
    "TCM-PD: the paper's thresholds give the edges of its training rows, and of the shipped graphs",
    .enabled(if: TCMTable.isAvailable, "needs THERIAC_SHARED with data/tcm-pd")
  )
  func prescriptions() throws {
    let lists = try Self.lists()
    #expect(lists.count == 2 * 33_765)
    func graph(_ rows: Int) throws -> HerbGraph.Counts {
      let symptoms: [[Int32]] = (0..<rows).map { lists[2 * $0] }
      let herbs: [[Int32]] = (0..<rows).map { row in lists[2 * row + 1].map { $0 - 390 } }
      let (symptomSets, herbSets) = (try IndexSets(symptoms, bound: 390), try IndexSets(herbs, bound: 805))
      return try HerbGraph(symptomSets: symptomSets, herbSets: herbSets).counts
    }
    let (training, all) = (try graph(23_635), try graph(33_765))
    #expect(training.herbHerb == 6_190 && training.symptomSymptom == 1_802 && training.symptomHerb == 30_912)
    #expect(training.all == 71_011)
    #expect(all.herbHerb == 9_038 && all.symptomSymptom == 2_546 && all.symptomHerb == 39_935)
  }
}
