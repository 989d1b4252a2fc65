import OmniClocks
import OmniTime

/// The calls that try a service in half-open.
struct ProbeSlots: Sendable {
  private struct Probe: Sendable {
    let number: UInt64
    let start: MonotonicInstant
  }

  private var inFlight: [Probe] = []
  private var lastNumber: UInt64 = 0
  /// The probes that have a result.
  private(set) var sums = OutcomeWindow.Sums()

  /// Takes a slot, if one of `count` is free; those with a result are used up.
  mutating func take(at now: MonotonicInstant, of count: Int) -> UInt64? {
    guard inFlight.count + sums.calls < count else { return nil }
    lastNumber += 1
    inFlight.append(Probe(number: lastNumber, start: now))
    return lastNumber
  }

  /// Notes a result; one that says nothing gives its slot back.
  ///
  /// - Returns: Whether there is something new to judge.
  mutating func settle(
    _ number: UInt64, _ outcome: BreakerMachine.Outcome, isSlow: Bool
  ) -> Bool {
    guard let index = inFlight.firstIndex(where: { $0.number == number }) else { return false }
    inFlight.remove(at: index)
    guard outcome != .ignored else { return false }
    sums += OutcomeWindow.Sums(
      calls: 1, errors: outcome == .failure ? 1 : 0, slow: isSlow ? 1 : 0)
    return true
  }

  /// Counts probes that are out for longer than `limit` as failed; gives their number.
  mutating func expire(at now: MonotonicInstant, limit: Interval) -> Int {
    let before = inFlight.count
    inFlight.removeAll { now - $0.start >= limit }
    let lost = before - inFlight.count
    sums += OutcomeWindow.Sums(calls: lost, errors: lost, slow: 0)
    return lost
  }
}
