/// `omni bench`.
struct BenchCommand: Command {
  static let name = "bench"
  static let summary = ""
  static let options: [Option] = [.json]
  static let example = "omni bench"

  static func run(_ arguments: Arguments, _ console: Console) throws {}
}
