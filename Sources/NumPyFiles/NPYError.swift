/// What can go wrong with a .npy file; every case describes itself in one sentence that names the file.
public enum NPYError: Error, Equatable, CustomStringConvertible {
  /// The file is not there, is no regular file, or the system refuses it.
  case unreadable(String, reason: String)
  /// The file does not begin like a .npy file.
  case notNPY(String)
  /// The header cannot be understood, or contradicts the size of the file.
  case damaged(String, reason: String)
  /// The file holds values that are no plain numbers.
  case unsupportedType(String, descr: String)
  /// The numbers are not of the kind, or in the range, that was asked for.
  case wrongType(String, expected: String, found: String)
  /// The array has other axes than were asked for.
  case wrongShape(String, expected: String, found: [Int])

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
    case .notNPY(let path):
      "\(path) is not a .npy file (it does not begin with NumPy's signature); write it with numpy.save"
    case .damaged(let path, let reason):
      "\(path) is cut short or damaged (\(reason)); copy it again or write it anew with numpy.save"
    case .unsupportedType(let path, let descr):
      "\(path) holds values of NumPy's type \(descr); integers, truth values and floats of 16, 32 or 64 bits are read"
    case .wrongType(let path, let expected, let found): "\(path) holds \(found); expected \(expected)"
    case .wrongShape(let path, let expected, let found): "\(path) has shape \(found); expected \(expected)"
    }
  }
}
