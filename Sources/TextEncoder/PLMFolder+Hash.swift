import HDF5

extension PLMFolder {
  /// A name for all that decides the embeddings of a folder, in 32 hexadecimal digits.
  ///
  /// For each of `config.json`, `tokenizer_config.json` (if present), `vocab.txt` and `model.safetensors`, one line
  /// `NAME SIZE XXH3-128`, ended by a line feed; the hash is the XXH3-128 of these lines.
  /// - Throws: `unreadable`.
  public static func contentHash(ofFolder path: String) throws(TextEncoderError) -> String {
    var lines = ""
    for name in ["config.json", "tokenizer_config.json", "vocab.txt", "model.safetensors"] {
      if name == "tokenizer_config.json", !exists(path + "/" + name) { continue }
      let file = try MappedFile(path: path + "/" + name)
      lines += "\(name) \(file.count) \(Checksum.xxh3Hex(file.bytes))\n"
    }
    return lines.withUTF8 { Checksum.xxh3Hex(UnsafeRawBufferPointer($0)) }
  }
}
