import OmniNumerics
public import OmniTime

/// How long an order needs to the venue, and a report back.
public enum LatencyModel: Sendable {
  /// Always the same.
  case constant(order: Interval, response: Interval)
  /// Never less than a base, and up to a spread more, evenly: seeded, so that a run can be repeated.
  case jittered(order: Interval, response: Interval, spread: Interval, seed: UInt64)
  /// As it was measured at some instants; between two of them on a straight line, outside of them as
  /// at the nearest.
  case recorded(LatencyTable)
}

/// Measured latencies at instants that ascend.
public struct LatencyTable: Sendable {
  /// One measurement.
  public struct Row: Sendable, Hashable {
    /// When an order was sent.
    public let at: Timestamp
    /// How long it needed to the venue.
    public let order: Interval
    /// How long the report needed back.
    public let response: Interval

    /// Groups a measurement.
    public init(at: Timestamp, order: Interval, response: Interval) {
      self.at = at
      self.order = order
      self.response = response
    }
  }

  let rows: [Row]

  /// Takes measurements, or returns nil if there are none, one is negative or they do not ascend.
  public init?(_ rows: [Row]) {
    guard !rows.isEmpty, rows.allSatisfy({ $0.order >= .zero && $0.response >= .zero }),
      zip(rows, rows.dropFirst()).allSatisfy({ $0.at < $1.at })
    else { return nil }
    self.rows = rows
  }

  /// The latency at `instant`, rounded down to a nanosecond.
  ///
  /// - Complexity: O(log n).
  func latency(at instant: Timestamp, _ part: (Row) -> Interval) -> Interval {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].at <= instant { low = middle + 1 } else { high = middle }
    }
    if low == 0 { return part(rows[0]) }
    if low == rows.count { return part(rows[low - 1]) }
    let (before, after) = (rows[low - 1], rows[low])
    let from = Int128(part(before).nanoseconds)
    let change = Int128(part(after).nanoseconds) - from
    let passed = Int128(instant.nanoseconds) - Int128(before.at.nanoseconds)
    let whole = Int128(after.at.nanoseconds) - Int128(before.at.nanoseconds)
    // Multiplied as magnitudes that fit: below 2⁶³ each, so the product is below 2¹²⁶.
    let step = (change * passed) / whole
    return Interval(nanoseconds: Int64(from + step))
  }
}

/// A latency model at work: it draws the numbers of a jittered one.
struct LatencySource: Sendable {
  let model: LatencyModel
  private var random: SplitMix64

  /// - Precondition: no part of the model is negative.
  init(_ model: LatencyModel) {
    self.model = model
    random = SplitMix64(seed: 0)
    switch model {
    case .constant(let order, let response):
      precondition(order >= .zero && response >= .zero, "latencies that are not negative")
    case .jittered(let order, let response, let spread, let seed):
      precondition(
        order >= .zero && response >= .zero && spread >= .zero, "latencies that are not negative")
      random = SplitMix64(seed: seed)
    case .recorded: break
    }
  }

  /// How long an order that is sent at `now` needs.
  mutating func order(at now: Timestamp) -> Interval {
    switch model {
    case .constant(let order, _): order
    case .jittered(let order, _, let spread, _): order + jitter(spread)
    case .recorded(let table): table.latency(at: now) { $0.order }
    }
  }

  /// How long a report that is sent at `now` needs.
  mutating func response(at now: Timestamp) -> Interval {
    switch model {
    case .constant(_, let response): response
    case .jittered(_, let response, let spread, _): response + jitter(spread)
    case .recorded(let table): table.latency(at: now) { $0.response }
    }
  }

  private mutating func jitter(_ spread: Interval) -> Interval {
    Interval(nanoseconds: Int64(random.below(UInt64(spread.nanoseconds) + 1)))
  }
}
