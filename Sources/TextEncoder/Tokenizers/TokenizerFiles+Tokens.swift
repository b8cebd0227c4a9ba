/// The special and added tokens of a model folder.
extension TokenizerFiles {
  /// The special tokens that the files name, over the usual ones.
  func specialTokens(_ fallback: SpecialTokens) throws(TextEncoderError) -> SpecialTokens {
    var special = fallback
    for file in [specials, settings] {
      guard let file else { continue }
      special.unknown = try file.token("unk_token") ?? special.unknown
      special.classification = try file.token("cls_token") ?? special.classification
      special.separator = try file.token("sep_token") ?? special.separator
      special.padding = try file.token("pad_token") ?? special.padding
      special.mask = try file.token("mask_token") ?? special.mask
      if case .object(let object)? = file["mask_token"] {
        special.maskTakesSpace = object["lstrip"] == .bool(true)
      }
      for key in ["additional_special_tokens", "extra_special_tokens", "bos_token", "eos_token"] {
        let items: [JSONValue]
        switch file[key] {
        case .array(let list)?: items = list
        case .object(let object)? where object["content"] == nil: items = object.members.map(\.value)
        case let one?: items = [one]
        case nil: items = []
        }
        for item in items {
          switch item {
          case .string(let text): special.others.append(text)
          case .object(let object):
            if case .string(let text)? = object["content"] { special.others.append(text) }
          default:
            throw .badConfiguration(file: file.path, key: key, expected: "token strings", found: item.summary)
          }
        }
      }
    }
    return special
  }

  /// Tokens with rules or ids of their own; of equal strings the first statement counts.
  func addedTokens() throws(TextEncoderError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    func append(_ token: AddedToken) {
      if !tokens.contains(where: { $0.content.utf8.elementsEqual(token.content.utf8) }) { tokens.append(token) }
    }
    if let decoder = try settings?.file("added_tokens_decoder") {
      for member in decoder.object.members {
        guard let id = Int(member.key), case .object(let object) = member.value else {
          throw .badConfiguration(
            file: decoder.path, key: member.key, expected: "an id with a token", found: member.value.summary)
        }
        append(try Self.token(JSONFile(path: decoder.path, object: object), id: id))
      }
    }
    if case .array(let items)? = whole?["added_tokens"], let whole {
      for case .object(let object) in items {
        let file = JSONFile(path: whole.path + ": added_tokens", object: object)
        append(try Self.token(file, id: try file.int("id", in: 0...WholeTokenizer.most)))
      }
    }
    for member in addedFile?.object.members ?? [] {
      guard case .int(let id) = member.value, 0...WholeTokenizer.most ~= id else {
        throw .badConfiguration(
          file: folder + "/added_tokens.json", key: member.key, expected: "an id", found: member.value.summary)
      }
      var token = AddedToken(member.key, id: Int32(id))
      token.isNormalized = true
      append(token)
    }
    return tokens
  }

  private static func token(_ file: JSONFile, id: Int) throws(TextEncoderError) -> AddedToken {
    guard let content = try file.string("content"), 0...WholeTokenizer.most ~= id else {
      throw .badConfiguration(file: file.path, key: "\(id)", expected: "an id and a token", found: "another")
    }
    var token = AddedToken(content, id: Int32(id))
    token.takesSpaceBefore = try file.bool("lstrip") ?? false
    token.takesSpaceBehind = try file.bool("rstrip") ?? false
    token.isSingleWord = try file.bool("single_word") ?? false
    let isSpecial = try file.bool("special") ?? false
    token.isNormalized = try file.bool("normalized") ?? !isSpecial
    return token
  }
}
