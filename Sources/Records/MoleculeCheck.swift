/// How many listed molecules are of the class they are listed under, by a table of drugs with ATC codes.
struct MoleculeCheck {
  private(set) var listed = 0
  private(set) var ofTheirClass = 0
  /// Listed molecules that no drug of the table is, or that cannot be read.
  private(set) var unknown = 0
  /// Classes of which no listed molecule is of the class.
  private(set) var wrongClasses: [String] = []

  init(_ molecules: [String: [String]], drugs: DrugTable, identity: MoleculeIdentity) {
    var classes: [String: Set<String>] = [:]
    for (found, indices) in drugs.members {
      for index in indices where !drugs.drugs[index].smiles.isEmpty {
        if let key = identity.key(drugs.drugs[index].smiles) { classes[key, default: []].insert(found) }
      }
    }
    var keys: [String: String?] = [:]
    for (found, smiles) in molecules.sorted(by: { $0.key < $1.key }) {
      var right = 0
      for one in smiles {
        listed += 1
        let key = keys[one] ?? identity.key(one)
        keys[one] = key
        guard let key, let known = classes[key] else {
          unknown += 1
          continue
        }
        if known.contains(found) { right += 1 }
      }
      ofTheirClass += right
      if right == 0, !smiles.isEmpty { wrongClasses.append(found) }
    }
  }

  func sentence(file: String, drugs: String, identity: MoleculeIdentity) -> String {
    let wrong =
      wrongClasses.isEmpty
      ? ""
      : "; \(wrongClasses.count) classes have none of their own: " + wrongClasses.prefix(12).joined(separator: ", ")
        + (wrongClasses.count > 12 ? ", …" : "")
    return
      "\(ofTheirClass) of \(listed) molecules in \(file) are of the class they are listed under, by the ATC codes in "
      + "\(drugs) (same molecule: \(identity.name)); \(listed - ofTheirClass - unknown) are of another class, \(unknown) are "
      + "no drug of that table\(wrong)."
  }
}
