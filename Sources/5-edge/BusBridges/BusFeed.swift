import OmniBus
import OmniClocks
import OmniTime

/// All events of a bus from one number on, for a bridge that may be slow.
///
/// It never holds the bus up: what the ring overwrites before it was read comes from the log.
///
/// - Invariant: events come in order and without a gap, unless the log removed them: then
///   ``missed`` has them.
struct BusFeed: ~Copyable {
  private let bus: Bus
  private let name: String
  private var reader: CatchUpReader?
  /// The number of the next event.
  private(set) var next: UInt64
  /// The events that left the log before they were read, until it is taken.
  private var missed: ClosedRange<UInt64>?

  /// How long to wait for a log that is about to be written.
  private static let nap = Interval.milliseconds(1)

  init(_ bus: Bus, from sequence: UInt64, name: String) {
    self.bus = bus
    self.name = name
    next = sequence
  }

  /// The events that left the log before they were read, once.
  mutating func takeMissed() -> ClosedRange<UInt64>? {
    defer { missed = nil }
    return missed
  }

  /// Hands at most `limit` events to `body`.
  ///
  /// - Returns: how many; 0 when there is nothing at the moment.
  /// - Throws: `bus` when the bus is closed and all was read, or cannot be read.
  mutating func poll(
    limit: Int, _ body: (BusHeader, RawSpan) -> Void
  ) throws(BridgeFailure) -> Int {
    let start = next
    var expected = next
    var isGapped = false
    do throws(BusFailure) {
      if reader == nil {
        // It sleeps at once: the cores are for those who wait on the bus itself.
        reader = try bus.subscribe(
          from: next, policy: .dropOldest, name: name, waiting: .park)
      }
      _ = try reader?.poll(limit: limit) { header, payload in
        guard !isGapped, header.sequence == expected else {
          isGapped = true
          return
        }
        expected += 1
        body(header, payload)
      }
    } catch {
      next = expected
      try handle(error)
      return Int(expected - start)
    }
    next = expected
    // What the ring dropped is in the log.
    let position = reader?.position
    if isGapped || position != expected - 1 { reader = nil }
    return Int(expected - start)
  }

  /// Waits until there may be something to poll, or until `deadline`.
  mutating func wait(until deadline: MonotonicInstant) {
    _ = reader?.wait(until: deadline)
  }

  /// Whether nothing can be read from where it is, so that who waits has to pause.
  var isStalled: Bool { reader == nil }

  private mutating func handle(_ failure: BusFailure) throws(BridgeFailure) {
    reader = nil
    guard case .outOfReach(let wanted, let oldest, _) = failure else { throw .bus(failure) }
    // Newer than the log has: it is about to be written.
    guard oldest > wanted else { return }
    missed = (missed?.lowerBound ?? wanted)...(oldest - 1)
    next = oldest
  }
}
