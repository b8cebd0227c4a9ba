import Training

/// `theriac train --list-settings`: the same table as docs/settings.md.
enum SettingsHelp {
  static var text: String {
    let official = RunConfig(preset: .official)
    let paper = RunConfig(preset: .paper)
    var lines = ["Setting (official | paper where they differ): meaning", ""]
    for setting in RunSetting.all {
      let (a, b) = (setting.value(in: official), setting.value(in: paper))
      let value = a == b || setting.key == "protocol" ? a : "\(a) | \(b)"
      lines.append(
        "\(setting.key) (\(value.isEmpty ? "no default" : value)): \(setting.documentation) [\(setting.expectation)]")
    }
    return lines.joined(separator: "\n")
  }
}
