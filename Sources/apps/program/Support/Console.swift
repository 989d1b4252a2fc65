import OmniPlatform
import Synchronization

/// Where a command writes: results to one side, messages and progress to the other.
public struct Console: Sendable {
  private let output: @Sendable (String) -> Void
  private let messages: @Sendable (String) -> Void
  /// Whether messages go to a terminal, where a progress bar can be drawn.
  let isTerminal: Bool
  /// The program's own file, by which it can run itself as another process; nil when it is not known.
  let program: String?

  /// Creates a console from two places to write to.
  public init(
    output: @escaping @Sendable (String) -> Void, messages: @escaping @Sendable (String) -> Void,
    isTerminal: Bool = false, program: String? = nil
  ) {
    self.output = output
    self.messages = messages
    self.isTerminal = isTerminal
    self.program = program
  }

  /// The process's standard output and standard error; `loss` is told what could not be written.
  static func process(noting loss: OutputLoss) -> Console {
    Console(
      output: { text in
        do throws(FileError) {
          try StandardStream.output.write(text)
        } catch {
          loss.note(error)
        }
      },
      // Nobody is left to tell when standard error itself cannot be written to.
      messages: { try? StandardStream.messages.write($0) },
      isTerminal: StandardStream.messages.isTerminal, program: ChildProgram.own)
  }

  /// Writes a line of results.
  func print(_ line: String) { output(line + "\n") }

  /// Writes a line of messages.
  func message(_ line: String) { messages(line + "\n") }

  /// Writes to the messages without ending the line.
  func draw(_ text: String) { messages(text) }
}

/// Why results did not reach standard output, if they did not.
final class OutputLoss: Sendable {
  private let first = Mutex<FileError?>(nil)

  /// The first failure; that nobody reads the results any more is none.
  var error: FileError? { first.withLock { $0 } }

  /// Notes a failure.
  func note(_ error: FileError) {
    if error.reason == .brokenPipe { return }
    first.withLock { $0 = $0 ?? error }
  }
}

/// A bar that shows how far a job is; draws on a terminal only, and at most a hundred times.
struct ProgressBar {
  private let console: Console
  private let label: String
  private let total: Int
  private var shown = -1

  init(_ label: String, total: Int, _ console: Console) {
    self.label = label
    self.total = max(1, total)
    self.console = console
  }

  mutating func show(_ done: Int) {
    guard console.isTerminal else { return }
    let share = min(100, done * 100 / total)
    if share == shown { return }
    shown = share
    let filled = share * 30 / 100
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
    console.draw("\r\(label) \(bar) \(share) %")
    if share == 100 { console.draw("\n") }
  }
}
