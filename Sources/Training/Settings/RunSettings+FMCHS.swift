extension RunSetting {
  /// The settings that only FMCHS has.
  static var fmchs: [RunSetting] {
    let dropout = "a number in [0, 1)"
    let positive = "a number > 0"
    let notNegative = "a number ≥ 0"
    let any = Int.max
    let settings: [RunSetting] = [
      .integer("d", \.fmchs.width, in: 1...4_096, "Width of symptom and herb vectors, d."),
      .choice("graph", \.fmchs.graph, "Prescriptions that the graph is made of; all leaks the test into the model."),
      .integer("hh_threshold", \.fmchs.hhThreshold, in: 1...any, "Herbs are neighbours from so many prescriptions on."),
      .integer("ss_threshold", \.fmchs.ssThreshold, in: 1...any, "The same for two symptoms."),
      .integer("sh_threshold", \.fmchs.shThreshold, in: 1...any, "The same for a symptom and a herb."),
      .flag("habrm", \.fmchs.habrm, "HABRM: graph attention over symptoms and herbs."),
      .integer("graph_layers", \.fmchs.graphLayers, in: 1...64, "Layers of graph attention, L."),
      .integer("graph_heads", \.fmchs.graphHeads, in: 1...1_024, "Heads of graph attention, K; a divisor of d."),
      .number(
        "graph_dropout", \.fmchs.graphDropout, dropout, where: { $0 >= 0 && $0 < 1 },
        "Dropout of the graph's attention weights."),
      .number(
        "leaky_slope", \.fmchs.leakySlope, notNegative, where: { $0 >= 0 }, "Slope of LeakyReLU below zero."),
      .choice("node_combination", \.fmchs.combine, "A node's vector from its vectors before and after every layer."),
      .flag("id_embedding", \.fmchs.idEmbedding, "A learnt vector for every symptom and herb beside its features."),
      .number("id_scale", \.fmchs.idScale, positive, where: { $0 > 0 }, "Standard deviation of their initial values."),
      .flag("mmge", \.fmchs.mmge, "MMGE: molecule vectors beside the property row of a herb."),
      .text(
        "molecule_vectors", \.fmchs.moleculeVectors,
        "File of precomputed molecule vectors (.h5, .npy); none: projected Morgan fingerprints."),
      .integer(
        "molecule_width", \.fmchs.moleculeWidth, in: 1...4_096,
        "Width of the projected fingerprints; a file has its own."
      ),
      .integer("vae_epochs", \.fmchs.vaeEpochs, in: 1...any, "Steps of the VAE that fills herbs without molecules."),
      .number("vae_lr", \.fmchs.vaeLr, positive, where: { $0 > 0 }, "Its learning rate."),
      .number("vae_beta", \.fmchs.vaeBeta, notNegative, where: { $0 >= 0 }, "Its weight of the KL term."),
      .integer("vae_hidden", \.fmchs.vaeHidden, in: 1...16_384, "Width of its hidden layers."),
      .integer("vae_latent", \.fmchs.vaeLatent, in: 1...16_384, "Width of its latent variable."),
      .integer(
        "semantic_width", \.fmchs.semanticWidth, in: 1...16_384,
        "Width of the random symptom vectors that stand where no embeddings are given."),
      .flag("herb_texts", \.fmchs.herbTexts, "The embeddings' herb vectors beside the other features of herbs."),
      .integer(
        "feature_seed", \.fmchs.featureSeed, in: 0...any, "Random symptom vectors, fingerprint projection and VAE."),
      .choice("pool", \.fmchs.pool, "A set's vector: sum or mean of its symptoms'."),
      .flag("gelram", \.fmchs.gelram, "GELRAM: attention of the set over probable herbs."),
      .choice("herb_tokens", \.fmchs.herbTokens, "Herbs that GELRAM sees: all, the most probable, or none."),
      .integer("top_tokens", \.fmchs.topTokens, in: 1...any, "How many when herb_tokens is top."),
      .integer("encoder_layers", \.fmchs.encoderLayers, in: 1...64, "Layers of GELRAM's Transformer encoder."),
      .integer("encoder_heads", \.fmchs.encoderHeads, in: 1...1_024, "Its heads; a divisor of d."),
      .integer("encoder_hidden", \.fmchs.encoderHidden, in: 1...16_384, "Width of its feed-forward layer."),
      .choice("readout", \.fmchs.readout, "From [CLS] to scores: a linear map, or products with the herbs' vectors."),
      .flag("residual", \.fmchs.residual, "Add the scores of the probability estimation to GELRAM's."),
      .number(
        "aux_weight", \.fmchs.auxWeight, notNegative, where: { $0 >= 0 },
        "Weight of the probability estimation's loss beside GELRAM's."),
      .number(
        "fcrl_weight", \.fmchs.fcrlWeight, notNegative, where: { $0 >= 0 }, "Weight of the auto-encoder's loss, λ."),
      .number(
        "label_smoothing", \.fmchs.labelSmoothing, "a number in [0, 1)", where: { $0 >= 0 && $0 < 1 },
        "Targets become y (1 − ε) + ε / 2."),
      .number(
        "recall_weight", \.fmchs.recallWeight, "a number in [0, 1]", where: { $0 >= 0 && $0 <= 1 },
        "A herb of a prescription of n herbs has the target 1 − r + r / n; 0: scores are probabilities."),
    ]
    return settings.map { $0.only(.fmchs) }
  }
}
