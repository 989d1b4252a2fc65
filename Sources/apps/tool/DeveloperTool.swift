import Foundation

/// The maintainers' tool: finds the subcommand, runs it and turns its outcome into an exit code.
public enum DeveloperTool {
  /// Every subcommand, in the order in which the help lists them.
  static let commands: [Command] = [.setup, .tidy, .graph, .ci, .examples, .peers]

  /// Runs the program with the arguments of the process and ends it.
  public static func main() -> Never {
    exit(run(Array(CommandLine.arguments.dropFirst()), console: Console()))
  }

  /// Runs one subcommand and returns the exit code: 0 only on success.
  package static func run(_ arguments: [String], console: Console) -> Int32 {
    do throws(ToolFailure) {
      return try dispatch(arguments, console: console)
    } catch {
      console.complain("\(error)")
      return error.exitCode
    }
  }

  /// The names of the subcommands, as documents may use them.
  package static var commandNames: Set<String> { Set(commands.map(\.name)) }

  private static func dispatch(
    _ arguments: [String], console: Console
  ) throws(ToolFailure) -> Int32 {
    guard let name = arguments.first else {
      throw .usage(what: "no command was given", wanted: "one of \(names)")
    }
    if name == "--help" || name == "-h" || name == "help" {
      console.say(help)
      return 0
    }
    guard let command = commands.first(where: { $0.name == name }) else {
      throw .usage(what: "there is no command \(name)", wanted: "one of \(names)")
    }
    if arguments.contains("--help") || arguments.contains("-h") {
      console.say(command.help)
      return 0
    }
    let options = try Options(Array(arguments.dropFirst()), command: command)
    return try command.run(options, console)
  }

  private static var names: String { commands.map(\.name).joined(separator: ", ") }

  private static var help: String {
    let lines = commands.map { command in
      "  " + command.name.padding(toLength: 9, withPad: " ", startingAt: 0) + command.summary
    }
    return """
      OVERVIEW: The maintainers' tool of OMNI.

      USAGE: omnidev <command> [options]

      COMMANDS:
      \(lines.joined(separator: "\n"))

      `omnidev <command> --help` tells more of each.
      """
  }
}
