/// Care that a hospital gives whatever the diagnosis, as `drugs` slots, and the background rate of unexplained prescriptions.
enum SupportiveCare {
  /// Slots of every visit. A patient keeps the habit of a slot between visits.
  static let slots = #"""
    B05B @.3; N02B @.38; A06A @.3; B01A @.22; A02B @.18; A12B @.15; A12C @.12; B05X @.2; N02A @.12
    """#
}
