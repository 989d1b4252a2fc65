import OmniStrategy

/// `omni strategies`: what is ready, and its settings.
struct StrategiesCommand: Command {
  static let name = "strategies"
  static let summary = "lists the ready strategies and their parameters"
  static let positional = "list | show NAME"
  static let options: [Option] = [.json]
  static let example = "omni strategies show ema-cross"

  static func run(_ arguments: Arguments, _ console: Console) throws {
    switch arguments.positional.first ?? "list" {
    case "list" where arguments.positional.count <= 1: list(arguments.has("--json"), console)
    case "show" where arguments.positional.count == 2:
      try show(arguments.positional[1], arguments.has("--json"), console)
    default:
      throw Problem.usage(
        "CLI-014", "omni strategies \(arguments.positional.joined(separator: " "))",
        wanted: "list, or show and a name", remedy: "see omni strategies --help")
    }
  }

  private static func list(_ isJSON: Bool, _ console: Console) {
    if isJSON {
      console.print(
        JSONText.object([("strategies", .list(StrategyCatalogue.all.map(json)))]).text)
      return
    }
    let width = (StrategyCatalogue.all.map(\.name.count).max() ?? 0) + 2
    for strategy in StrategyCatalogue.all {
      console.print(
        strategy.name + String(repeating: " ", count: width - strategy.name.count)
          + strategy.summary)
    }
  }

  private static func show(_ name: String, _ isJSON: Bool, _ console: Console) throws {
    guard let strategy = StrategyCatalogue.descriptor(name) else {
      throw Problem(
        "RUN-002", "there is no strategy \(name)",
        wanted: "one of \(StrategyCatalogue.all.map(\.name).joined(separator: ", "))",
        remedy: "see omni strategies list")
    }
    if isJSON {
      console.print(json(strategy).text)
      return
    }
    console.print("\(strategy.name): \(strategy.summary)\n")
    let width = (strategy.parameters.map(\.name.count).max() ?? 0) + 2
    for parameter in strategy.parameters {
      console.print(
        "  " + parameter.name + String(repeating: " ", count: width - parameter.name.count)
          + "\(parameter.summary); \(parameter.kind.wanted) (\(parameter.standard))")
    }
  }

  private static func json(_ strategy: StrategyCatalogue.Descriptor) -> JSONText {
    .object([
      ("name", .text(strategy.name)), ("summary", .text(strategy.summary)),
      ("trades_many", .flag(strategy.tradesMany)),
      (
        "parameters",
        .list(
          strategy.parameters.map {
            .object([
              ("name", .text($0.name)), ("wanted", .text($0.kind.wanted)),
              ("default", .text($0.standard)), ("summary", .text($0.summary)),
            ])
          })
      ),
    ])
  }
}
