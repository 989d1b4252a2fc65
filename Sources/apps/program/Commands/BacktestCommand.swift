/// `omni backtest`.
struct BacktestCommand: Command {
  static let name = "backtest"
  static let summary = ""
  static let options: [Option] = [.json]
  static let example = "omni backtest"

  static func run(_ arguments: Arguments, _ console: Console) throws {}
}
