/// Substructure families: a patient intolerant of a family receives none of its classes. `name | rate | classes`.
enum ChemicalFamilies {
  static let table = #"""
    beta-lactam | .09 | J01C J01D
    sulfonamide | .07 | J01E A07E C03A C03B
    statin | .06 | C10A
    aryl-propionate | .09 | M01A
    morphinan | .05 | N02A R05D N07B
    ace-dipeptide | .08 | C09A
    fluoroquinolone | .05 | J01M
    tricyclic-amine | .05 | N05A M03B R06A
    benzodiazepine | .05 | N05B N05C
    azole | .03 | J02A D01A
    macrolide | .04 | J01F
    dihydropyridine | .05 | C08C
    iodinated | .02 | C01B P01A
    aminoglycoside | .03 | J01G A07A
    """#
}
