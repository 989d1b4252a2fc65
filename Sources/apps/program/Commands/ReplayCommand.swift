/// `omni replay`.
struct ReplayCommand: Command {
  static let name = "replay"
  static let summary = ""
  static let options: [Option] = [.json]
  static let example = "omni replay"

  static func run(_ arguments: Arguments, _ console: Console) throws {}
}
