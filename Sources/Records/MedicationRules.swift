/// A way from what a prescription row says to an ATC third-level class (four characters: N02B).
public enum MedicationRoute: String, CaseIterable, Codable, Sendable {
  /// Generic sequence number → ATC (`gsn_atc_ndc_ethos.csv`). It knows form and way of giving: intravenous vancomycin
  /// is J01X, not A07A.
  case gsn
  /// 11-digit NDC → class (`atc3_ndc_molerec.csv`).
  case ndcATC3 = "ndc-atc3"
  /// NDC → RxCUI (`ndc2rxcui.csv` or `ndc2RXCUI.txt`) → ATC (`RXCUI2atc4.csv`, `RXCUI2atc4_compat.csv` or
  /// `rxcui2atc_fda2020.csv`): the way of SafeDrug, DrugRec and NLA-MMR.
  case ndcRxCUI = "ndc-rxcui"
  /// NDC → ATC of the FDA directory (`ndc2atc4_fda2020.csv`), the widest and the least specific.
  case ndcATC4 = "ndc-atc4"
}

/// Which class counts when a map gives one code several.
public enum Ambiguity: String, CaseIterable, Codable, Sendable {
  /// A class of systemic medicines before one of local medicines, then the alphabetically first: the order of the map's
  /// rows does not matter.
  case preferred
  /// The first row of the map: what SafeDrug and its heirs do.
  case first
}

/// Lists of classes that an import may be limited to.
public enum ClassList: String, CaseIterable, Codable, Sendable {
  /// A file with one class a line.
  case file
  /// The classes of the interactions: of `X_order.txt` beside `X.csv` if that is there, else those with an interaction.
  case interactions
  /// The classes that the molecules file lists.
  case molecules
}

/// The order of the medication vocabulary.
public enum ClassOrder: String, CaseIterable, Codable, Sendable {
  /// Alphabetical.
  case sorted
  /// That of the list of classes, as far as visits have them: the order of the authors' matrices.
  case list
}

/// Where the molecules of a class come from.
public enum MoleculeRule: String, CaseIterable, Codable, Sendable {
  /// The molecules file. The published ones list molecules by drug names; about a third are not of their class.
  case published
  /// The drug table: molecules of drugs that have an ATC code of the class, approved ones first.
  case byATC = "by-atc"
}
