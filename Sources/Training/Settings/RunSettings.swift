extension RunSetting {
  /// The settings of a model, in the order of help, `docs/settings.md` and `config.yaml`.
  public static func all(of model: ModelFamily) -> [RunSetting] { all.filter { $0.models.contains(model) } }

  /// The settings of all models.
  public static var all: [RunSetting] { shared + fmchs }

  /// What FMCHS's vectors of symptoms and herbs are made by, beside files.
  public static var vectors: [RunSetting] {
    let keys = [
      "mmge", "molecule_width", "vae_epochs", "vae_lr", "vae_beta", "vae_hidden", "vae_latent", "semantic_width",
      "herb_texts", "feature_seed",
    ]
    return fmchs.filter { keys.contains($0.key) }
  }

  /// What a model computes depends on them, trained or not: a finished model is not used with others.
  public static func defining(_ model: ModelFamily) -> [RunSetting] {
    let training = ["aux_weight", "fcrl_weight", "label_smoothing", "recall_weight", "molecule_vectors"]
    let parts = [
      "d_k", "d_s", "gin_layers", "edge_embedding", "chirality_rows", "attention_bias", "patient_activation",
      "mlp_residual", "empty_history", "max_history", "dedupe_molecules",
    ]
    switch model {
    case .nlaMMR: return shared.filter { parts.contains($0.key) }
    case .fmchs: return fmchs.filter { !training.contains($0.key) }
    }
  }

  /// Which patients weights are trained, chosen and tested on: never changed for weights that there are.
  public static func dividing(_ model: ModelFamily) -> [RunSetting] {
    all(of: model).filter { ["split", "split_seed"].contains($0.key) }
  }

  /// What the loss is made of.
  public static func loss(_ model: ModelFamily) -> [RunSetting] {
    let keys = ["alpha", "loss_reduction", "aux_weight", "fcrl_weight", "label_smoothing", "recall_weight"]
    return all(of: model).filter { keys.contains($0.key) }
  }

  /// Those of NLA-MMR, and those that every model has.
  private static var shared: [RunSetting] {
    let fraction = "a number in [0, 1]"
    let dropout = "a number in [0, 1)"
    let positive = "a number > 0"
    let any = Int.max
    return [
      RunSetting(
        key: "model", documentation: "The model to train; it decides which other settings there are.",
        expectation: models, read: { $0.model.rawValue }, write: { config, text in config.model.rawValue == text }),
      .text("cohort", \.cohort, "Cohort file (theriac import, theriac synth)."),
      .text("embeddings", \.embeddings, "PLM embeddings of that cohort (theriac embed)."),
      .choice("protocol", \.protocol, "Preset: the authors' code, or the paper's text.").only(.nlaMMR),
      .integer("epochs", \.epochs, in: 1...any, "Passes over the training visits."),
      .integer("batch", \.batch, in: 1...1_000_000, "Visits per step, over all workers together."),
      .number("lr", \.lr, positive, where: { $0 > 0 }, "Learning rate (NLA-MMR: before lr_scale)."),
      .number("lr_scale", \.lrScale, positive, where: { $0 > 0 }, "Factor on lr (the authors' code: 0.1).").only(
        .nlaMMR),
      .choice("lr_decay", \.lrDecay, "Schedule of the learning rate over epochs."),
      .number(
        "lr_decay_rate", \.lrDecayRate, "a number in (0, 1]", where: { $0 > 0 && $0 <= 1 },
        "Factor when lr_decay is exponential (per epoch) or step (per lr_decay_every epochs)."),
      .integer("lr_decay_every", \.lrDecayEvery, in: 1...any, "Epochs between the drops when lr_decay is step."),
      .integer(
        "warmup_steps", \.warmupSteps, in: 0...any,
        "Over the first so many steps of a run the learning rate grows linearly to its full value; 0: none."),
      .number(
        "clip_norm", \.clipNorm, "a number ≥ 0", where: { $0 >= 0 },
        "Largest L2 norm of the gradient of all weights; larger ones are scaled down. 0: no clipping."),
      .number(
        "weight_decay", \.weightDecay, "a number ≥ 0", where: { $0 >= 0 },
        "Coupled L2 in Adam, on everything (NLA-MMR's code: 1e-5; MIMIC-IV 3e-5)."),
      .number("beta1", \.beta1, dropout, where: { $0 >= 0 && $0 < 1 }, "Adam β₁."),
      .number("beta2", \.beta2, dropout, where: { $0 >= 0 && $0 < 1 }, "Adam β₂."),
      .number("adam_eps", \.adamEps, positive, where: { $0 > 0 }, "Adam ε, added after the square root."),
      .number("alpha", \.alpha, fraction, where: { $0 >= 0 && $0 <= 1 }, "Weight of BCE against margin loss (Eq. 17).")
        .only(.nlaMMR),
      .choice("loss_reduction", \.lossReduction, "Means as in the code, or sums as in Eq. 15–16.").only(.nlaMMR),
      .flag("drop_last", \.dropLast, "Leave out the last, smaller batch of an epoch."),
      .integer("seed", \.seed, in: 0...any, "Initial weights, order of visits, dropout."),
      .integer(
        "patience", \.patience, in: 0...any,
        "Stop after this many epochs without a better validation metric (Jaccard; herbs: F1@5 + F1@10); 0: never."),
      .integer("d_k", \.dK, in: 1...65_536, "Width of the joint space, d_K.").only(.nlaMMR),
      .integer("d_s", \.dS, in: 1...65_536, "Width of the molecule encoder, d_s.").only(.nlaMMR),
      .integer("gin_layers", \.ginLayers, in: 1...64, "GIN layers.").only(.nlaMMR),
      .flag("edge_embedding", \.edgeEmbedding, "Add bond embeddings to the messages.").only(.nlaMMR),
      .integer("chirality_rows", \.chiralityRows, in: 4...5, "Chirality classes: 5 (ogb ≥ 1.3.2), 4 (older).").only(
        .nlaMMR),
      .number(
        "dropout", \.dropout, dropout, where: { $0 >= 0 && $0 < 1 },
        "NLA-MMR: dropout of Eq. 4 and of the projections. FMCHS: of the symptom set's map, the attention and the encoder."
      ),
      .number("gnn_dropout", \.gnnDropout, dropout, where: { $0 >= 0 && $0 < 1 }, "Dropout after each GIN layer.").only(
        .nlaMMR),
      .flag("attention_bias", \.attentionBias, "Biases of the attentions' query and key maps (Eq. 2, 12).").only(
        .nlaMMR),
      .choice("patient_activation", \.patientActivation, "Eq. 4: linear, or GELU and dropout as in the code.").only(
        .nlaMMR),
      .flag("mlp_residual", \.mlpResidual, "Residual around equal-width layers of the projections (Eq. 9).").only(
        .nlaMMR),
      .choice("empty_history", \.emptyHistory, "p_m of a first visit: the output bias b_m, or zero.").only(.nlaMMR),
      .integer("max_history", \.maxHistory, in: 1...64, "Earlier visits that history attention sees (most recent).")
        .only(.nlaMMR),
      .flag("dedupe_molecules", \.dedupeMolecules, "Encode equal SMILES once (changes BatchNorm statistics slightly).")
        .only(.nlaMMR),
      .choice(
        "unparsable_smiles", \.unparsableSMILES,
        "Stop at a SMILES that RDKit refuses (NLA-MMR: also at a medication without one), or leave it out, said."),
      .choice("split", \.split, "Split of patients: the cohort file's, the authors' file order, or a seeded shuffle.")
        .only(.nlaMMR),
      .integer("split_seed", \.splitSeed, in: 0...any, "Seed of split: shuffled.").only(.nlaMMR),
      .number(
        "threshold", \.threshold, fraction, where: { $0 >= 0 && $0 <= 1 }, "δ: predicted when the score reaches it."
      ).only(.nlaMMR),
      .flag("threshold_strict", \.thresholdStrict, "Score must exceed δ (paper) instead of reach it (code).").only(
        .nlaMMR),
      .choice("metric_averaging", \.metricAveraging, "Unweighted over batches of metric_batch, or over visits.").only(
        .nlaMMR),
      .integer(
        "metric_batch", \.metricBatch, in: 1...1_000_000, "Batch of metric_averaging: batch-mean (the code: 8)."
      ).only(.nlaMMR),
      .choice("precision", \.precision, "Matrix products of training: float32, or mixed: bfloat16 with float32 sums."),
      .integer("threads", \.threads, in: 1...1_024, "Threads inside each worker."),
      .integer(
        "checkpoint_steps", \.checkpointSteps, in: 0...any, "Also checkpoint every so many steps; 0: epochs only."),
      .integer(
        "keep_checkpoints", \.keepCheckpoints, in: 1...any, "Newest checkpoints to keep (best.h5 is always kept)."),
    ]
  }
}
