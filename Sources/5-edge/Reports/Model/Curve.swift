extension RunReport {
  /// A value at an instant; a value that is not finite is a gap.
  public struct Point: Sendable, Equatable {
    /// Nanoseconds since 1970, UTC.
    public var at: Int64
    /// The value.
    public var value: Double

    /// Creates a point.
    public init(at: Int64, _ value: Double) {
      self.at = at
      self.value = value
    }
  }

  /// Equity and drawdown over time.
  public struct Curve: Sendable, Equatable {
    /// Whose curve it is.
    public var name: String
    /// Equity of the whole, or profit of a strategy since its start, in the report's currency.
    ///
    /// - Precondition: In order of time.
    public var equity: [Point]
    /// How far below its peak, in per cent: zero or negative, in order of time.
    public var drawdown: [Point]

    /// Creates a curve.
    public init(_ name: String, equity: [Point], drawdown: [Point] = []) {
      self.name = name
      self.equity = equity
      self.drawdown = drawdown
    }
  }

  /// Returns by calendar month, in per cent.
  public struct MonthlyReturns: Sendable, Equatable {
    /// One year: twelve months and the year as a whole.
    public struct Year: Sendable, Equatable {
      /// The calendar year.
      public var year: Int
      /// January to December; `nil` where there was no trading.
      public var months: [Double?]
      /// The year as a whole.
      public var total: Double?

      /// Creates a year.
      public init(_ year: Int, months: [Double?], total: Double?) {
        self.year = year
        self.months = months
        self.total = total
      }
    }

    /// Whose returns they are.
    public var name: String
    /// The years, in order.
    public var years: [Year]

    /// Creates a table of returns.
    public init(_ name: String, years: [Year]) {
      self.name = name
      self.years = years
    }
  }
}
