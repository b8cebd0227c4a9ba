import Foundation
import HDF5
import Runs

/// What the folder of an experiment holds, and whether it is sound.
struct ExperimentReport {
  /// For people, one fact a line.
  private(set) var lines: [String] = []
  private(set) var isUsable = true

  /// nil for a folder that is none: it has neither both tables, nor a run or baseline with a seed in its name.
  /// - Parameter names: what is in the folder
  init?(_ path: String, _ names: Set<String>) {
    let runs = Self.names(path + "/runs").filter { InspectFolder.isRun(Set(Self.names("\(path)/runs/\($0)"))) }
    let baselines = Self.names(path + "/baselines").filter { $0.hasSuffix(".json") }
    guard
      names.isSuperset(of: ["table.md", "results.csv"]) || (runs + baselines).contains(where: Self.hasSeed)
    else { return nil }
    var (finished, done) = (0, 0)
    var faults: [String] = []
    for run in runs {
      do { finished += try RunDirectory("\(path)/runs/\(run)").savedSummary() == nil ? 0 : 1 } catch {
        faults.append("runs/\(run)/summary.json: damaged; it is not the JSON of a run's summary")
      }
    }
    for name in baselines {
      let content = try? InputFile.bytes("\(path)/baselines/\(name)")
      let object = content.flatMap { try? JSONSerialization.jsonObject(with: Data($0)) } as? [String: Any]
      if object?["test"] != nil { done += 1 } else { faults.append("baselines/\(name): damaged; remove it") }
    }
    lines = [
      "experiment directory \(path): \(done) baselines done, \(runs.count) runs, \(finished) of them finished"
    ]
    for (name, beginning) in [("table.md", "## "), ("results.csv", "experiment,row,")] {
      do {
        guard let content = try InputFile.bytes("\(path)/\(name)") else {
          lines.append("incomplete: there is no \(name) yet; the same command goes on")
          continue
        }
        let text = String(decoding: content, as: UTF8.self)
        if !text.hasPrefix(beginning) {
          let what = text.isEmpty ? "empty" : "not the table of an experiment"
          faults.append("\(name): \(what); the same command mends it")
        } else if name == "table.md" {
          let missing = text.split(separator: "\n").first { $0.hasPrefix("Not finished: ") }
          lines.append(missing.map { "incomplete: \($0)" } ?? "its table is \(path)/table.md")
        }
      } catch {
        faults.append("\(name): \(error)")
      }
    }
    lines += faults
    isUsable = faults.isEmpty
  }

  private static func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// "fmchs-seed0", "kdhr-seed2.json"
  private static func hasSeed(_ name: String) -> Bool { name.contains(/-seed\d+(\.json)?$/) }
}
