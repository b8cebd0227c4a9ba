import Glibc
import HDF5
import Testing

@Suite struct AtomicFileTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private struct Stop: Error {}

  private static func write(_ value: Double, to path: String) throws {
    try AtomicFile.hdf5(at: path) { file in
      try file.write([value], shape: [1], to: "x")
    } verify: { file in
      guard try file.read("x", as: Double.self) == [value] else { throw Stop() }
    }
  }

  @Test("the file appears under its name alone and replaces the one before")
  func replaces() throws {
    let path = directory("a.h5")
    try Self.write(1, to: path)
    let old = try HDF5File.open(path)
    try Self.write(2, to: path)
    #expect(directory.names() == ["a.h5"])
    #expect(try HDF5File.open(path).read("x", as: Double.self) == [2])
    // Who had the old one open still sees it.
    #expect(try old.read("x", as: Double.self) == [1])
  }

  @Test("an error while writing or verifying leaves the old file and no temporary one")
  func failures() throws {
    let path = directory("a.h5")
    try Self.write(1, to: path)
    #expect(throws: Stop.self) {
      try AtomicFile.hdf5(at: path) { file in
        try file.write([Double](repeating: 5, count: 100_000), shape: [100_000], to: "x")
        throw Stop()
      } verify: { _ in
      }
    }
    #expect(throws: Stop.self) {
      try AtomicFile.hdf5(at: path) {
        try $0.write([2.0], shape: [1], to: "x")
      } verify: { _ in
        throw Stop()
      }
    }
    #expect(directory.names() == ["a.h5"])
    #expect(try HDF5File.open(path).read("x", as: Double.self) == [1])
  }

  @Test("places that cannot be written are refused")
  func unwritable() throws {
    #expect(throws: HDF5Error.self) { try Self.write(1, to: directory("none/a.h5")) }
    #expect(throws: HDF5Error.self) { try Self.write(1, to: "/proc/a.h5") }
    #expect(throws: HDF5Error.self) { try AtomicFile.bytes(at: "/proc/a.bin", [1]) }
    #expect(throws: HDF5Error.self) { try AtomicFile.bytes(at: directory("none/a.bin"), [1]) }
    #expect(throws: HDF5Error.isDirectory(directory.path)) { try AtomicFile.bytes(at: directory.path, [1]) }
    #expect(throws: HDF5Error.isDirectory(directory.path)) { try Self.write(1, to: directory.path) }
    #expect(directory.names() == [])
  }

  @Test("bytes are written and replaced whole")
  func plainBytes() throws {
    let path = directory("a.bin")
    try AtomicFile.bytes(at: path, [])
    #expect(try bytes(of: path) == [])
    let data = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    try AtomicFile.bytes(at: path, data)
    #expect(try bytes(of: path) == data)
    #expect(directory.names() == ["a.bin"])
  }

  @Test("writers of one name do not disturb each other")
  func concurrent() async throws {
    let path = directory("a.h5")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for value in 0..<8 { group.addTask { try Self.write(Double(value), to: path) } }
      try await group.waitForAll()
    }
    #expect(directory.names() == ["a.h5"])
    #expect(try (0..<8).contains(Int(HDF5File.open(path).read("x", as: Double.self)[0])))
  }

  @Test("equal content gives equal bytes")
  func reproducible() throws {
    for name in ["a.h5", "b.h5"] {
      try KindedFile.write(at: directory(name), kind: "cohort", schemaVersion: 1) { file in
        try file.write([1.0, 2], shape: [2], to: "g/x", layout: .checksummed())
        try file.writeStrings(["a"], to: "g/s")
      }
      usleep(1_100_000)
    }
    #expect(try bytes(of: directory("a.h5")) == bytes(of: directory("b.h5")))
  }
}

/// A file system of 1 MiB, mounted for the test; nil where mounting is not possible.
final class SmallDisk {
  let path: String
  private let directory: TemporaryDirectory

  init?() {
    guard geteuid() == 0, let directory = try? TemporaryDirectory() else { return nil }
    self.directory = directory
    path = directory("disk")
    mkdir(path, 0o700)
    guard mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0 else {
      rmdir(path)
      return nil
    }
  }

  deinit {
    umount(path)
    rmdir(path)
  }

  static let isPossible = SmallDisk() != nil
}

@Suite("a full disk", .enabled(if: SmallDisk.isPossible, "needs the right to mount a small tmpfs"))
struct FullDiskTests {
  @Test("is an error that names the file; the old file stays and the temporary one goes")
  func full() throws {
    let disk = try #require(SmallDisk())
    let path = disk.path + "/a.h5"
    let big = [Double](repeating: 1, count: 400_000)
    try AtomicFile.hdf5(at: path) {
      try $0.write([7.0], shape: [1], to: "x")
    } verify: { _ in
    }
    for layout in [HDF5Layout.contiguous, .checksummed()] {
      for count in [10, 400_000] {
        let error = #expect(throws: HDF5Error.self) {
          try AtomicFile.hdf5(at: path) { file in
            for part in 0..<30 {
              try file.write(Array(big[..<count]), shape: [count], to: "x\(part)", layout: layout)
              try file.write(Array(big[..<20_000]), shape: [20_000], to: "y\(part)", layout: layout)
            }
          } verify: { _ in
          }
        }
        #expect(error.map { "\($0)".contains(disk.path) && "\($0)".contains("No space left on device") } == true)
        #expect(names(in: disk.path) == ["a.h5"])
      }
    }
    let error = #expect(throws: HDF5Error.self) {
      try AtomicFile.bytes(at: disk.path + "/b.bin", [UInt8](repeating: 1, count: 3_000_000))
    }
    #expect(error.map { "\($0)".contains("No space left on device") } == true)
    #expect(names(in: disk.path) == ["a.h5"])
    #expect(try HDF5File.open(path).read("x", as: Double.self) == [7])
  }
}
