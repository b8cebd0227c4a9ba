/// Names × forms → texts with weights: "systolic heart failure" × "!acute on chronic ~".
struct Wording {
  struct Entry {
    var text: String
    var weight: Double
    var isSevere: Bool
  }
  /// Rare names in rare forms are left out: only rank(name) · rank(form) up to this is worded.
  static let rankLimit = 10

  let entries: [Entry]

  /// The weight falls with the 1.5th power of rank(name) · rank(form).
  init(names: [String], forms: [String], rankLimit: Int = Wording.rankLimit) {
    var entries: [Entry] = []
    var seen: Set<String> = []
    for (i, name) in names.enumerated() {
      for (j, form) in forms.enumerated() where (i + 1) * (j + 1) <= rankLimit {
        let isSevere = form.hasPrefix("!")
        let text = Wording.join(name, into: isSevere ? String(form.dropFirst()) : form)
        guard seen.insert(text).inserted else { continue }
        entries.append(Entry(text: text, weight: Wording.weight(rank: (i + 1) * (j + 1)), isSevere: isSevere))
      }
    }
    self.entries = entries
  }

  /// rank^−1.5
  static func weight(rank: Int) -> Double { 1 / (Double(rank) * Double(rank).squareRoot()) }

  /// Puts the name in the place of `~`; a word that ends the form's start and begins the name is said once
  /// ("acute on chronic ~" + "chronic kidney disease").
  static func join(_ name: String, into form: String) -> String {
    guard let mark = form.firstIndex(of: "~") else { return form }
    var start = form[..<mark].split(separator: " ")
    if let last = start.last, let first = name.split(separator: " ").first, last == first { start.removeLast() }
    let head = start.isEmpty ? "" : start.joined(separator: " ") + " "
    return head + name + form[form.index(after: mark)...]
  }
}
