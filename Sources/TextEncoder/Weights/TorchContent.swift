/// What the two formats of `torch.save` hold: tensors by name, and where each storage's numbers lie.
struct TorchContent {
  let tensors: [String: TorchTensor]
  let storages: [String: Range<Int>]

  /// The zip format.
  init(zip bytes: UnsafeRawBufferPointer) throws(PickleProblem) {
    let zip = try ZipDirectory(bytes)
    let pickles = zip.entries.keys.filter { $0.hasSuffix("/data.pkl") }
    guard pickles.count == 1, let name = pickles.first, let range = zip.entries[name] else {
      if zip.entries.keys.contains(where: { $0.hasSuffix("/constants.pkl") || $0.contains("/code/") }) {
        throw .refused("it is a TorchScript program, not weights")
      }
      throw .damaged("it is a zip file with \(pickles.count) entries data.pkl, expected one")
    }
    let folder = name.dropLast("data.pkl".count)
    guard zip.entries["\(folder)constants.pkl"] == nil else {
      throw .refused("it is a TorchScript program, not weights")
    }
    if let order = zip.entries["\(folder)byteorder"], !bytes[order].elementsEqual("little".utf8) {
      throw .damaged("its numbers are big-endian, which is not read")
    }
    guard range.count <= Unpickler.longest else {
      throw .refused("its pickle has \(range.count) bytes, more than \(Unpickler.longest)")
    }
    var unpickler = Unpickler(UnsafeRawBufferPointer(rebasing: bytes[range]), from: 0)
    let root = try unpickler.run()
    tensors = try Self.tensors(root, unpickler)
    var storages: [String: Range<Int>] = [:]
    for storage in Set(tensors.values.map(\.storage.key)) {
      storages[storage] = zip.entries["\(folder)data/\(storage)"]
    }
    self.storages = storages
  }

  /// The older format.
  init(old bytes: UnsafeRawBufferPointer) throws(PickleProblem) {
    guard bytes.first == 0x80 else {
      if bytes.count > 262, bytes[257..<262].elementsEqual("ustar".utf8) {
        throw .damaged("it is in the tar format of PyTorch before 0.2, which is not read")
      }
      let text = bytes.starts(with: Array("version https://git-lfs".utf8))
      throw .damaged(
        text ? "it is a pointer of git-lfs: the weights themselves were not downloaded" : "it is no file of torch.save")
    }
    var unpickler = Unpickler(bytes, from: 0)
    guard try unpickler.run() == .bigInt(Self.magic) else { throw .damaged("it does not begin as torch.save begins") }
    unpickler = Unpickler(bytes, from: unpickler.position)
    guard try unpickler.run() == .int(1001) else { throw .damaged("its version of the format is unknown") }
    unpickler = Unpickler(bytes, from: unpickler.position)
    let system = try unpickler.run()
    if let items = unpickler.items(system, .dict), let at = items.firstIndex(of: .string("little_endian")),
      at + 1 < items.count, items[at + 1] != .bool(true)
    {
      throw .damaged("its numbers are big-endian, which is not read")
    }
    unpickler = Unpickler(bytes, from: unpickler.position)
    let root = try unpickler.run()
    tensors = try Self.tensors(root, unpickler)
    var formats: [String: NumberFormat] = [:]
    for object in unpickler.objects {
      if case .storage(let storage) = object.kind { formats[storage.key] = storage.format ?? .uint8 }
    }
    unpickler = Unpickler(bytes, from: unpickler.position)
    let list = try unpickler.run()
    guard let keys = unpickler.items(list, .list) else {
      throw .damaged("the list of its storages is missing")
    }
    var storages: [String: Range<Int>] = [:]
    var position = unpickler.position
    for key in keys {
      guard case .string(let key) = key, let format = formats[key] else {
        throw .damaged("it lists a storage that no tensor uses")
      }
      guard bytes.count - position >= 8 else { throw .damaged("it breaks off before storage \(key)") }
      let count = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      let left = bytes.count - position - 8
      guard count <= UInt64(left / format.bytes) else {
        throw .damaged("storage \(key) claims \(count) numbers, but \(left) bytes are left")
      }
      let start = position + 8
      position = start + Int(count) * format.bytes
      guard storages.updateValue(start..<position, forKey: key) == nil else {
        throw .damaged("it lists storage \(key) twice")
      }
    }
    self.storages = storages
  }

  /// 0x1950A86A20F9469CFC6C
  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

  /// The tensors of the dictionary; of a training checkpoint, those under `state_dict`, `model_state_dict` or `model`.
  private static func tensors(
    _ root: PickleValue, _ unpickler: Unpickler
  ) throws(PickleProblem) -> [String: TorchTensor] {
    guard let items = unpickler.items(root, .dict) else { throw .damaged("it holds no dictionary of tensors") }
    let found = direct(items, unpickler)
    if !found.isEmpty { return found }
    for name in ["state_dict", "model_state_dict", "model"] {
      guard let at = items.firstIndex(of: .string(name)), at + 1 < items.count,
        let inner = unpickler.items(items[at + 1], .dict)
      else { continue }
      return direct(inner, unpickler)
    }
    throw .damaged("its dictionary of \(items.count / 2) members holds no tensors")
  }

  private static func direct(_ items: [PickleValue], _ unpickler: Unpickler) -> [String: TorchTensor] {
    var tensors: [String: TorchTensor] = [:]
    for at in stride(from: 0, to: items.count - 1, by: 2) {
      if case .string(let name) = items[at], let tensor = unpickler.tensor(items[at + 1]) { tensors[name] = tensor }
    }
    return tensors
  }
}
