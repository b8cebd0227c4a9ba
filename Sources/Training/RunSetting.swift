/// One documented setting: its key in files and `--set`, its meaning, and how text becomes its value.
public struct RunSetting {
  public let key: String
  public let documentation: String
  /// What a value looks like, for errors and help: "integer ≥ 1", "official | paper".
  public let expectation: String
  let read: (RunConfig) -> String
  /// Returns false when the text is not a valid value.
  let write: (inout RunConfig, String) -> Bool
}

extension RunSetting {
  /// The value of this setting in `config`, as it is written in `config.yaml`.
  public func value(in config: RunConfig) -> String { read(config) }

  static func integer(
    _ key: String, _ path: WritableKeyPath<RunConfig, Int>, in range: ClosedRange<Int>, _ documentation: String
  ) -> RunSetting {
    let bound = range.upperBound == Int.max ? "≥ \(range.lowerBound)" : "in \(range.lowerBound)…\(range.upperBound)"
    return RunSetting(
      key: key, documentation: documentation, expectation: "an integer \(bound)",
      read: { String($0[keyPath: path]) },
      write: { config, text in
        guard let value = Int(text), range.contains(value) else { return false }
        config[keyPath: path] = value
        return true
      })
  }

  static func number(
    _ key: String, _ path: WritableKeyPath<RunConfig, Double>, _ expectation: String,
    where isValid: @escaping (Double) -> Bool, _ documentation: String
  ) -> RunSetting {
    RunSetting(
      key: key, documentation: documentation, expectation: expectation,
      read: { "\($0[keyPath: path])" },
      write: { config, text in
        guard let value = Double(text), value.isFinite, isValid(value) else { return false }
        config[keyPath: path] = value
        return true
      })
  }

  static func flag(_ key: String, _ path: WritableKeyPath<RunConfig, Bool>, _ documentation: String) -> RunSetting {
    RunSetting(
      key: key, documentation: documentation, expectation: "true | false",
      read: { String($0[keyPath: path]) },
      write: { config, text in
        guard let value = Bool(text) else { return false }
        config[keyPath: path] = value
        return true
      })
  }

  static func text(_ key: String, _ path: WritableKeyPath<RunConfig, String>, _ documentation: String) -> RunSetting {
    RunSetting(
      key: key, documentation: documentation, expectation: "a path", read: { $0[keyPath: path] },
      write: { config, text in
        config[keyPath: path] = text
        return true  // an empty one counts as not given; whoever needs the file says so
      })
  }

  static func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ path: WritableKeyPath<RunConfig, Choice>, _ documentation: String
  ) -> RunSetting where Choice.RawValue == String {
    RunSetting(
      key: key, documentation: documentation,
      expectation: Choice.allCases.map(\.rawValue).joined(separator: " | "),
      read: { $0[keyPath: path].rawValue },
      write: { config, text in
        guard let value = Choice(rawValue: text) else { return false }
        config[keyPath: path] = value
        return true
      })
  }
}

extension RunSetting {
  /// All settings, in the order of help, `docs/settings.md` and `config.yaml`.
  public static var all: [RunSetting] {
    let fraction = "a number in [0, 1]"
    let dropout = "a number in [0, 1)"
    let positive = "a number > 0"
    let any = Int.max
    return [
      RunSetting(
        key: "model", documentation: "Model family.", expectation: "nla-mmr", read: { $0.model },
        write: { config, text in
          config.model = text
          return text == "nla-mmr"
        }),
      .text("cohort", \.cohort, "Cohort file (theriac import, theriac synth)."),
      .text("embeddings", \.embeddings, "PLM embeddings of that cohort (theriac embed)."),
      .choice("protocol", \.protocol, "Preset: the authors' code, or the paper's text."),
      .integer("epochs", \.epochs, in: 1...any, "Passes over the training visits."),
      .integer("batch", \.batch, in: 1...1_000_000, "Visits per step, over all workers together."),
      .number("lr", \.lr, positive, where: { $0 > 0 }, "Learning rate before lr_scale."),
      .number("lr_scale", \.lrScale, positive, where: { $0 > 0 }, "Factor on lr (the authors' code: 0.1)."),
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
        "Coupled L2 in Adam, on everything (the code: 1e-5; MIMIC-IV 3e-5)."),
      .number("beta1", \.beta1, dropout, where: { $0 >= 0 && $0 < 1 }, "Adam β₁."),
      .number("beta2", \.beta2, dropout, where: { $0 >= 0 && $0 < 1 }, "Adam β₂."),
      .number("adam_eps", \.adamEps, positive, where: { $0 > 0 }, "Adam ε, added after the square root."),
      .number("alpha", \.alpha, fraction, where: { $0 >= 0 && $0 <= 1 }, "Weight of BCE against margin loss (Eq. 17)."),
      .choice("loss_reduction", \.lossReduction, "Means as in the code, or sums as in Eq. 15–16."),
      .flag("drop_last", \.dropLast, "Leave out the last, smaller batch of an epoch."),
      .integer("seed", \.seed, in: 0...any, "Initial weights, order of visits, dropout."),
      .integer("patience", \.patience, in: 0...any, "Stop after this many epochs without a better Jaccard; 0: never."),
      .integer("d_k", \.dK, in: 1...65_536, "Width of the joint space, d_K."),
      .integer("d_s", \.dS, in: 1...65_536, "Width of the molecule encoder, d_s."),
      .integer("gin_layers", \.ginLayers, in: 1...64, "GIN layers."),
      .flag("edge_embedding", \.edgeEmbedding, "Add bond embeddings to the messages."),
      .integer("chirality_rows", \.chiralityRows, in: 4...5, "Chirality classes: 5 (ogb ≥ 1.3.2), 4 (older)."),
      .number("dropout", \.dropout, dropout, where: { $0 >= 0 && $0 < 1 }, "Dropout of Eq. 4 and of the projections."),
      .number("gnn_dropout", \.gnnDropout, dropout, where: { $0 >= 0 && $0 < 1 }, "Dropout after each GIN layer."),
      .flag("attention_bias", \.attentionBias, "Biases of the attentions' query and key maps (Eq. 2, 12)."),
      .choice("patient_activation", \.patientActivation, "Eq. 4: linear, or GELU and dropout as in the code."),
      .flag("mlp_residual", \.mlpResidual, "Residual around equal-width layers of the projections (Eq. 9)."),
      .choice("empty_history", \.emptyHistory, "p_m of a first visit: the output bias b_m, or zero."),
      .integer("max_history", \.maxHistory, in: 1...64, "Earlier visits that history attention sees (most recent)."),
      .flag("dedupe_molecules", \.dedupeMolecules, "Encode equal SMILES once (changes BatchNorm statistics slightly)."),
      .choice(
        "unparsable_smiles", \.unparsableSMILES,
        "Stop at a medication without a SMILES or with one RDKit refuses, or leave it out, said."),
      .choice("split", \.split, "Split of patients: the cohort file's, the authors' file order, or a seeded shuffle."),
      .integer("split_seed", \.splitSeed, in: 0...any, "Seed of split: shuffled."),
      .number(
        "threshold", \.threshold, fraction, where: { $0 >= 0 && $0 <= 1 }, "δ: predicted when the score reaches it."),
      .flag("threshold_strict", \.thresholdStrict, "Score must exceed δ (paper) instead of reach it (code)."),
      .choice("metric_averaging", \.metricAveraging, "Unweighted over batches of metric_batch, or over visits."),
      .integer(
        "metric_batch", \.metricBatch, in: 1...1_000_000, "Batch of metric_averaging: batch-mean (the code: 8)."),
      .choice("precision", \.precision, "Matrix products of training: float32, or mixed: bfloat16 with float32 sums."),
      .integer("threads", \.threads, in: 1...1_024, "Threads inside each worker."),
      .integer(
        "checkpoint_steps", \.checkpointSteps, in: 0...any, "Also checkpoint every so many steps; 0: epochs only."),
      .integer(
        "keep_checkpoints", \.keepCheckpoints, in: 1...any, "Newest checkpoints to keep (best.h5 is always kept)."),
    ]
  }
}
