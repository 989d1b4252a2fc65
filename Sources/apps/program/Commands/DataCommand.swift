/// `omni data`.
struct DataCommand: Command {
  static let name = "data"
  static let summary = ""
  static let options: [Option] = [.json]
  static let example = "omni data"

  static func run(_ arguments: Arguments, _ console: Console) throws {}
}
