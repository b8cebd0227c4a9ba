import Foundation

/// A name in a table: what stands before the first ":" or the end of the first sentence, and no more than 60 characters.
/// The texts of medications and herbs may be long descriptions.
enum ShortName {
  static let longest = 60

  static func of(_ text: String) -> String {
    var name = text.prefix { $0 != ":" && $0 != "：" && $0 != "。" && !$0.isNewline }
    if let end = name.range(of: ". ")?.lowerBound { name = name[..<end] }
    let trimmed = name.trimmingCharacters(in: .whitespaces)
    let short = trimmed.isEmpty ? text : trimmed
    return short.count > longest ? short.prefix(longest - 1).trimmingCharacters(in: .whitespaces) + "…" : short
  }
}

/// An id or a code, which may be written as a number.
struct TextOrNumber: Decodable {
  let text: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self) {
      text = String(number)
    } else {
      text = try container.decode(String.self)
    }
  }
}

enum JSONFault {
  /// Why bytes are no JSON; nil when they are.
  static func reason(_ data: Data) -> String? {
    do {
      _ = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
      return nil
    } catch {
      let detail = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
      let place = detail.map { " (\($0.trimmingCharacters(in: CharacterSet(charactersIn: ". "))))" } ?? ""
      return data.isEmpty ? "it is empty" : "it is broken JSON\(place)"
    }
  }
}
