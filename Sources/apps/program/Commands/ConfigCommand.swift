import OmniConfiguration

/// `omni config`: checks, shows and explains the configuration.
struct ConfigCommand: Command {
  static let name = "config"
  static let summary = "checks, shows or explains the configuration"
  static let options: [Option] = [.config, .set, .json]
  static let positional = "check|show|explain [KEY…]|reference"
  static let example = "omni config explain risk --config omni.yaml --set risk.price_collar=0.1"

  static func run(_ arguments: Arguments, _ console: Console) throws {
    let verb = arguments.positional.first ?? ""
    let keys = Array(arguments.positional.dropFirst())
    guard ["check", "show", "explain", "reference"].contains(verb) else {
      throw Problem.usage(
        "CLI-021", verb.isEmpty ? "nothing follows omni config" : "omni config has no \(verb)",
        wanted: "check, show, explain or reference", remedy: "see omni config --help")
    }
    if let stray = keys.first, verb != "explain" {
      throw Problem.usage(
        "CLI-022", "\(stray) has no place after omni config \(verb)", wanted: "options only",
        remedy: "leave it out")
    }
    switch verb {
    case "check": try check(arguments, console)
    case "show": try show(arguments, console)
    case "explain": try explain(keys, arguments, console)
    default: console.print(String(Settings.reference.dropLast()))
    }
  }

  // MARK: Verbs

  private static func check(_ arguments: Arguments, _ console: Console) throws {
    let faults: [Problem]
    var changed = 0
    do {
      let configuration = try Settings.layers(
        file: arguments.value("--config"), overrides: arguments.all("--set"))
      faults = Settings.faults(in: configuration)
      changed = configuration.explain().count { $0.winner.layer != "defaults" }
    } catch let problem as Problem {
      faults = [problem]
    }
    if arguments.has("--json") {
      let list = faults.map { fault in
        JSONText.object([("code", .text(fault.code)), ("text", .text(fault.text))])
      }
      console.print(
        JSONText.object([("valid", .flag(faults.isEmpty)), ("faults", .list(list))]).text)
    }
    guard let last = faults.last else {
      if !arguments.has("--json") {
        let count = SettingsKeys.schema.entries.count
        console.print("ok: \(count) keys, \(changed) of them not at their default")
      }
      return
    }
    for fault in faults.dropLast() { console.message("error[\(fault.code)]: \(fault.text)") }
    throw last
  }

  private static func show(_ arguments: Arguments, _ console: Console) throws {
    let settings = try Settings.load(arguments)
    console.print(
      arguments.has("--json") ? settings.configuration.merged.jsonText : settings.yaml)
  }

  private static func explain(
    _ keys: [String], _ arguments: Arguments, _ console: Console
  ) throws {
    let settings = try Settings.load(arguments)
    for key in keys where settings.entries([key]).isEmpty {
      throw Problem.usage(
        "CLI-023", "there is no key \(key)",
        wanted: "a key or a section, such as risk", remedy: "see omni config explain")
    }
    guard arguments.has("--json") else {
      settings.explain(keys).forEach(console.print)
      return
    }
    let list = settings.entries(keys).map { entry in
      JSONText.object([
        ("key", .text(entry.path.description)),
        ("value", JSONText(settings.configuration.value(at: entry.path))),
        ("origin", .text(settings.origin(of: entry.path))),
        ("meaning", .text(entry.documentation)), ("unit", .text(entry.unit)),
        ("wanted", .text(entry.wanted)), ("default", JSONText(entry.defaultValue)),
      ])
    }
    console.print(JSONText.list(list).text)
  }
}

extension JSONText {
  /// A value of a configuration; nothing is `null`.
  fileprivate init(_ value: ConfigurationValue?) {
    switch value?.content {
    case .bool(let flag): self = .flag(flag)
    case .integer(let digits), .decimal(let digits): self = .number(digits)
    case .string(let text): self = .text(text)
    case .null, .list, .map, nil: self = .null
    }
  }
}
