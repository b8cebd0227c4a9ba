import Baselines
import CZlib
import Foundation

/// The real prescriptions, where THERIAC_SHARED says they are.
enum TCMPD {
  static let folder = (ProcessInfo.processInfo.environment["THERIAC_SHARED"] ?? "../shared") + "/data/tcm-pd"
  static let isAvailable = FileManager.default.fileExists(atPath: folder + "/prescript_1195.csv.gz")

  /// Rows of "[symptoms],[herbs]"; symptoms are 0..<390, herbs 390..<1195.
  static func load() throws -> HerbData {
    var (symptoms, herbs): ([[Int]], [[Int]]) = ([], [])
    for line in try text().split(separator: "\n").dropFirst() {
      let numbers = line.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
      guard !numbers.isEmpty else { continue }
      symptoms.append(numbers.filter { $0 < 390 })
      herbs.append(numbers.filter { $0 >= 390 }.map { $0 - 390 })
    }
    // numpy: a header of text, then int32 [805, 27].
    let table = try Data(contentsOf: URL(fileURLWithPath: folder + "/herb_805_27_oneHot.npy")).suffix(4 * 805 * 27)
    let properties = stride(from: table.startIndex, to: table.endIndex, by: 4).map { Float(table[$0]) }
    return try HerbData(
      symptoms: SetRows(symptoms, bound: 390, of: "symptoms"), herbs: SetRows(herbs, bound: 805, of: "herbs"),
      properties: properties, train: Array(0..<23635), validation: Array(23635..<27012), test: Array(27012..<33765))
  }

  private static func text() throws -> String {
    guard let file = gzopen(folder + "/prescript_1195.csv.gz", "rb") else { throw CocoaError(.fileReadUnknown) }
    defer { gzclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Int(gzread(file, &buffer, UInt32(buffer.count)))
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
