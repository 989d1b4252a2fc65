/// A place in a configuration text: which text, which line, which column.
public struct ConfigurationSource: Sendable, Hashable, CustomStringConvertible {
  /// The name of the text: a file's name, `defaults`, `command line argument 3`.
  public let label: String
  /// The line, counted from 1; 0 where the text has no lines, such as a built-in default.
  public let line: Int
  /// The column in characters (code points), counted from 1; 0 where there is none.
  public let column: Int

  /// Creates the place; without a line, the label alone is the place.
  public init(label: String, line: Int = 0, column: Int = 0) {
    self.label = label
    self.line = line
    self.column = column
  }

  /// The place as people write it, such as `demo.yaml:12:5`.
  public var description: String {
    line == 0 ? label : "\(label):\(line):\(column)"
  }
}
