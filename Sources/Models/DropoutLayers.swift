/// Places of dropout in NLA-MMR: the layer numbers of `DropoutKey`, part of what makes a run reproducible.
enum DropoutLayers {
  static let patient: UInt32 = 1
  static let patientProjection: UInt32 = 2
  static let medicationProjection: UInt32 = 3
  static func molecules(_ layer: Int) -> UInt32 { 16 + UInt32(layer) }
}
