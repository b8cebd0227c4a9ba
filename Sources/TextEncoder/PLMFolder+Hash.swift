import HDF5

extension PLMFolder {
  /// A name for all that decides the embeddings of a folder, in 32 hexadecimal digits.
  ///
  /// For each file that is read (config.json; of tokenizer_config.json, special_tokens_map.json, added_tokens.json,
  /// tokenizer.json those that are there; without tokenizer.json vocab.txt, or vocab.json and merges.txt; the weights,
  /// of several files the index first), in this order, one line `NAME SIZE XXH3-128`, ended by a line feed; the hash is
  /// the XXH3-128 of these lines.
  /// - Throws: `unreadable`.
  static func contentHash(folder: String, files: [String]) throws(TextEncoderError) -> String {
    var lines = ""
    for name in files {
      let file = try MappedFile(path: folder + "/" + name)
      lines += "\(name) \(file.count) \(Checksum.xxh3Hex(file.bytes))\n"
    }
    return lines.withUTF8 { Checksum.xxh3Hex(UnsafeRawBufferPointer($0)) }
  }
}
