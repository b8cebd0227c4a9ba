/// Why a pickle was not read.
enum PickleProblem: Error, Equatable {
  /// It breaks off or contradicts itself.
  case damaged(String)
  /// It is well formed, but more than tensors.
  case refused(String)
}

/// A machine for the part of Python's pickle that state dictionaries of tensors are made of.
///
/// It can build numbers, strings, lists, dictionaries, and views of stored numbers; it calls nothing. Any other opcode
/// and any other name is refused, so that a file that would run code in Python is only an error here.
/// Memory is bounded: each opcode adds at most one value, and there is a limit to them.
struct Unpickler {
  /// Most bytes of one pickle. Those of BERT-base have 30 thousand.
  static let longest = 16 << 20
  /// Most values on the stack, in the memo and in the list of objects.
  static let most = 1_000_000

  private let bytes: UnsafeRawBufferPointer
  /// The next byte.
  private(set) var position: Int
  private let end: Int
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private(set) var objects: [PickleObject] = []
  /// Values that were copied from one object into another.
  private var copied = 0

  /// - Parameter start: where in `bytes` the pickle begins; it ends with its own STOP.
  init(_ bytes: UnsafeRawBufferPointer, from start: Int) {
    self.bytes = bytes
    position = start
    end = min(bytes.count, start + Self.longest)
  }

  /// The items of a list, tuple or dictionary of one of the results; nil for anything else.
  func items(_ value: PickleValue, _ kind: PickleKind) -> [PickleValue]? {
    guard case .object(let index) = value, objects[index].kind == kind else { return nil }
    return objects[index].items
  }

  /// Runs to the next STOP and gives what it leaves. Objects stay readable afterwards.
  mutating func run() throws(PickleProblem) -> PickleValue {
    (stack, marks, memo) = ([], [], [:])
    while true {
      let at = position
      let byte = try self.byte()
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw .damaged("byte \(at) of its pickle is 0x\(String(byte, radix: 16)), which is no opcode")
      }
      if opcode == .stop { return try pop() }
      try step(opcode, at)
      guard stack.count <= Self.most, memo.count <= Self.most, objects.count <= Self.most else {
        throw .refused("its pickle builds more than \(Self.most) values")
      }
    }
  }

  private mutating func step(_ opcode: PickleOpcode, _ at: Int) throws(PickleProblem) {
    switch opcode {
    case .proto:
      let version = try byte()
      guard version <= 5 else { throw .damaged("its pickle has protocol \(version)") }
    case .frame: _ = try length(8)
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binInt1: stack.append(.int(Int(try number(1))))
    case .binInt2: stack.append(.int(Int(try number(2))))
    case .binInt: stack.append(.int(Int(Int32(truncatingIfNeeded: try number(4)))))
    case .long1: stack.append(Self.whole(try take(Int(try byte()))))
    case .long4: stack.append(Self.whole(try take(try length(4))))
    case .binFloat: stack.append(.double(Double(bitPattern: try number(8).byteSwapped)))
    case .shortBinUnicode, .shortBinString: try pushText(try length(1))
    case .binUnicode, .binString: try pushText(try length(4))
    case .binUnicode8: try pushText(try length(8))
    case .shortBinBytes: stack.append(.bytes(Array(try take(try length(1)))))
    case .binBytes: stack.append(.bytes(Array(try take(try length(4)))))
    case .binBytes8: stack.append(.bytes(Array(try take(try length(8)))))
    case .mark: marks.append(stack.count)
    case .pop:
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .dup:
      let top = try pop()
      stack += [top, top]
    case .emptyTuple: push(.tuple)
    case .tuple1: push(.tuple, try pop(1))
    case .tuple2: push(.tuple, try pop(2))
    case .tuple3: push(.tuple, try pop(3))
    case .tuple: push(.tuple, try popToMark())
    case .emptyList: push(.list)
    case .list: push(.list, try popToMark())
    case .emptyDict: push(.dict)
    case .dict: push(.dict, try pairs(try popToMark()))
    case .append: try extend(.list, try pop(1))
    case .appends: try extend(.list, try popToMark())
    case .setItem: try extend(.dict, try pop(2))
    case .setItems: try extend(.dict, try pairs(try popToMark()))
    case .binPut: try remember(try length(1))
    case .longBinPut: try remember(try length(4))
    case .memoize: try remember(memo.count)
    case .binGet: try recall(try length(1))
    case .longBinGet: try recall(try length(4))
    case .global:
      let module = try line()
      try pushGlobal(module, try line(), at)
    case .stackGlobal:
      guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
        throw .damaged("STACK_GLOBAL at byte \(at) of its pickle has no names")
      }
      try pushGlobal(module, name, at)
    case .reduce: try reduce(at)
    case .build: try build(at)
    case .binPersID: try pushStorage(at)
    default:
      throw .refused("its pickle uses the opcode \(opcode.name) at byte \(at), which no tensor needs")
    }
  }

  // MARK: - Bytes

  private mutating func take(_ count: Int) throws(PickleProblem) -> UnsafeRawBufferPointer {
    guard count <= end - position else {
      let left = end - position
      throw .damaged("its pickle breaks off: \(count) bytes are claimed at byte \(position), \(left) are left")
    }
    position += count
    return UnsafeRawBufferPointer(rebasing: bytes[position - count..<position])
  }

  private mutating func byte() throws(PickleProblem) -> UInt8 { try take(1)[0] }

  /// An unsigned little-endian number of `count` bytes.
  private mutating func number(_ count: Int) throws(PickleProblem) -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func length(_ count: Int) throws(PickleProblem) -> Int {
    guard let value = Int(exactly: try number(count)) else { throw .damaged("its pickle claims more than 2⁶³ bytes") }
    return value
  }

  /// A two's complement number of any width.
  private static func whole(_ raw: UnsafeRawBufferPointer) -> PickleValue {
    guard raw.count <= 8 else { return .bigInt(Array(raw)) }
    guard let last = raw.last else { return .int(0) }
    let value = raw.reversed().reduce(last >= 0x80 ? -1 : 0) { $0 << 8 | Int($1) }
    return .int(value)
  }

  private mutating func pushText(_ count: Int) throws(PickleProblem) {
    let raw = try take(count)
    guard let text = String(validating: raw, as: UTF8.self) else {
      stack.append(.bytes(Array(raw)))
      return
    }
    stack.append(.string(text))
  }

  /// Text up to the next line feed.
  private mutating func line() throws(PickleProblem) -> String {
    var count = 0
    while position + count < end, bytes[position + count] != 0x0A { count += 1 }
    let text = String(decoding: try take(count), as: UTF8.self)
    _ = try byte()
    return text
  }

  // MARK: - Stack

  private mutating func pop() throws(PickleProblem) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw .damaged("its pickle takes more from the stack than it put there")
    }
    return value
  }

  private mutating func pop(_ count: Int) throws(PickleProblem) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else {
      throw .damaged("its pickle takes more from the stack than it put there")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(PickleProblem) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw .damaged("its pickle has no MARK where one is needed") }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private func pairs(_ items: [PickleValue]) throws(PickleProblem) -> [PickleValue] {
    guard items.count.isMultiple(of: 2) else { throw .damaged("its pickle has a dictionary key without a value") }
    return items
  }

  mutating func push(_ kind: PickleKind, _ items: [PickleValue] = []) {
    stack.append(.object(objects.count))
    objects.append(PickleObject(kind: kind, items: items))
  }

  /// Adds items to the list or dictionary on top of the stack.
  private mutating func extend(_ kind: PickleKind, _ items: [PickleValue]) throws(PickleProblem) {
    guard case .object(let index)? = stack.last, stack.count > (marks.last ?? 0), objects[index].kind == kind else {
      throw .damaged("its pickle adds items to what is no \(kind)")
    }
    objects[index].items += items
  }

  private mutating func remember(_ index: Int) throws(PickleProblem) {
    guard let top = stack.last else { throw .damaged("its pickle remembers a value that is not there") }
    memo[index] = top
  }

  private mutating func recall(_ index: Int) throws(PickleProblem) {
    guard let value = memo[index] else { throw .damaged("its pickle recalls value \(index), which it never kept") }
    stack.append(value)
  }

  private mutating func pushGlobal(_ module: String, _ name: String, _ at: Int) throws(PickleProblem) {
    guard let global = TorchGlobal(module: module, name: name) else {
      let asked = "\(module).\(name)".prefix(120)
      throw .refused("its pickle asks for \(asked) at byte \(at), which is not a part of a tensor")
    }
    stack.append(.global(global))
  }

  /// Takes the arguments and the callable of REDUCE off the stack.
  mutating func popCall(_ at: Int) throws(PickleProblem) -> (TorchGlobal, [PickleValue]) {
    let arguments = try pop()
    guard case .global(let global) = try pop(), let items = items(arguments, .tuple) else {
      throw .refused("its pickle calls what is not a part of a tensor (REDUCE at byte \(at))")
    }
    return (global, items)
  }

  /// Counts copied values: a short pickle may ask for the same long copy again and again.
  mutating func spend(_ count: Int) throws(PickleProblem) {
    copied += count
    guard copied <= Self.most else { throw .refused("its pickle builds more than \(Self.most) values") }
  }

  mutating func popValue() throws(PickleProblem) -> PickleValue { try pop() }
  mutating func pushValue(_ value: PickleValue) { stack.append(value) }

  /// BUILD gives an object attributes. State dictionaries have one, `_metadata`, which says nothing about the numbers.
  private mutating func build(_ at: Int) throws(PickleProblem) {
    _ = try pop()
    guard case .object(let index)? = stack.last, objects[index].kind == .dict else {
      throw .refused("its pickle sets attributes of what is no dictionary (BUILD at byte \(at))")
    }
  }
}
