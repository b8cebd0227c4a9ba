import Foundation

/// How to make an encoder; small enough to be sent to another process.
public struct EncoderRecipe: Codable, Equatable, Sendable {
  /// Folder of the language model; nil: hashing.
  public var plm: String?
  /// Width of hashing.
  public var width = 768
  public var lowercase: Bool?
  public var pooling = Pooling.mean.rawValue
  /// nil: 512, or what the model takes if that is less.
  public var maxTokens: Int?
  public var longTexts = LongTexts.truncate.name
  /// nil: 64, or a quarter of a window if that is less.
  public var windowOverlap: Int?
  public var threads = 1
  /// `float32`, `bf16` (the best way there is, float32 where there is none), or a name of `EncoderPrecision`.
  public var precision = EncoderPrecision.float32.rawValue

  /// Limit and overlap that are taken when none is given.
  public static let usualLimit = 512
  public static let usualOverlap = 64

  public init(plm: String?) { self.plm = plm }

  /// Opens the model and makes the encoder.
  /// - Throws: what `PLMFolder` and `BERTEncoder` throw; `badSetting`.
  public func make() throws(TextEncoderError) -> any SentenceEncoder {
    guard let plm else { return try HashingEncoder(width: width) }
    return try encoder(PLMFolder(path: plm, lowercase: lowercase))
  }

  /// The encoder of a model that is open.
  /// - Throws: `badSetting`.
  public func encoder(_ folder: PLMFolder) throws(TextEncoderError) -> BERTEncoder {
    guard let pooling = Pooling(rawValue: pooling) else {
      let known = Pooling.allCases.map(\.rawValue).joined(separator: ", ")
      throw .badSetting(name: "pooling", expected: "one of \(known)", found: "\"\(pooling)\"")
    }
    let limit = maxTokens ?? min(Self.usualLimit, folder.configuration.maxTokens)
    let overlap = windowOverlap ?? min(Self.usualOverlap, (limit - 2) / 4)
    guard let longTexts = LongTexts(name: longTexts, overlap: overlap) else {
      throw .badSetting(name: "long_texts", expected: "truncate or windows", found: "\"\(longTexts)\"")
    }
    return try BERTEncoder(
      folder,
      options: EncodingOptions(
        pooling: pooling, maxTokens: limit, longTexts: longTexts, threads: threads,
        precision: EncoderPrecision(wish: precision)))
  }
}
