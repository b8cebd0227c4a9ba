/// The calls of a state dictionary: each only notes where a tensor's numbers lie.
extension Unpickler {
  mutating func reduce(_ at: Int) throws(PickleProblem) {
    let (global, items) = try popCall(at)
    func wrong() -> PickleProblem { .damaged("its pickle calls \(global) with unexpected arguments at byte \(at)") }
    switch global {
    case .orderedDict:
      let entries = try entries(items, or: wrong())
      try spend(entries.count)
      push(.dict, entries)
    case .size:
      guard items.count == 1, let lengths = self.items(items[0], .tuple) else { throw wrong() }
      push(.tuple, lengths)
    case .rebuildParameter:
      guard let first = items.first, tensor(first) != nil else { throw wrong() }
      pushValue(first)
    case .rebuildTensor, .rebuildTensorV2, .rebuildTensorV3:
      guard items.count >= 4, case .object(let index) = items[0], case .storage(let storage) = objects[index].kind,
        case .int(let offset) = items[1], let shape = whole(items[2]), let strides = whole(items[3])
      else { throw wrong() }
      var format = storage.format
      if global == .rebuildTensorV3 {
        guard items.count >= 7, case .global(.format(let stated)) = items[6] else { throw wrong() }
        format = stated
      }
      guard let format else { throw wrong() }
      let (start, overflow) = offset.addingReportingOverflow(storage.offset)
      guard !overflow, shape.count == strides.count else { throw wrong() }
      push(.tensor(TorchTensor(storage: storage, format: format, offset: start, shape: shape, strides: strides)))
    case .storage, .untypedStorage, .format: throw wrong()
    }
  }

  /// `OrderedDict()` or, from Python 2, `OrderedDict([[key, value], …])`, as alternating keys and values.
  private func entries(
    _ arguments: [PickleValue], or wrong: @autoclosure () -> PickleProblem
  ) throws(PickleProblem) -> [PickleValue] {
    guard let first = arguments.first else { return [] }
    guard arguments.count == 1, let list = items(first, .list), list.count <= Self.most else { throw wrong() }
    var result: [PickleValue] = []
    for entry in list {
      guard let pair = items(entry, .list) ?? items(entry, .tuple), pair.count == 2 else { throw wrong() }
      result += pair
    }
    return result
  }

  /// The whole numbers of a tuple.
  private func whole(_ value: PickleValue) -> [Int]? {
    guard let items = items(value, .tuple), items.count <= 16 else { return nil }
    var numbers: [Int] = []
    for item in items {
      guard case .int(let number) = item else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  func tensor(_ value: PickleValue) -> TorchTensor? {
    guard case .object(let index) = value, case .tensor(let tensor) = objects[index].kind else { return nil }
    return tensor
  }

  /// BINPERSID: `("storage", type, key, location, count)`, in the older format with a view or None behind it.
  mutating func pushStorage(_ at: Int) throws(PickleProblem) {
    let identity = try popValue()
    guard let items = items(identity, .tuple), items.count >= 5, case .string("storage") = items[0],
      case .global(let type) = items[1], case .string(let key) = items[2], case .int(let count) = items[4], count >= 0
    else { throw .refused("its pickle refers to something that is no storage at byte \(at)") }
    let format: NumberFormat?
    switch type {
    case .storage(let stated): format = stated
    case .untypedStorage: format = nil
    default: throw .refused("its pickle refers to something that is no storage at byte \(at)")
    }
    var storage = TorchStorage(key: key, format: format, count: count)
    if items.count == 6, let view = self.items(items[5], .tuple), view.count == 3 {
      guard case .int(let offset) = view[1], offset >= 0 else {
        throw .damaged("its pickle has a view that begins nowhere at byte \(at)")
      }
      storage.offset = offset
    }
    push(.storage(storage))
  }
}
