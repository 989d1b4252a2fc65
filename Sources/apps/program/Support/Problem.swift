import OmniMarketData

/// What is told to whoever runs the program when a command fails.
package struct Problem: Error {
  /// The stable code.
  package let code: String
  /// One line: what was; what was wanted; what to do.
  package private(set) var text: String
  /// Whether the command line was wrong, rather than what it asked for.
  var isUsage = false

  init(_ code: String, _ what: String, wanted: String, remedy: String) {
    self.code = code
    text = "\(what); wanted \(wanted); do \(remedy)"
  }

  /// Wraps a text that says all of it already.
  init(code: String, text: String) {
    self.code = code
    self.text = text
  }

  static func usage(
    _ code: String, _ what: String, wanted: String, remedy: String
  ) -> Problem {
    var problem = Problem(code, what, wanted: wanted, remedy: remedy)
    problem.isUsage = true
    return problem
  }

  /// What is wrong with a bar file, with its place.
  init(_ error: BarFileError) {
    self.init(describing: error, code: error.code.rawValue)
    if text.hasSuffix("; \(error.remedy)") {
      text = "\(text.dropLast(error.remedy.count))do \(error.remedy)"
    }
  }

  /// Takes a one-line description that may begin with its own code, as `error[X]: …` or `X: …`.
  init(describing error: some Error & CustomStringConvertible, code: String, remedy: String? = nil)
  {
    self.init(code: code, line: error.description, remedy: remedy)
  }

  /// Takes a line that may begin with its own code.
  init(code: String, line: String, remedy: String?) {
    var line = line
    for prefix in ["error[\(code)]: ", "\(code): "] where line.hasPrefix(prefix) {
      line.removeFirst(prefix.count)
    }
    self.code = code
    text = remedy.map { "\(line); do \($0)" } ?? line
  }
}
