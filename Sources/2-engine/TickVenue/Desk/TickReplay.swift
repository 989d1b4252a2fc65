import OmniCollections
import OmniModel
import OmniOrderBooks
public import OmniTime

/// A venue and a desk on their way along a tape.
///
/// What happens at one instant is taken in this order: at the venue first the market, then what
/// arrives from us; at the desk first the market, then reports, then the strategy. Nothing is seen
/// before it was heard, and nothing that is sent arrives before its latency has passed.
public struct TickReplay: ~Copyable {
  /// The venue.
  public var venue: TickVenue
  /// Our side.
  public var desk: TickDesk
  private var nextOccurred = 0
  private var nextReceived = 0

  /// Begins a tape.
  public init(_ venue: consuming TickVenue, _ desk: consuming TickDesk) {
    self.venue = venue
    self.desk = desk
  }

  /// Lets the market and the venue come to `instant`, and the desk see the market.
  ///
  /// Reports that are heard by then wait for ``nextReport()``.
  ///
  /// - Precondition: `instant` is not before that of the call before.
  public mutating func advance(_ tape: borrowing TickTape, to instant: Timestamp) {
    while desk.sent.due <= instant {
      let arrival = desk.sent.due
      runVenue(tape, to: arrival)
      if let command = desk.sent.take() { venue.receive(command, at: arrival) }
    }
    runVenue(tape, to: instant)
    venue.advance(to: instant)
    hear(tape, until: instant)
    desk.now = instant
  }

  /// The next report that has been heard, after the desk has taken it into account, or nil.
  ///
  /// - Throws: What the desk's books refuse.
  public mutating func nextReport() throws(DeskFailure) -> TickReport? {
    guard let report = venue.takeReport(until: desk.now) else { return nil }
    try desk.note(report)
    return report
  }

  /// Whether anything of the tape, of commands or of reports is still to come.
  public func isUnfinished(_ tape: borrowing TickTape) -> Bool {
    nextOccurred < tape.count || nextReceived < tape.count || desk.sent.due != .distantFuture
      || venue.reportDueAt != .distantFuture
  }

  private mutating func runVenue(_ tape: borrowing TickTape, to instant: Timestamp) {
    var next = nextOccurred
    while next < tape.count {
      let place = tape.placeOccurred(next)
      if tape.events[place].occurredAt > instant { break }
      venue.apply(tape.events[place])
      next += 1
    }
    nextOccurred = next
  }

  private mutating func hear(_ tape: borrowing TickTape, until instant: Timestamp) {
    var next = nextReceived
    while next < tape.count {
      let place = tape.placeReceived(next)
      if tape.events[place].receivedAt > instant { break }
      desk.market.apply(tape.events[place])
      next += 1
    }
    if next > nextReceived { desk.pricedAt = tape.events[tape.placeReceived(next - 1)].receivedAt }
    nextReceived = next
  }
}
