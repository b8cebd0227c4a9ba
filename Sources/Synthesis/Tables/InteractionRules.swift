/// Interacting classes, as groups sharing a mechanism and rules between groups. Ours, for synthetic data only: a
/// plausible pattern, no clinical reference.
enum InteractionRules {
  /// `group | classes`
  static let groups = #"""
    anticoagulant | B01A
    bleeding | M01A N06A H02A G03D L02B
    cns-depressant | N02A N05B N05C N03A N05A R06A M03B N01A R05D
    opioid | N02A R05D N07B
    qt-prolonging | C01B J01F J01M N05A A03F J02A P01B N07B H01C
    rate-slowing | C07A C08D C01A C01B C02A N06D S01E
    antihypertensive | C09A C09C C08C C02D C02C C01D
    loop-thiazide | C03C C03A C03B
    potassium-raising | C03D A12B C09A C09C
    potassium-wasting | H02A R03A
    nephrotoxic | M01A J01G L04A
    enzyme-inhibitor | J01F J02A C08D
    enzyme-inducer | J04A N03A
    enzyme-substrate | C10A L04A C08C N05B B01A G03C
    anticholinergic | A03B N04A G04B R06A N05A
    cholinergic | N06D N07A
    serotonergic | N06A N02C J01X A04A N04B
    chelating | A02A A12A B03A A12C
    chelated | J01A J01M H03A M05B
    glucose-lowering | A10A A10B
    glucose-raising | H02A C03A G03C
    antimetabolite | L01A L01B
    folate-antagonist | J01E M01A
    uric-drug | M04A
    relaxant | M03A
    """#
  /// `group + group`: every pair of a class of one with a class of the other.
  static let rules = #"""
    anticoagulant + bleeding
    anticoagulant + enzyme-inducer
    anticoagulant + folate-antagonist
    anticoagulant + qt-prolonging
    opioid + cns-depressant
    opioid + anticholinergic
    cns-depressant + cns-depressant
    qt-prolonging + qt-prolonging
    rate-slowing + rate-slowing
    loop-thiazide + rate-slowing
    loop-thiazide + nephrotoxic
    potassium-raising + potassium-raising
    potassium-wasting + loop-thiazide
    potassium-wasting + qt-prolonging
    nephrotoxic + nephrotoxic
    nephrotoxic + antihypertensive
    enzyme-inhibitor + enzyme-substrate
    enzyme-inducer + enzyme-substrate
    enzyme-inhibitor + cns-depressant
    enzyme-inducer + enzyme-inhibitor
    anticholinergic + cholinergic
    anticholinergic + anticholinergic
    serotonergic + serotonergic
    serotonergic + opioid
    chelating + chelated
    glucose-lowering + glucose-raising
    glucose-lowering + rate-slowing
    antimetabolite + folate-antagonist
    antimetabolite + enzyme-inducer
    uric-drug + antimetabolite
    uric-drug + antihypertensive
    relaxant + nephrotoxic
    relaxant + loop-thiazide
    bleeding + bleeding
    """#
}
