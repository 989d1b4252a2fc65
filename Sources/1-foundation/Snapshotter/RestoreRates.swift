public import OmniTime

/// How long restoring takes, by byte of snapshot and by event, in picoseconds.
///
/// Nothing here looks at a clock: whoever loads aggregates measures, and tells
/// ``learn(events:bytes:took:)``.
public struct RestoreRates: Sendable, Equatable {
  /// For each byte of a snapshot that is read, checked and decoded, in picoseconds.
  public private(set) var picosecondsPerByte: UInt64
  /// For each event that is read and applied, in picoseconds.
  public private(set) var picosecondsPerEvent: UInt64

  /// Creates rates; the defaults are for small events and plain layouts on a machine of 2020.
  public init(picosecondsPerByte: UInt64 = 1_000, picosecondsPerEvent: UInt64 = 100_000) {
    self.picosecondsPerByte = picosecondsPerByte
    self.picosecondsPerEvent = picosecondsPerEvent
  }

  /// How long it takes to read `bytes` of snapshots and replay `events`, at most 292 years.
  ///
  /// - Complexity: O(1), without allocation.
  public func time(bytes: UInt64, events: UInt64) -> Interval {
    let forBytes = bytes.multipliedReportingOverflow(by: picosecondsPerByte)
    let forEvents = events.multipliedReportingOverflow(by: picosecondsPerEvent)
    let sum = forBytes.partialValue.addingReportingOverflow(forEvents.partialValue)
    guard !forBytes.overflow, !forEvents.overflow, !sum.overflow else {
      return Interval(nanoseconds: .max)
    }
    return Interval(nanoseconds: Int64(clamping: sum.partialValue / 1_000))
  }

  /// Takes in that a rehydration which read `bytes` and replayed `events` took `duration`.
  ///
  /// An eighth of what is new goes into the rate of what took longer by the present rates, after
  /// the other's share is taken off; so each rate is learned from the cases that tell about it.
  public mutating func learn(events: UInt64, bytes: UInt64, took duration: Interval) {
    let forBytes = time(bytes: bytes, events: 0).nanoseconds
    let forEvents = time(bytes: 0, events: events).nanoseconds
    let taken = max(0, duration.nanoseconds)
    if events > 0 && forEvents >= forBytes {
      Self.move(&picosecondsPerEvent, towards: taken - min(taken, forBytes), over: events)
    } else if bytes > 0 {
      Self.move(&picosecondsPerByte, towards: taken - min(taken, forEvents), over: bytes)
    }
  }

  private static func move(_ rate: inout UInt64, towards nanoseconds: Int64, over count: UInt64) {
    let (picoseconds, overflow) = UInt64(nanoseconds).multipliedReportingOverflow(by: 1_000)
    let seen = (overflow ? .max : picoseconds) / count
    rate = rate - rate / 8 + seen / 8
    // Whole eighths of a small rate are zero, and it would never move.
    if seen / 8 == rate / 8 { rate = seen }
  }
}
