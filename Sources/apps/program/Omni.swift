import Foundation
import OmniPlatform

/// The program `omni`.
public enum Omni {
  /// The version, as `omni --version` prints it.
  public static let version = "0.1.0"

  /// The commands, in the order in which the help lists them.
  static let commands: [any (Command & SendableMetatype).Type] = [
    DemoCommand.self, BacktestCommand.self, ReplayCommand.self, EventsCommand.self,
    DataCommand.self, LedgerCommand.self, StrategiesCommand.self, BenchCommand.self,
    DoctorCommand.self,
    ConfigCommand.self,
  ]

  /// Runs the program with this process's arguments, and ends the process.
  public static func main() -> Never {
    StandardStream.ignoreBrokenPipes()
    let arguments = Array(CommandLine.arguments.dropFirst())
    let loss = OutputLoss()
    let console = Console.process(noting: loss)
    let code = run(arguments, console)
    guard let error = loss.error else { exit(code) }
    let problem = Problem(
      describing: error, code: error.code, remedy: "give the results a place to go")
    console.message("error[\(problem.code)]: \(oneLine(problem.text))")
    exit(max(code, 1))
  }

  /// Runs one command line.
  ///
  /// - Parameters:
  ///   - arguments: The command and its arguments, without the program's name.
  ///   - console: Where the command writes.
  /// - Returns: The exit code: 0 on success, 1 on failure, 64 on a wrong command line.
  public static func run(_ arguments: [String], _ console: Console) -> Int32 {
    do {
      try dispatch(arguments, console)
      return 0
    } catch let problem as Problem {
      console.message("error[\(problem.code)]: \(oneLine(problem.text))")
      return problem.isUsage ? 64 : 1
    } catch {
      console.message("error[OMNI-001]: \(oneLine("\(error)")); wanted no failure; do report it")
      return 1
    }
  }

  /// `text` with what would break or repaint the line written out, since it may quote anything.
  private static func oneLine(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator:
        line += scalar.escaped(asASCII: true)
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line
  }

  private static func dispatch(_ arguments: [String], _ console: Console) throws {
    guard let name = arguments.first else {
      console.print(overview)
      return
    }
    switch name {
    case "help" where arguments.count > 1: try help(arguments[1], console)
    case "--help", "-h", "help": console.print(overview)
    case "--version": console.print("omni \(version)")
    default:
      guard let command = commands.first(where: { $0.name == name }) else {
        throw Problem.usage(
          "CLI-001", "there is no command \(name)",
          wanted: "one of \(commands.map { $0.name }.joined(separator: ", "))",
          remedy: "see omni --help")
      }
      let rest = Array(arguments.dropFirst())
      if rest.contains("--help") || rest.contains("-h") {
        console.print(command.help)
      } else {
        try command.run(try Arguments(rest, for: command), console)
      }
    }
  }

  private static func help(_ name: String, _ console: Console) throws {
    guard let command = commands.first(where: { $0.name == name }) else {
      throw Problem.usage(
        "CLI-001", "there is no command \(name)",
        wanted: "one of \(commands.map { $0.name }.joined(separator: ", "))",
        remedy: "see omni --help")
    }
    console.print(command.help)
  }

  private static var overview: String {
    let width = commands.map { $0.name.count }.max() ?? 0
    let lines = commands.map { command in
      "  \(command.name.padding(toLength: width + 2, withPad: " ", startingAt: 0))\(command.summary)"
    }
    return """
      omni \(version): research, backtest and books on one deterministic core

      USAGE: omni <command> [--json] [options]

      COMMANDS:
      \(lines.joined(separator: "\n"))

      OPTIONS:
        --help      what a command does, its options and an example
        --version   the version

      EXAMPLE:
        omni backtest --bars bars.csv --instrument btc-perp --strategy ema-cross
      """
  }
}
