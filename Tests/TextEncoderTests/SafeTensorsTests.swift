import Foundation
import TestSupport
import Testing
import TextEncoder

@Suite struct SafeTensorsTests {
  private func reason(_ data: Data) throws -> String {
    let path = NSTemporaryDirectory() + "theriac-\(UUID().uuidString).safetensors"
    try data.write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    do throws(TextEncoderError) {
      _ = try SafeTensors(path: path)
      return "read"
    } catch {
      guard case .corruptWeights(path, let reason) = error else { return "another error: \(error)" }
      return reason
    }
  }

  private func header(_ text: String, data: Int, length: UInt64? = nil) -> Data {
    TinyPLM.file(header: Data(text.utf8), Data(count: data), length: length)
  }

  private func tensor(_ name: String, _ begin: Int, _ end: Int, shape: String = "[2]", type: String = "F32") -> String {
    #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
  }

  @Test("a file that is too short for its header is refused")
  func truncatedHeader() throws {
    #expect(try reason(Data(count: 3)).contains("3 bytes, fewer than the 8"))
    #expect(try reason(Data()).contains("0 bytes"))
    #expect(try reason(header("{}", data: 0, length: 500)).contains("claims 500 bytes, but the file has 16"))
    #expect(try reason(header("{}", data: 0, length: .max)).contains("more than the limit"))
  }

  @Test("a header that is not a JSON object is refused")
  func badHeader() throws {
    #expect(try reason(header("{\"a\":", data: 0)).contains("not a JSON object"))
    #expect(try reason(header("[1, 2]", data: 0)).contains("not a JSON object"))
    #expect(try reason(header(#"{"a":{"dtype":"F32"}}"#, data: 0)).contains("no dtype, shape and data_offsets"))
  }

  @Test("tensors outside the file, of impossible size or of unknown format are refused")
  func badTensor() throws {
    #expect(try reason(header("{\(tensor("a", 0, 8))}", data: 8)) == "read")
    #expect(try reason(header("{\(tensor("a", 0, 8))}", data: 4)).contains("outside the 4 bytes"))
    #expect(try reason(header("{\(tensor("a", -8, 0))}", data: 8)).contains("outside"))
    #expect(try reason(header("{\(tensor("a", 8, 0))}", data: 8)).contains("outside"))
    #expect(try reason(header("{\(tensor("a", 0, 4))}", data: 4)).contains("needs 8 bytes for F32 [2], but has 4"))
    #expect(try reason(header("{\(tensor("a", 0, 8, type: "Q5"))}", data: 8)).contains("unknown format Q5"))
    #expect(try reason(header("{\(tensor("a", 0, 8, shape: "[-2]"))}", data: 8)).contains("the axis -2"))
    let huge = "[4611686018427387904,4611686018427387904]"
    #expect(try reason(header("{\(tensor("a", 0, 8, shape: huge))}", data: 8)).contains("too large"))
  }

  @Test("tensors that overlap and bytes that belong to none are refused")
  func badLayout() throws {
    let overlap = try reason(header("{\(tensor("a", 0, 8)),\(tensor("b", 4, 12))}", data: 12))
    #expect(overlap == "tensors \"a\" and \"b\" overlap")
    #expect(try reason(header("{\(tensor("a", 0, 8)),\(tensor("b", 12, 20))}", data: 20)).contains("4 bytes before"))
    #expect(try reason(header("{\(tensor("a", 0, 8))}", data: 11)).contains("3 bytes at its end"))
  }

  @Test("a name that stands twice is refused")
  func twice() throws {
    #expect(try reason(header("{\(tensor("a", 0, 8)),\(tensor("a", 8, 16))}", data: 16)).contains("stands twice"))
  }

  @Test("a header nested deeper than any is refused")
  func deep() throws {
    let text = String(repeating: "[", count: 100_000)
    #expect(try reason(header("{\"a\":\(text)", data: 0)).contains("not a JSON object"))
  }

  @Test("a weights file cut anywhere is refused, never read beyond its end")
  func cutAnywhere() throws {
    let plm = try TinyPLM()
    let whole = try plm.contents("model.safetensors")
    for count in stride(from: 0, to: whole.count, by: 97) {
      #expect(try reason(whole.prefix(count)) != "read", "\(count) of \(whole.count) bytes")
    }
  }

  @Test(
    "aligned float32 is the file's own memory; other formats are converted",
    arguments: ["F32", "F16", "BF16", "F64"])
  func formats(format: String) throws {
    let plm = try TinyPLM(format: format)
    let file = try SafeTensors(path: plm.folder + "/model.safetensors")
    let name = "encoder.layer.1.intermediate.dense.weight"
    let floats = try file.floats(name, shape: [12, 8])
    #expect(floats.isMapped == (format == "F32"))
    #expect(floats.array == (0..<96).map { TinyPLM.number(name, $0) })
  }

  @Test("whole numbers are not weights")
  func integers() throws {
    let plm = try TinyPLM(format: "I32")
    let text = sentence { try PLMFolder(path: plm.folder) }
    #expect(text.contains("embeddings.word_embeddings.weight") && text.contains("stored as I32"))
  }
}
