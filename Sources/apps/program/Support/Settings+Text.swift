import OmniConfiguration

extension Settings {
  /// The lines that explain `keys`, or all keys: value, origin, meaning, unit and range.
  package func explain(_ keys: [String] = []) -> [String] {
    entries(keys).flatMap { entry in
      let value = configuration.value(at: entry.path)
      let unit = entry.unit.isEmpty ? "" : "unit: \(entry.unit); "
      return [
        "\(entry.path) = \(value?.jsonText ?? "null")  (\(origin(of: entry.path)))",
        "    \(entry.documentation)",
        "    \(unit)wanted: \(entry.wanted)",
      ]
    }
  }

  /// The entries of the schema called `keys`, or that stand in a section called so; all for none.
  func entries(_ keys: [String]) -> [ConfigurationSchema.Entry] {
    SettingsKeys.schema.entries.filter { entry in
      let path = entry.path.description
      return keys.isEmpty || keys.contains { path == $0 || path.hasPrefix($0 + ".") }
    }
  }

  /// Where the value of `path` was written, and what it stands above.
  func origin(of path: ConfigurationPath) -> String {
    guard let origin = configuration.explain(path) else { return "default" }
    let below = origin.overridden.map { ", over \($0.value.jsonText) from \($0.value.source)" }
    return origin.winner.value.source.description + below.joined()
  }

  /// The values in force as a YAML file, with the meaning and the unit of each.
  package var yaml: String {
    var lines = ["# The configuration in force; null means that a rule is off."]
    var section = ""
    for entry in SettingsKeys.schema.entries {
      let parts = entry.path.description.split(separator: ".").map(String.init)
      if parts[0] != section {
        section = parts[0]
        lines.append("\(section):")
      }
      let unit = entry.unit.isEmpty ? "" : " Unit: \(entry.unit)."
      lines.append("  # \(entry.documentation)\(unit)")
      let value = configuration.value(at: entry.path)?.jsonText ?? "null"
      lines.append("  \(parts[1]): \(value)")
    }
    return lines.joined(separator: "\n")
  }

  /// The page `docs/reference/configuration.md`.
  package static var reference: String {
    var lines = [
      "# Configuration",
      "",
      "`omni config reference` prints this page from the program's own schema. Values come from the",
      "defaults, below a YAML or JSON file (`--config FILE`), below `--set KEY=VALUE`; a later `--set`",
      "stands above an earlier one. `omni config check` finds every fault, `omni config show` prints",
      "what is in force, `omni config explain KEY` says where a value came from. `null` is off.",
    ]
    var section = ""
    for entry in SettingsKeys.schema.entries {
      let head = entry.path.description.prefix { $0 != "." }
      if head != section {
        section = String(head)
        lines += ["", "## \(section)", "", "| key | wanted | default | unit | meaning |"]
        lines.append("| --- | --- | --- | --- | --- |")
      }
      let value = entry.defaultValue?.jsonText ?? "none"
      lines.append(
        "| `\(entry.path)` | \(entry.wanted) | `\(value)` | \(entry.unit) "
          + "| \(entry.documentation) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
