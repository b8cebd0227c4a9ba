import Foundation

/// What a model folder is and whether it can be used, piece by piece: what one piece lacks does not hide the others.
public struct PLMReport: Sendable {
  /// For people, one fact a line.
  public private(set) var lines: [String] = []
  public private(set) var isUsable = true

  public init(path: String) {
    let name = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
    do throws(TextEncoderError) {
      try PLMFolder.requireFolder(path)
      let folder = try PLMFolder(path: path)
      lines = ["language model \(name): can be used"]
      describe(folder.configuration)
      describe(folder.tokenizer)
      describeWeights(path)
      lines.append("files: \(folder.files.joined(separator: ", "))")
      lines.append("content: \(folder.hash)")
      for note in folder.notes { lines.append("note: \(note)") }
    } catch {
      isUsable = false
      lines = ["language model \(name): cannot be used: \(error)"]
      if let configuration = try? BERTConfiguration(contentsOf: path + "/config.json") {
        describe(configuration)
        if var files = try? TokenizerFiles(folder: path),
          let tokenizer = try? files.tokenizer(configuration.family, lowercase: nil)
        {
          describe(tokenizer)
        }
        describeWeights(path)
      }
    }
  }

  private mutating func describe(_ shape: BERTConfiguration) {
    lines.append(
      "architecture: \(shape.family == .bert ? "BERT" : "RoBERTa"), \(shape.layers) layers of width \(shape.hiddenSize), "
        + "\(shape.heads) heads, feed-forward \(shape.intermediateSize), \(shape.activation), "
        + "at most \(shape.maxTokens) tokens, \(Self.grouped(shape.parameters)) parameters")
  }

  private mutating func describe(_ tokenizer: any TextTokenizer) {
    lines.append("tokenizer: \(tokenizer.summary)")
  }

  private mutating func describeWeights(_ path: String) {
    guard let source = try? WeightFiles.open(folder: path) else { return }
    let bytes = source.files.reduce(0) { sum, file in
      // Folders of Hugging Face's cache hold links; what counts is the file that a link leads to.
      let target = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
      let size = (try? FileManager.default.attributesOfItem(atPath: target)[.size]) as? Int
      return sum + (size ?? 0)
    }
    lines.append(
      "weights: \(source.names.count) tensors, \(Self.grouped(bytes)) bytes in "
        + source.files.map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: ", "))
  }

  /// 109482240 → "109,482,240"
  private static func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }
}
