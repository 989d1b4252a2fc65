/// `omni strategies`.
struct StrategiesCommand: Command {
  static let name = "strategies"
  static let summary = ""
  static let options: [Option] = [.json]
  static let example = "omni strategies"

  static func run(_ arguments: Arguments, _ console: Console) throws {}
}
