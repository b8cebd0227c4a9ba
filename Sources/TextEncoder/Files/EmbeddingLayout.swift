import HDF5

/// What a file of embeddings holds vectors of. Raw values are the files' `theriac_kind`.
enum EmbeddingLayout: String {
  case visits = "embeddings"
  case vocabulary = "vocabulary_embeddings"
  case lines = "text_embeddings"

  static let schema = 1

  /// For sentences: "holds vectors of …".
  var content: String {
    switch self {
    case .visits: "visits"
    case .vocabulary: "the vocabulary"
    case .lines: "the lines of a text file"
    }
  }

  /// The command that makes a file of this layout.
  var command: String {
    switch self {
    case .visits: "theriac embed --no-vocabulary"
    case .vocabulary: "theriac embed --vocabulary"
    case .lines: "theriac embed --texts"
    }
  }

  /// Opens a file of this layout.
  /// - Throws: `wrongLayout` for a file of another one; what `KindedFile.open` throws
  func open(_ path: String) throws -> HDF5File {
    do throws(HDF5Error) {
      return try KindedFile.open(path, kind: rawValue, schemaVersions: Self.schema...Self.schema)
    } catch {
      guard case .wrongKind(_, _, let kind?) = error, let found = EmbeddingLayout(rawValue: kind) else { throw error }
      throw TextEncoderError.wrongLayout(path: path, holds: found.content, needs: content, command: command)
    }
  }
}
