public import OmniTime

/// How far the recorder's clock is behind the venue's, so that nothing is heard before it happened.
///
/// Received minus occurred is the way of the message plus the difference of the clocks. The way is
/// never negative; so if the smallest difference of a stream is below zero, the recorder's clock is
/// behind by at least that much, and adding it to every time of receipt makes the smallest way zero.
/// How much more it is behind cannot be known from one direction; latencies measured with corrected
/// times are therefore above the quickest one, and not absolute. A stream whose smallest difference
/// is not negative is left as it is.
///
/// Either a first pass over the stream gives the exact value (feed ``add(received:occurred:)`` and
/// take ``offset``), or a part of it gives an estimate; times that the estimate leaves before their
/// occurrence are raised to it and counted (``FeedCounts/raisedTimes``).
public struct ClockCorrection: Sendable, Hashable {
  private var smallest: Int64?

  /// Creates a correction that knows nothing yet, and changes nothing.
  public init() {}

  /// Takes one message into account; differences outside of the range are passed over.
  public mutating func add(received: Timestamp, occurred: Timestamp) {
    add(differenceOf: received.nanoseconds, occurred.nanoseconds)
  }

  @inline(__always)
  mutating func add(differenceOf received: Int64, _ occurred: Int64) {
    let (difference, overflow) = received.subtractingReportingOverflow(occurred)
    if overflow || difference == .min { return }
    smallest = min(smallest ?? .max, difference)
  }

  /// What is to be added to a time of receipt: zero or more.
  public var offset: Interval { Interval(nanoseconds: max(0, -(smallest ?? 0))) }

  /// The smallest of received minus occurred, or nil if there was no message.
  public var smallestDifference: Interval? { smallest.map { Interval(nanoseconds: $0) } }
}
