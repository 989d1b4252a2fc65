import OmniPlatform
public import OmniClocks
import OmniTime

/// A reader that begins in the past: it reads the log, and changes over to the ring.
///
/// With each poll it tries to take a place in the ring right behind the last event it was given. The
/// ring gives that place only if the next event is there and the writer cannot run over it unseen,
/// which is so in the newer half of the ring at least. Until then it reads on in the log, which is
/// never more than a ring behind. So no event is left out at the change, and none comes twice.
///
/// Until the change it holds nobody up; from then on its ``OverflowPolicy`` holds.
///
/// - Invariant: events come in the order of their numbers; until the change none is lost.
public struct CatchUpReader: ~Copyable {
  struct Wish {
    let filter: BusFilter
    let policy: OverflowPolicy
    let name: String
    /// Nil for as the ring says.
    let waiting: BusWaitStrategy?
  }

  private let ring: BusRing
  private let wish: Wish
  private var cursor: EventLogCursor?
  private var reader: BusReader?
  /// The number of the next event that it looks at.
  private var next: UInt64
  private var isStalled = false

  private static let nap = Interval.milliseconds(1)

  init(_ bus: Bus, from sequence: UInt64, _ wish: Wish) throws(BusFailure) {
    ring = bus.ring
    self.wish = wish
    next = sequence
    reader = try ring.makeReader(wish, after: sequence - 1)
    guard reader == nil else {
      cursor = nil
      return
    }
    guard let log = bus.log else { throw .noLog }
    do throws(EventLogFailure) {
      cursor = try log.read(from: sequence)
    } catch {
      throw Self.wrapped(error)
    }
  }

  /// Whether it reads from the ring by now.
  public var isLive: Bool { reader != nil }

  /// The number of the last event that it is done with.
  public var position: UInt64 {
    switch reader {
    case .some(let reader): reader.position
    case .none: next - 1
    }
  }

  /// How many events it lost in the ring, with the policy `dropOldest`.
  public var dropped: UInt64 {
    switch reader {
    case .some(let reader): reader.dropped
    case .none: 0
    }
  }

  /// Hands at most `limit` events to `body`, in order; as ``BusReader/poll(limit:_:)``.
  ///
  /// - Returns: how many were handed over; 0 when there is nothing new.
  /// - Throws: as ``BusReader/poll(limit:_:)``; `outOfReach` when the log removed what was to come
  ///   next; `log` when it cannot be read.
  @discardableResult
  public mutating func poll(
    limit: Int = 256, _ body: (BusHeader, RawSpan) -> Void
  ) throws(BusFailure) -> Int {
    if reader == nil { try join() }
    if let count = try reader?.poll(limit: limit, body) { return count }
    let filter = wish.filter
    var delivered = 0
    var seen = 0
    do throws(EventLogFailure) {
      seen =
        try cursor?.poll(limit: limit) { header, payload in
          guard filter.contains(header.topic) else { return }
          delivered += 1
          body(header, payload)
        } ?? 0
    } catch {
      throw Self.wrapped(error)
    }
    next += UInt64(seen)
    isStalled = seen == 0
    if isStalled, let reason = ring.stopReason, next > ring.published { throw reason }
    return delivered
  }

  /// Waits until there is something to poll, or until `deadline`; as ``BusReader/wait(until:)``.
  ///
  /// - Returns: whether ``poll(limit:_:)`` may have something to give or to throw.
  public mutating func wait(until deadline: MonotonicInstant) -> Bool {
    if let isNews = reader?.wait(until: deadline) { return isNews }
    guard isStalled else { return true }
    // The log is about to be written; nobody tells when, and it is soon.
    let nap = min(deadline, TimeSource.machine.now() + Self.nap)
    _ = ring.followerParking.sleep(until: nap.nanoseconds) { false }
    return true
  }

  /// Takes a place in the ring, if it can be had.
  private mutating func join() throws(BusFailure) {
    reader = try ring.makeReader(wish, after: next - 1)
    if reader != nil { cursor = nil }
  }

  private static func wrapped(_ error: EventLogFailure) -> BusFailure {
    if case .outOfReach(let wanted, let oldest, let newest) = error {
      return .outOfReach(wanted: wanted, oldest: oldest, newest: newest)
    }
    return .log(error)
  }
}
