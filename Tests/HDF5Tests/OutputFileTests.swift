import Glibc
import HDF5
import Testing

@Suite struct OutputFileTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  @Test("a symbolic link stays and its target is replaced, or made") func links() throws {
    try AtomicFile.bytes(at: directory("real"), [1])
    #expect(symlink("real", directory("near")) == 0)
    #expect(symlink(directory("near"), directory("far")) == 0)
    #expect(symlink("new", directory("dangling")) == 0)
    try AtomicFile.bytes(at: directory("far"), [2, 3])
    try AtomicFile.bytes(at: directory("dangling"), [4])
    #expect(try bytes(of: directory("real")) == [2, 3])
    #expect(try bytes(of: directory("new")) == [4])
    #expect(directory.names() == ["dangling", "far", "near", "new", "real"])
    for link in ["near", "far", "dangling"] {
      var status = stat()
      #expect(lstat(directory(link), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK, "\(link)")
    }
    #expect(OutputFile.isSame(directory("far"), directory("real")))
    #expect(OutputFile.isSame(directory("./none"), directory("none")))
    #expect(!OutputFile.isSame(directory("new"), directory("real")))
  }

  @Test("folders, devices, pipes, circles and no name at all are refused and stay as they are") func refused() throws {
    #expect(mkfifo(directory("pipe"), 0o600) == 0)
    #expect(symlink("circle", directory("circle")) == 0)
    #expect(symlink("/dev/null", directory("null")) == 0)
    for (path, part) in [
      ("", "empty"), ("/dev/null", "a device"), (directory("null"), "a device"), (directory("pipe"), "a pipe"),
      (directory("circle"), "in a circle"), (directory.path, "is a directory"), (".", "is a directory"),
    ] {
      #expect { try AtomicFile.bytes(at: path, [1]) } throws: { "\($0)".contains(part) }
    }
    #expect(directory.names() == ["circle", "null", "pipe"])
  }
}
