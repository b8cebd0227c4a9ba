/// Places of dropout in the models: the layer numbers of `DropoutKey`, part of what makes a run reproducible.
enum DropoutLayers {
  // NLA-MMR
  static let patient: UInt32 = 1
  static let patientProjection: UInt32 = 2
  static let medicationProjection: UInt32 = 3
  static func molecules(_ layer: Int) -> UInt32 { 16 + UInt32(layer) }

  // FMCHS
  /// After the set's MLP; rows are rows of the batch.
  static let symptomSet: UInt32 = 8
  /// Weights of graph attention; rows are targets, columns (head, source).
  static func graph(_ layer: Int) -> UInt32 { 1 << 16 + UInt32(layer) }
  /// The first of four numbers of an encoder layer. Over all herbs in one layer, the rows of the attention's weights are
  /// rows of the batch and the columns (head, token): token 0 is the set, then come the symptoms, then the herbs.
  static func encoder(_ layer: Int) -> UInt32 { 1 << 17 + 4 * UInt32(layer) }

  // The VAE
  /// Noise of a training step; rows are herbs.
  static let herbNoise: UInt32 = 9
}
