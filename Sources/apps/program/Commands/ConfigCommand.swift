/// `omni config`.
struct ConfigCommand: Command {
  static let name = "config"
  static let summary = ""
  static let options: [Option] = [.json]
  static let example = "omni config"

  static func run(_ arguments: Arguments, _ console: Console) throws {}
}
