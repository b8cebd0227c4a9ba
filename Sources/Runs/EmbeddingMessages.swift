import Foundation
import TextEncoder

/// Job of an embedding run: a line that tells it from a training job, then the encoder as JSON.
struct EmbeddingJobMessage: Codable {
  static let mark = Array("theriac embed 1\n".utf8)
  var recipe: EncoderRecipe
  /// What the coordinator's own encoder is; a worker with other files is refused.
  var plm: String
  var plmHash: String

  var bytes: [UInt8] {
    get throws { Self.mark + Array(try JSONEncoder().encode(self)) }
  }

  static func isOne(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: mark) }

  init(recipe: EncoderRecipe, identity: EncoderIdentity) {
    self.recipe = recipe
    self.recipe.precision = identity.precision  // what "bf16" is here, it is everywhere
    plm = identity.plm
    plmHash = identity.plmHash
  }

  init(_ bytes: UnsafeRawBufferPointer) throws {
    guard Self.isOne(bytes),
      let message = try? JSONDecoder().decode(Self.self, from: Data(bytes.dropFirst(Self.mark.count)))
    else { throw RunError.unreadableMessage("an embedding job") }
    self = message
  }
}

/// The texts of one rank: rounds (the same number on every rank), then its parts, each with its texts.
struct EmbeddingShard {
  struct Part: Equatable {
    var number: Int
    var texts: [String]
  }
  var rounds: Int
  var parts: [Part]

  /// `rounds`; per part its number and count; per text its length and UTF-8; all numbers 4 bytes.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    func append(_ value: Int) { withUnsafeBytes(of: UInt32(clamping: value).littleEndian) { bytes += $0 } }
    append(rounds)
    for part in parts {
      append(part.number)
      append(part.texts.count)
      for text in part.texts {
        append(text.utf8.count)
        bytes += text.utf8
      }
    }
    return bytes
  }

  init(rounds: Int, parts: [Part]) {
    self.rounds = rounds
    self.parts = parts
  }

  init(_ bytes: UnsafeRawBufferPointer) throws {
    var position = 0
    func take(_ count: Int) throws -> UnsafeRawBufferPointer {
      guard count <= bytes.count - position else { throw RunError.unreadableMessage("a share of texts") }
      position += count
      return UnsafeRawBufferPointer(rebasing: bytes[position - count..<position])
    }
    func number() throws -> Int { Int(UInt32(littleEndian: try take(4).loadUnaligned(as: UInt32.self))) }
    rounds = try number()
    parts = []
    while position < bytes.count {
      var part = Part(number: try number(), texts: [])
      for _ in 0..<(try number()) { part.texts.append(String(decoding: try take(try number()), as: UTF8.self)) }
      parts.append(part)
    }
  }
}

/// Worker → coordinator: a part that is done: its number, its rows, then `EncodedTexts.packed`.
struct EmbeddedPart {
  var part: Int
  var rows: EncodedTexts

  var bytes: [UInt8] {
    withUnsafeBytes(of: UInt32(clamping: part).littleEndian) { Array($0) }
      + withUnsafeBytes(of: UInt32(clamping: rows.tokens.count).littleEndian) { Array($0) } + rows.packed
  }

  init(part: Int, rows: EncodedTexts) {
    self.part = part
    self.rows = rows
  }

  init(_ bytes: UnsafeRawBufferPointer) throws {
    guard bytes.count >= 8 else { throw RunError.unreadableMessage("a part of embeddings") }
    part = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
    let count = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
    guard let rows = EncodedTexts(packed: UnsafeRawBufferPointer(rebasing: bytes[8...]), rows: count) else {
      throw RunError.unreadableMessage("a part of embeddings")
    }
    self.rows = rows
  }
}
