import Foundation

/// Where the tool writes: unbuffered, so that its lines and its children's stay in order.
package struct Console: Sendable {
  private let output: @Sendable (String) -> Void
  private let errors: @Sendable (String) -> Void

  /// Writes to the standard output and the standard error of the process.
  package init() {
    output = { FileHandle.standardOutput.write(Data($0.utf8)) }
    errors = { FileHandle.standardError.write(Data($0.utf8)) }
  }

  /// Writes to two functions instead, for tests.
  package init(
    output: @escaping @Sendable (String) -> Void, errors: @escaping @Sendable (String) -> Void
  ) {
    self.output = output
    self.errors = errors
  }

  /// Writes a line of what was asked for.
  package func say(_ line: String) { output(line + "\n") }

  /// Writes a line of what went wrong.
  package func complain(_ line: String) { errors(line + "\n") }
}
