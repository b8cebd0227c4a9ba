/// Care that a hospital gives whatever the diagnosis, as `drugs` slots, and the background rate of unexplained prescriptions.
enum SupportiveCare {
  /// Slots of every visit. A patient keeps the habit of a slot between visits.
  static let slots = #"""
    B05B @.4; N02B @.5; A06A @.4; B01A @.3; A02B @.25; A12B @.2; A12C @.15; B05X @.25; N02A @.15
    """#
}
