extension RunReport {
  /// Whether a figure is good, bad or neither; shown by arrow and colour.
  public enum Sign: Sendable, Equatable {
    /// A gain.
    case positive
    /// A loss.
    case negative
    /// Neither.
    case none
  }

  /// One figure with its label.
  public struct Figure: Sendable, Equatable {
    /// What it is.
    public var label: String
    /// The figure as it is to be read, with its sign; `nil` when it is not known.
    public var text: String?
    /// Its unit, such as `USDT` or `%`.
    public var unit: String
    /// Gain, loss or neither.
    public var sign: Sign
    /// What it means, how it was found and from what.
    public var note: String

    /// Creates a figure.
    public init(
      _ label: String, _ text: String?, unit: String = "", sign: Sign = .none, note: String = ""
    ) {
      self.label = label
      self.text = text
      self.unit = unit
      self.sign = sign
      self.note = note
    }
  }

  /// Figures that belong together, under one heading.
  public struct FigureGroup: Sendable, Equatable {
    /// The heading.
    public var title: String
    /// The figures.
    public var figures: [Figure]

    /// Creates a group.
    public init(_ title: String, _ figures: [Figure]) {
      self.title = title
      self.figures = figures
    }
  }

  /// A topic and what is said of it.
  public struct Statement: Sendable, Equatable {
    /// The topic, in a word or a code.
    public var topic: String
    /// What is said.
    public var text: String

    /// Creates a statement.
    public init(_ topic: String, _ text: String) {
      self.topic = topic
      self.text = text
    }
  }
}
