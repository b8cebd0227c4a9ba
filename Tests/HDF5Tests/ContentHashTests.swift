import HDF5
import Testing

@Suite struct ContentHashTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private func hash(attributes: [String] = [], _ body: (HDF5File) throws -> Void) throws -> String {
    let file = try HDF5File.create(directory("a.h5"))
    try body(file)
    return try ContentHash.of(file, attributes: attributes)
  }

  @Test("XXH3 gives the values its authors publish")
  func knownValues() {
    #expect(Checksum.xxh3(UnsafeRawBufferPointer(start: nil, count: 0)) == 0x2D06_8005_38D3_94C2)
    let empty = Checksum.xxh3Hex(UnsafeRawBufferPointer(start: nil, count: 0))
    #expect(empty == "99aa06d3014798d86001c324468d497f")
  }

  @Test("layout and order of writing do not matter; path, shape, type and every value do")
  func whatCounts() throws {
    let values: [Float] = [1, 2, 3, 4]
    let base = try hash {
      try $0.write(values, shape: [2, 2], to: "g/x")
      try $0.writeStrings(["a", "bc"], to: "s")
    }
    let same = try hash {
      try $0.writeStrings(["a", "bc"], to: "s")
      try $0.write(values, shape: [2, 2], to: "g/x", layout: .checksummed(chunk: 1))
      try $0.setAttribute("note", .string("does not count"))
    }
    #expect(base == same && base.count == 32)
    var others = try [
      hash { try $0.write(values, shape: [2, 2], to: "g/x") },
      hash {
        try $0.write(values, shape: [2, 2], to: "g/y"); try $0.writeStrings(["a", "bc"], to: "s")
      },
      hash {
        try $0.write(values, shape: [4], to: "g/x"); try $0.writeStrings(["a", "bc"], to: "s")
      },
      hash {
        try $0.write([1, 2, 3, 4] as [Int32], shape: [2, 2], to: "g/x"); try $0.writeStrings(["a", "bc"], to: "s")
      },
      hash {
        try $0.write([1, 2, 3, 4.0000005] as [Float], shape: [2, 2], to: "g/x");
        try $0.writeStrings(["a", "bc"], to: "s")
      },
      hash {
        try $0.write(values, shape: [2, 2], to: "g/x"); try $0.writeStrings(["ab", "c"], to: "s")
      },
    ]
    others.append(base)
    #expect(Set(others).count == others.count)
  }

  @Test("attributes count when named")
  func attributes() throws {
    func with(_ value: HDF5Attribute) throws -> String {
      try hash(attributes: ["a"]) { try $0.setAttribute("a", value) }
    }
    let hashes = try [with(.int(1)), with(.int(2)), with(.double(1)), with(.string("1"))]
    #expect(Set(hashes).count == 4)
    #expect(throws: HDF5Error.self) { try hash(attributes: ["a"]) { _ in } }
  }

  @Test(
    "datasets larger than a block are hashed whole, whatever their shape",
    arguments: [
      [3_000_000], [3, 1_000_000], [1_000_000, 3], [2, 1500, 1000], [1500, 2, 1000], [1, 3_000_000, 1],
    ])
  func blocks(shape: [Int]) throws {
    var values = (0..<3_000_000).map { Int32($0) }
    let first = try hash { try $0.write(values, shape: shape, to: "x") }
    let chunked = try hash { try $0.write(values, shape: shape, to: "x", layout: .checksummed()) }
    #expect(first == chunked)
    for index in [0, 1_048_576, 1_500_000, 2_999_999] {
      values[index] ^= 1
      #expect(try hash { try $0.write(values, shape: shape, to: "x") } != first)
      values[index] ^= 1
    }
  }
}

@Suite struct KindedFileTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private func make(_ kind: String, version: Int = 1) throws -> String {
    let path = directory("x.h5")
    try KindedFile.write(at: path, kind: kind, schemaVersion: version, hashing: ["rule"]) { file in
      try file.write([Float](repeating: 3, count: 100), shape: [10, 10], to: "v")
      try file.setAttribute("rule", .string("official"))
    }
    return path
  }

  @Test("a written file opens as its kind, and its hash is the one returned")
  func roundTrip() throws {
    let path = directory("a.h5")
    let hash = try KindedFile.write(at: path, kind: "cohort", schemaVersion: 3) { file in
      try file.write([1.0], shape: [1], to: "v")
    }
    let file = try KindedFile.open(path, kind: "cohort", schemaVersions: 2...3)
    #expect(try KindedFile.verify(file) == hash)
    #expect(try KindedFile.contentHash(of: file) == hash)
    #expect(try KindedFile.kind(of: file) == "cohort")
  }

  @Test("a group that is left out does not count, the file says so, and files that leave nothing out verify as before")
  func leftOut() throws {
    func make(_ name: String, note: Float, value: Double = 1, leavingOut: [String]) throws -> String {
      let file = try HDF5File.create(directory(name))
      try file.write([value], shape: [1], to: "v")
      try file.write([Float(2)], shape: [1], to: "reports")
      try file.write([note], shape: [1], to: "report/deep/note")
      let hash = try KindedFile.seal(file, kind: "cohort", schemaVersion: 1, leavingOut: leavingOut)
      try file.close()
      let read = try KindedFile.open(directory(name), kind: "cohort", schemaVersions: 1...1)
      #expect(try KindedFile.verify(read) == hash)
      #expect(try read.attribute("unhashed_groups")?.stringValue == (leavingOut.isEmpty ? nil : "/report"))
      return hash
    }
    let first = try make("a.h5", note: 1, leavingOut: ["/report"])
    #expect(try make("b.h5", note: 2, leavingOut: ["/report"]) == first)
    #expect(try make("c.h5", note: 1, value: 3, leavingOut: ["/report"]) != first)
    let whole = try make("d.h5", note: 1, leavingOut: [])
    #expect(try make("e.h5", note: 2, leavingOut: []) != whole)
    #expect(whole != first)
  }

  @Test("a file of another kind or schema says what it is and what to pass")
  func otherKind() throws {
    let path = try make("checkpoint", version: 2)
    let wrong = #expect(throws: HDF5Error.self) { try KindedFile.open(path, kind: "cohort", schemaVersions: 1...1) }
    #expect(
      wrong?.description == "\(path) is a checkpoint file, not a cohort file; "
        + "pass a cohort file ('theriac import' or 'theriac synth' makes one)")
    let schema = #expect(throws: HDF5Error.self) {
      try KindedFile.open(path, kind: "checkpoint", schemaVersions: 1...1)
    }
    #expect(
      schema?.description
        == "\(path) is a checkpoint file of schema 2; this version reads schema 1; use a newer theriac")
    let bare = directory("bare.h5")
    try HDF5File.create(bare).close()
    #expect(throws: HDF5Error.wrongKind(bare, expected: "embeddings", found: nil)) {
      try KindedFile.open(bare, kind: "embeddings", schemaVersions: 1...1)
    }
  }

  @Test("a changed value, or a changed attribute that counts, is found by verify")
  func changed() throws {
    let path = try make("embeddings")
    // Without the stamp, as an editing program leaves it: opening alone would find the damage otherwise.
    let whole = Array(try bytes(of: path).dropLast(stampBytes))
    for pattern in [[Float](repeating: 3, count: 4).withUnsafeBytes { Array($0) }, Array("official".utf8)] {
      var damaged = whole
      let place = try #require(
        whole.indices.dropLast(16).first { whole[$0..<($0 + pattern.count)].elementsEqual(pattern) })
      damaged[place + 2] ^= 1
      try put(damaged, at: path)
      let file = try KindedFile.open(path, kind: "embeddings", schemaVersions: 1...1)
      let error = #expect(throws: HDF5Error.self) { try KindedFile.verify(file) }
      #expect(error?.description.contains("does not match its content_hash") == true)
    }
  }
}
