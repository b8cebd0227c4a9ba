import Foundation
import TestSupport
import Testing
import TextEncoder

/// PyTorch files that are damaged or hostile.
@Suite struct TorchFileTests {
  /// The sentence with which a file of these bytes is refused.
  private func refusal(_ data: Data) throws -> String {
    let path = NSTemporaryDirectory() + "theriac-\(UUID().uuidString).bin"
    try data.write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return sentence { try TorchFile(path: path) }
  }

  /// The older format up to its dictionary, which is the given pickle.
  private func legacy(_ pickle: [UInt8]) -> Data {
    let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    let version: [UInt8] = [0x80, 2, 0x4D, 0xE9, 3, 0x2E]
    let system: [UInt8] = [0x80, 2, 0x7D, 0x2E]
    return Data(magic + version + system + pickle)
  }

  private func text(_ text: String) -> [UInt8] { Array(text.utf8) }
  private func word(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }
  private func number(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

  @Test("a pickle that would run code is refused by the name it asks for")
  func hostile() throws {
    let command = word("touch /tmp/theriac-was-here")
    let global = text("cos\nsystem\n") + command + text("\u{85}").suffix(1) + text("R.")
    #expect(try refusal(legacy([0x80, 2] + global)).contains("asks for os.system at byte"))
    let stacked = [0x80, 4] + word("posix") + word("system") + [0x93] + command + [0x85, 0x52, 0x2E]
    #expect(try refusal(legacy(stacked)).contains("asks for posix.system"))
    #expect(try refusal(legacy([0x80, 2] + text("cbuiltins\neval\n") + [0x2E])).contains("builtins.eval"))
    #expect(try refusal(legacy([0x80, 2] + text("ctorch.storage\n_load_from_bytes\n"))).contains("_load_from_bytes"))
    #expect(try refusal(legacy([0x80, 2, 0x28] + text("ios\nsystem\n"))).contains("the opcode INST"))
    #expect(try refusal(legacy([0x80, 2, 0x28, 0x6F])).contains("the opcode OBJ"))
    #expect(try refusal(legacy([0x80, 2, 0x81])).contains("the opcode NEWOBJ at"))
    #expect(try refusal(legacy([0x80, 4, 0x92])).contains("the opcode NEWOBJ_EX"))
    #expect(try refusal(legacy([0x80, 2, 0x82, 1])).contains("the opcode EXT1"))
    #expect(try refusal(legacy([0x80, 2] + text("Pid\n"))).contains("the opcode PERSID"))
    // A callable that is none of ours, and attributes of what is no dictionary.
    #expect(try refusal(legacy([0x80, 2] + word("x") + [0x29, 0x52, 0x2E])).contains("(REDUCE at byte"))
    #expect(try refusal(legacy([0x80, 2, 0x5D, 0x7D, 0x62, 0x2E])).contains("(BUILD at byte"))
    #expect(try refusal(legacy([0x80, 2, 0x4E, 0x51, 0x2E])).contains("refers to something that is no storage"))
    #expect(!FileManager.default.fileExists(atPath: "/tmp/theriac-was-here"))
  }

  @Test("a pickle that nests a million deep, or remembers without end, is only an error")
  func bombs() throws {
    let nested = Array(repeating: UInt8(0x5D), count: 900_000) + Array(repeating: UInt8(0x61), count: 899_999)
    #expect(try refusal(legacy([0x80, 2] + nested + [0x2E])).contains("no dictionary of tensors"))
    let wide = Array(repeating: UInt8(0x7D), count: 1_200_000)
    #expect(try refusal(legacy([0x80, 2] + wide)).contains("more than 1000000 values"))
    // A list of pairs that many dictionaries copy.
    var pairs: [UInt8] = [0x80, 2, 0x5D, 0x71, 0, 0x28]
    for _ in 0..<1_000 { pairs += [0x4E, 0x4E, 0x86] }
    pairs += [0x65] + text("ccollections\nOrderedDict\n") + [0x71, 1]
    for _ in 0..<2_000 { pairs += [0x68, 1, 0x68, 0, 0x85, 0x52] }
    #expect(try refusal(legacy(pairs)).contains("more than 1000000 values"))
    // Doubling by DUP and TUPLE2 stays linear: each is a place in a list.
    var doubled: [UInt8] = [0x80, 2, 0x29]
    for _ in 0..<100 { doubled += [0x32, 0x86] }
    #expect(try refusal(legacy(doubled + [0x2E])).contains("no dictionary of tensors"))
  }

  @Test("lengths beyond the file and stacks below their bottom are refused")
  func damaged() throws {
    #expect(try refusal(Data()).contains("no file of torch.save"))
    #expect(try refusal(Data("version https://git-lfs.github.com/spec/v1\n".utf8)).contains("git-lfs"))
    #expect(try refusal(legacy([0x80, 2, 0x58] + number(.max))).contains("breaks off: 4294967295 bytes"))
    #expect(try refusal(legacy([0x80, 4, 0x8D] + Array(repeating: 0xFF, count: 8))).contains("more than 2⁶³"))
    #expect(try refusal(legacy([0x80, 2, 0x30])).contains("takes more from the stack"))
    #expect(try refusal(legacy([0x80, 2, 0x86])).contains("takes more from the stack"))
    #expect(try refusal(legacy([0x80, 2, 0x74])).contains("no MARK"))
    #expect(try refusal(legacy([0x80, 2, 0x68, 7])).contains("recalls value 7"))
    #expect(try refusal(legacy([0x80, 2, 0x4E, 0x4E, 0x61])).contains("adds items to what is no list"))
    #expect(try refusal(legacy([0x80, 2, 0x7D, 0x28, 0x4E, 0x75])).contains("a dictionary key without a value"))
    #expect(try refusal(legacy([0x80, 9])).contains("protocol 9"))
    #expect(try refusal(legacy([0x80, 2, 0xFE])).contains("0xfe, which is no opcode"))
    #expect(try refusal(legacy([0x80, 2, 0x7D, 0x2E])).contains("holds no tensors"))
  }

  /// A dictionary with one tensor over storage "k", the list of storages, and its count and bytes.
  private func one(
    offset: UInt32 = 0, shape: [UInt32] = [2], strides: [UInt32] = [1], claimed: UInt64 = 2, bytes: Int = 8
  ) -> Data {
    func tuple(_ values: [UInt32]) -> [UInt8] { [0x28] + values.flatMap { [0x4A] + number($0) } + [0x74] }
    var pickle: [UInt8] = [0x80, 2, 0x7D] + word("w") + text("ctorch._utils\n_rebuild_tensor_v2\n") + [0x28, 0x28]
    pickle += word("storage") + text("ctorch\nFloatStorage\n") + word("k") + word("cpu") + [0x4B, 2, 0x4E, 0x74, 0x51]
    pickle += [0x4A] + number(offset) + tuple(shape) + tuple(strides) + [0x89, 0x4E, 0x74, 0x52, 0x73, 0x2E]
    pickle += [0x80, 2, 0x5D] + word("k") + [0x61, 0x2E]
    return legacy(pickle) + withUnsafeBytes(of: claimed.littleEndian) { Data($0) } + Data(count: bytes)
  }

  @Test("tensors outside of their storage are refused")
  func outside() throws {
    #expect(try refusal(one()) == "nothing was thrown")
    #expect(try refusal(one(shape: [3])).contains("reaches number 2 of a storage of 2"))
    #expect(try refusal(one(offset: 1)).contains("reaches number 2"))
    #expect(try refusal(one(offset: .max)).contains("reaches number"))
    #expect(try refusal(one(strides: [2])).contains("reaches number 2"))
    #expect(try refusal(one(strides: [.max])).contains("negative length or stride"))
    #expect(try refusal(one(shape: [.max])).contains("negative length or stride"))
    #expect(try refusal(one(shape: [1 << 30, 1 << 30, 1 << 30], strides: [0, 0, 0])).contains("too large"))
    #expect(try refusal(one(shape: [1 << 30], strides: [0])).contains("reaches number 0 of a storage of 2"))
    #expect(try refusal(one(shape: [2, 2])).contains("unexpected arguments"))
    #expect(try refusal(one(claimed: 3)).contains("storage k claims 3 numbers, but 8 bytes are left"))
    #expect(try refusal(one(claimed: .max)).contains("claims 18446744073709551615"))
    #expect(try refusal(one().dropLast(12)).contains("breaks off before storage k"))
  }

  @Test("a zip that lies about its entries is refused")
  func zip() throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: GoldenFolder.plms + "/forms/zip.bin"))
    #expect(try refusal(whole) == "nothing was thrown")
    #expect(try refusal(whole.prefix(whole.count - 1)).contains("its directory is missing"))
    #expect(try refusal(whole + [0]).contains("its directory is missing"))
    let end = whole.count - 22
    func changed(_ at: Int, _ bytes: [UInt8]) -> Data {
      var data = whole
      data.replaceSubrange(at..<at + bytes.count, with: bytes)
      return data
    }
    let entry = try #require(whole.range(of: Data([0x50, 0x4B, 1, 2]))?.lowerBound)
    // PyTorch's own end is a zip64 record; with its locator broken the old fields count.
    let locator = end - 20
    let place = locator - 56
    #expect(whole[locator] == 0x50 && whole[place] == 0x50)
    #expect(try refusal(changed(place + 32, [0xFF, 0xFF, 0xFF])).contains("entries in"))
    #expect(try refusal(changed(place + 48, number(.max))).contains("beyond the file"))
    #expect(try refusal(changed(locator + 8, number(.max))).contains("not where it should be"))
    #expect(try refusal(changed(entry + 10, [8])).contains("is compressed"))
    #expect(try refusal(changed(entry + 8, [1])).contains("encrypted"))
    #expect(try refusal(changed(entry + 20, number(0x7FFF_FFFF) + number(0x7FFF_FFFF))).contains("beyond the file"))
    #expect(try refusal(changed(entry + 42, number(5))).contains("not where its directory says"))
    #expect(try refusal(changed(entry, [0])).contains("breaks off"))
    let second = try #require(
      whole.range(of: Data([0x50, 0x4B, 1, 2]), in: entry + 4..<whole.count)?.lowerBound)
    let header = Array(whole[entry + 42..<entry + 46])
    #expect(try refusal(changed(second + 42, header)).contains("overlap"))
    #expect(try refusal(Data([0x50, 0x4B, 3, 4])).contains("its directory is missing"))
  }

  @Test("a file cut anywhere is refused", arguments: ["zip.bin", "legacy.bin", "old-legacy.bin"])
  func cutAnywhere(name: String) throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: GoldenFolder.plms + "/forms/" + name))
    for count in stride(from: 0, to: whole.count, by: 211) {
      #expect(try refusal(whole.prefix(count)) != "nothing was thrown", "\(count) of \(whole.count) bytes")
    }
  }

  /// Whatever single bytes, runs or insertions do to a file: it is read or refused, never a trap. What is read gives
  /// finite shapes and lies inside of the file (or the reads below would fail).
  @Test(
    "a file with random damage is read or refused",
    arguments: ["zip.bin", "legacy.bin", "old-legacy.bin", "old-zip.bin", "f16.safetensors"])
  func mutations(name: String) throws {
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: GoldenFolder.plms + "/forms/" + name)))
    var random = SystemRandomNumberGenerator()
    let path = NSTemporaryDirectory() + "theriac-\(UUID().uuidString)" + (name.hasSuffix("bin") ? ".bin" : ".st")
    defer { try? FileManager.default.removeItem(atPath: path) }
    var (read, refused) = (0, 0)
    for round in 0..<1_500 {
      var bytes = whole
      // Most of the structure lies at the ends: the numbers between them cannot do harm.
      func place() -> Int {
        let window = min(bytes.count, 6_000)
        let near = Int.random(in: 0..<window, using: &random)
        return Bool.random(using: &random) ? near : bytes.count - 1 - near
      }
      let fill = [UInt8(0), 0x7F, 0xFF][round % 3]
      for _ in 0...round % 4 {
        let at = place()
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: for i in at..<min(at + 8, bytes.count) { bytes[i] = fill }
        case 3: bytes.removeSubrange(at..<min(at + Int.random(in: 1...40, using: &random), bytes.count))
        default: bytes.insert(contentsOf: bytes[at..<min(at + 30, bytes.count)], at: at)
        }
      }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      do throws(TextEncoderError) {
        let file: any WeightSource = name.hasSuffix("bin") ? try TorchFile(path: path) : try SafeTensors(path: path)
        for tensor in file.names {
          guard let shape = file.shape(of: tensor) else { continue }
          guard let floats = try? file.floats(tensor, shape: shape) else { continue }
          #expect(floats.array.count == shape.reduce(1, *))
        }
        read += 1
      } catch {
        refused += 1
        #expect(!error.description.isEmpty)
      }
    }
    #expect(read + refused == 1_500 && refused > 100)
  }
}
