/// `omni demo`.
struct DemoCommand: Command {
  static let name = "demo"
  static let summary = ""
  static let options: [Option] = [.json]
  static let example = "omni demo"

  static func run(_ arguments: Arguments, _ console: Console) throws {}
}
