import ArgumentParser
import Foundation
import HDF5
import Records

/// Finds out before hours of work whether their result can be written, and that nothing it is made from is lost.
enum OutputPlace {
  /// - Throws: a sentence for a place that is no file, cannot be written, or is one of the `inputs` (files, or folders
  ///   with all that is in them).
  static func check(_ path: String, option: String = "--out", inputs: [String?] = []) throws {
    guard !path.isEmpty else { throw ValidationError("\(option) is empty; give the name of a file") }
    let target: String
    do { target = try OutputFile.resolved(path) } catch {
      if case .isDirectory = error { throw ValidationError("\(option) \(path) is a folder; give a file") }
      if case .cannotCreate(_, let reason) = error { throw ValidationError("\(option) \(path): \(reason)") }
      throw ValidationError("\(option): \(error)")
    }
    if target.hasSuffix("/") { throw ValidationError("\(option) \(path) names a folder; give a file") }
    let parent = OutputFile.folder(of: target)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder), isFolder.boolValue else {
      throw ValidationError("\(option) \(path): the folder \(parent) does not exist")
    }
    guard FileManager.default.isWritableFile(atPath: parent) else {
      throw ValidationError("\(option) \(path): no permission to write in \(parent)")
    }
    if let input = input(target, among: inputs.compactMap { $0 }) {
      throw ValidationError(
        "\(option) \(path) is \(input), from which it would be made; writing would destroy it, give another file")
    }
  }

  /// The folder that a file is in, whatever names lead to it.
  static func folder(of path: String) -> String {
    URL(fileURLWithPath: path).deletingLastPathComponent().resolvingSymlinksInPath().path
  }

  /// The input that a path leads to, whatever its name. In a folder, files of Theriac's own are no inputs: a cohort that
  /// was written beside its tables may be written again.
  private static func input(_ target: String, among inputs: [String]) -> String? {
    guard let wanted = OutputFile.identity(target) else { return nil }
    for input in inputs {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: input, isDirectory: &isFolder) else { continue }
      if !isFolder.boolValue {
        if OutputFile.identity(input) == wanted { return "the input \(input)" }
        continue
      }
      if isTheriacFile(target) { continue }
      let folder = URL(fileURLWithPath: input).resolvingSymlinksInPath().path
      guard let names = FileManager.default.enumerator(atPath: folder) else { continue }
      for case let name as String in names where OutputFile.identity("\(folder)/\(name)") == wanted {
        return "the file \(name) of \(input)"
      }
    }
    return nil
  }

  private static func isTheriacFile(_ path: String) -> Bool {
    guard let file = try? HDF5File.open(path) else { return false }
    defer { try? file.close() }
    return (try? KindedFile.kind(of: file)) != nil
  }
}
