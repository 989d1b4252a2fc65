extension RunReport {
  /// The strategies beside each other: one row each.
  public struct Comparison: Sendable, Equatable {
    /// One measure.
    public struct Column: Sendable, Equatable {
      /// Its name.
      public var label: String
      /// Its unit.
      public var unit: String
      /// What it means.
      public var note: String

      /// Creates a column.
      public init(_ label: String, unit: String = "", note: String = "") {
        self.label = label
        self.unit = unit
        self.note = note
      }
    }

    /// One measure of one strategy.
    public struct Cell: Sendable, Equatable {
      /// The figure; `nil` when it is not known.
      public var text: String?
      /// Gain, loss or neither.
      public var sign: Sign

      /// Creates a cell.
      public init(_ text: String?, sign: Sign = .none) {
        self.text = text
        self.sign = sign
      }
    }

    /// One strategy.
    public struct Row: Sendable, Equatable {
      /// Its name.
      public var name: String
      /// What it does, in a sentence.
      public var note: String
      /// Its measures, one for each column; what is missing is unknown.
      public var cells: [Cell]

      /// Creates a row.
      public init(_ name: String, note: String = "", cells: [Cell]) {
        self.name = name
        self.note = note
        self.cells = cells
      }
    }

    /// The measures.
    public var columns: [Column]
    /// The strategies.
    public var rows: [Row]

    /// Creates a comparison.
    public init(columns: [Column] = [], rows: [Row] = []) {
      self.columns = columns
      self.rows = rows
    }
  }
}
