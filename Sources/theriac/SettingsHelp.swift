import Training

/// `theriac train --list-settings`: the same table as docs/settings.md.
enum SettingsHelp {
  static var text: String {
    let official = RunConfig(preset: .official)
    let paper = RunConfig(preset: .paper)
    var lines = ["NLA-MMR (model: nla-mmr). Setting (official | paper where they differ): meaning", ""]
    for setting in RunSetting.all(of: .nlaMMR) {
      let (a, b) = (setting.value(in: official), setting.value(in: paper))
      lines.append(line(setting, a == b || setting.key == "protocol" ? a : "\(a) | \(b)"))
    }
    lines += ["", "FMCHS (model: fmchs). Setting: meaning", ""]
    let herbs = RunConfig(.fmchs)
    lines += RunSetting.all(of: .fmchs).map { line($0, $0.value(in: herbs)) }
    return lines.joined(separator: "\n")
  }

  private static func line(_ setting: RunSetting, _ value: String) -> String {
    "\(setting.key) (\(value.isEmpty ? "no default" : value)): \(setting.documentation) [\(setting.expectation)]"
  }
}
