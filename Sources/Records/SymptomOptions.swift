/// How symptoms are found in notes.
public struct SymptomOptions: Codable, Equatable, Sendable {
  /// Sections that count: names of `NoteSections.families`, or other headings in lower case; `["all"]` for whole notes.
  /// The paper does not say which; these two tell what was known when the visit began.
  public var sections = ["chief complaint", "history of present illness"]
  /// Categories of notes that count, where a table has several (MIMIC-III), without regard to case.
  public var categories = ["Discharge summary"]

  public init() {}

  func validate() throws(RecordsError) {
    if sections.isEmpty || sections.contains("") || (sections.contains("all") && sections.count > 1) {
      throw .badOption(
        "symptom sections", value: "[" + sections.joined(separator: ", ") + "]",
        expected:
          "all, or names of sections such as \(NoteSections.families.map(\.name).prefix(4).joined(separator: ", "))")
    }
    if categories.isEmpty || categories.contains("") {
      throw .badOption(
        "note categories", value: "[" + categories.joined(separator: ", ") + "]",
        expected: "one or more categories, such as Discharge summary")
    }
  }

  var described: String {
    "sections: " + sections.joined(separator: ", ") + "; notes: " + categories.joined(separator: ", ")
  }
}
