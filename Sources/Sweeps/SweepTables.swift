import Foundation

/// `trials.csv` and `sensitivity.csv` (RFC 4180; an empty cell is a number that is not there).
enum SweepTables {
  static func write(_ spec: SweepSpec, _ store: TrialStore) throws(SweepError) {
    try AtomicText.write(trials(spec, store), to: store.directory.trialsTable)
    try AtomicText.write(sensitivity(Sensitivity.rows(spec, store)), to: store.directory.sensitivityTable)
  }

  /// A row per trial: those of the sweep file by settings and seed, then those it no longer asks for.
  static func trials(_ spec: SweepSpec, _ store: TrialStore) -> String {
    let records = store.records
    var parameters = spec.axes.map(\.name)
    for name in Set(records.flatMap { $0.settings.keys }).union(spec.overrides.keys).sorted()
    where name != "seed" && !parameters.contains(name) {
      parameters.append(name)
    }
    let metrics = TrialSummary.order(Set(records.flatMap { store.summary($0.id)?.metrics.keys.sorted() ?? [] }))
    let head = ["id"] + parameters + ["seed", "state", "best_epoch"] + metrics + ["seconds"]
    var lines = [line(head + ["attempts", "in_spec", "error"])]
    for record in records.sorted(by: { precedes($0, $1, parameters) }) {
      let summary = store.summary(record.id)
      let values = record.settings.mapValues { SettingValue($0).canonical }
      var cells = [record.id] + parameters.map { values[$0] ?? "" }
      cells += [String(record.seed), record.state.rawValue, summary.map { String($0.bestEpoch) } ?? ""]
      cells += metrics.map { summary?.metrics[$0].map(number) ?? "" }
      cells.append(String(format: "%.3f", summary?.seconds ?? record.seconds))
      cells += [String(record.attempts), String(record.inSpec), record.error ?? ""]
      lines.append(line(cells))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static func sensitivity(_ rows: [SensitivityRow]) -> String {
    let lines = rows.map { row in
      line([
        row.figure, row.dataset, row.parameter, row.value, row.metric, number(row.mean), row.std.map(number) ?? "",
        String(row.n),
      ])
    }
    return (["figure,dataset,parameter,value,metric,mean,std,n"] + lines).joined(separator: "\n") + "\n"
  }

  private static func precedes(_ a: TrialRecord, _ b: TrialRecord, _ parameters: [String]) -> Bool {
    if a.inSpec != b.inSpec { return a.inSpec }
    for name in parameters {
      let (x, y) = (SettingValue(a.settings[name] ?? ""), SettingValue(b.settings[name] ?? ""))
      if x != y { return SettingValue.inOrder(x, y) }
    }
    return (a.seed, a.id) < (b.seed, b.id)
  }

  private static func number(_ value: Double) -> String { String(format: "%.10g", value) }

  private static func line(_ cells: [String]) -> String {
    cells.map { cell in
      let needsQuotes = cell.contains { "\",\r\n".contains($0) || $0.isNewline }
      return needsQuotes ? "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : cell
    }.joined(separator: ",")
  }
}
