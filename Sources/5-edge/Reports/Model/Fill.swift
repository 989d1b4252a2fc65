extension RunReport {
  /// Which way an order trades.
  public enum Side: String, Sendable, Equatable {
    /// It buys.
    case buy
    /// It sells.
    case sell
  }

  /// One fill.
  public struct Fill: Sendable, Equatable {
    /// Nanoseconds since 1970, UTC.
    public var at: Int64
    /// The instrument's name.
    public var instrument: String
    /// Which way.
    public var side: Side
    /// How much, exact.
    public var quantity: String
    /// At which price, exact: digits and a point, so that it can be drawn.
    public var price: String
    /// The strategy whose order it was.
    public var strategy: String?
    /// The kind of order, such as `market`.
    public var type: String?
    /// `maker` or `taker`.
    public var liquidity: String?
    /// The fee, exact.
    public var fee: String?
    /// The state of the order after the fill.
    public var status: String?
    /// The order's identifier.
    public var order: String?

    /// Creates a fill; set the rest where it is known.
    public init(at: Int64, instrument: String, side: Side, quantity: String, price: String) {
      self.at = at
      self.instrument = instrument
      self.side = side
      self.quantity = quantity
      self.price = price
    }
  }

  /// One order, as it ended.
  public struct Order: Sendable, Equatable {
    /// When it was submitted: nanoseconds since 1970, UTC.
    public var at: Int64
    /// Its identifier.
    public var id: String
    /// The instrument's name.
    public var instrument: String
    /// Which way.
    public var side: Side
    /// How much was asked for, exact.
    public var quantity: String
    /// The strategy whose order it was.
    public var strategy: String?
    /// The kind of order, such as `limit`.
    public var type: String?
    /// Limit or stop price, exact.
    public var price: String?
    /// How much was filled, exact.
    public var filled: String?
    /// The state in which it ended.
    public var status: String?

    /// Creates an order; set the rest where it is known.
    public init(at: Int64, id: String, instrument: String, side: Side, quantity: String) {
      self.at = at
      self.id = id
      self.instrument = instrument
      self.side = side
      self.quantity = quantity
    }
  }

  /// An order that the risk gate did not let pass.
  public struct Denial: Sendable, Equatable {
    /// Nanoseconds since 1970, UTC.
    public var at: Int64
    /// The rule's code, such as `RSK-004`.
    public var rule: String
    /// Why, in a sentence.
    public var reason: String
    /// The limit, exact, with its unit.
    public var limit: String?
    /// What the order would have made of it, exact, with its unit.
    public var value: String?
    /// The strategy whose order it was.
    public var strategy: String?
    /// The instrument's name.
    public var instrument: String?

    /// Creates a denial; set the rest where it is known.
    public init(
      at: Int64, rule: String, reason: String, limit: String? = nil, value: String? = nil
    ) {
      self.at = at
      self.rule = rule
      self.reason = reason
      self.limit = limit
      self.value = value
    }
  }
}
