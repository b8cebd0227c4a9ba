/// RFC 4180 byte by byte, the plain way: what the fast reader is compared with.
struct ReferenceCSV {
  enum Fault: Equatable { case textAfterQuote, openQuote }
  struct Row: Equatable {
    var fields: [[UInt8]] = []
    /// First line, counted from 1, and the last.
    var line = 1
    var lastLine = 1
    var fault: Fault?
    /// Line of a quote that is never closed.
    var openLine = 0
    var hasZero = false
  }

  static func rows(_ input: [UInt8], delimiter: UInt8) -> [Row] {
    let bytes = input.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(input.dropFirst(3)) : input
    let (quote, feed, carriage) = (UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var rows: [Row] = []
    var place = 0
    var line = 1
    while place < bytes.count {
      var row = Row()
      row.line = line
      let start = place
      var isOpen = true
      while isOpen {
        var field: [UInt8] = []
        if place < bytes.count, bytes[place] == quote {
          let openLine = line
          place += 1
          var isClosed = false
          while place < bytes.count, !isClosed {
            if bytes[place] != quote {
              if bytes[place] == feed { line += 1 }
              field.append(bytes[place])
              place += 1
            } else if place + 1 < bytes.count, bytes[place + 1] == quote {
              field.append(quote)
              place += 2
            } else {
              isClosed = true
              place += 1
            }
          }
          if !isClosed {
            row.fault = .openQuote
            row.openLine = openLine
          }
          if place < bytes.count, bytes[place] == carriage, place + 1 == bytes.count || bytes[place + 1] == feed {
            place += 1
          }
          if place < bytes.count, bytes[place] != delimiter, bytes[place] != feed {
            row.fault = .textAfterQuote
            while place < bytes.count, bytes[place] != delimiter, bytes[place] != feed { place += 1 }
          }
        } else {
          while place < bytes.count, bytes[place] != delimiter, bytes[place] != feed {
            field.append(bytes[place])
            place += 1
          }
          if place == bytes.count || bytes[place] == feed, field.last == carriage { field.removeLast() }
        }
        row.fields.append(field)
        isOpen = place < bytes.count && bytes[place] == delimiter
        if isOpen { place += 1 }
      }
      row.hasZero = bytes[start..<place].contains(0)
      row.lastLine = bytes.last == feed && place == bytes.count ? max(line - 1, row.line) : line
      if place < bytes.count {
        place += 1
        line += 1
      }
      rows.append(row)
    }
    return rows
  }
}
