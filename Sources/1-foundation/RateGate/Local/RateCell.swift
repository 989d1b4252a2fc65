package import OmniClocks
package import OmniTime

/// What a rule remembers of one key.
///
/// `room` says what could go, `take` takes it; between the two nothing else may happen, which is
/// what the lock of the table is for.
package enum RateCell: Sendable {
  /// The instant at which the next request would be on time, in nanoseconds.
  case arrival(Int64)
  /// What is in the bucket, in units times the period's nanoseconds, and when it was.
  case bucket(level: Int128, instant: Int64)
  /// What went in each slice, and the number of the newest slice.
  case window(slices: [Int32], newest: Int64)

  static let sliceCount = 16

  /// A key that nothing was asked for yet.
  package init(_ rule: RateRule, at now: MonotonicInstant) {
    switch rule.algorithm {
    case .gcra: self = .arrival(now.nanoseconds)
    case .tokenBucket:
      self = .bucket(
        level: Int128(rule.burst) * Int128(rule.period.nanoseconds), instant: now.nanoseconds)
    case .slidingWindow:
      self = .window(slices: [Int32](repeating: 0, count: Self.sliceCount + 1), newest: 0)
    }
  }

  /// Whether forgetting the key would change no decision.
  package func isIdle(_ rule: RateRule, at now: MonotonicInstant) -> Bool {
    switch self {
    case .arrival(let arrival): arrival <= now.nanoseconds
    case .bucket, .window: room(rule, at: now) == Self.capacity(rule)
    }
  }

  /// The most that a rule lets go at once.
  static func capacity(_ rule: RateRule) -> Int {
    rule.algorithm == .slidingWindow ? rule.count : rule.burst
  }

  /// How much could go now.
  package func room(_ rule: RateRule, at now: MonotonicInstant) -> Int {
    switch self {
    case .arrival(let arrival):
      let limit = rule.spacing * Int64(rule.burst)
      // A clock that went back makes arrivals that no request could have made.
      let ahead = min(max(0, arrival - now.nanoseconds), limit)
      return Int((limit - ahead) / rule.spacing)
    case .bucket(let level, let instant):
      return Int(Self.level(level, since: instant, rule, at: now) / Int128(rule.period.nanoseconds))
    case .window(let slices, let newest):
      return max(0, rule.count - Self.sum(slices, newest: newest, Self.slice(rule, at: now)))
    }
  }

  /// Decides on a request, and takes its cost if it may go.
  package mutating func decide(
    _ cost: Int, _ rule: RateRule, at now: MonotonicInstant
  ) -> RateDecision {
    guard case .arrival(let arrival) = self else { return decideSlowly(cost, rule, at: now) }
    let spacing = rule.spacing
    let limit = spacing * Int64(rule.burst)
    let ahead = min(max(0, arrival - now.nanoseconds), limit)
    let room = Int((limit - ahead) / spacing)
    guard cost <= room else {
      // Further ahead than any request can be: the clock went back, and nobody waits for that.
      if arrival - now.nanoseconds > limit { self = .arrival(now.nanoseconds + limit) }
      let wait = cost > rule.burst ? nil : ahead + spacing * Int64(cost) - limit
      return RateDecision(
        isAllowed: false, remaining: room, retryAfter: wait.map { Interval(nanoseconds: $0) },
        resetAfter: Interval(nanoseconds: ahead))
    }
    let after = ahead + spacing * Int64(cost)
    self = .arrival(now.nanoseconds + after)
    return RateDecision(
      isAllowed: true, remaining: room - cost, retryAfter: .zero,
      resetAfter: Interval(nanoseconds: after))
  }

  private mutating func decideSlowly(
    _ cost: Int, _ rule: RateRule, at now: MonotonicInstant
  ) -> RateDecision {
    guard cost <= room(rule, at: now) else { return decision(on: cost, rule, at: now) }
    take(cost, rule, at: now)
    return RateDecision(
      isAllowed: true, remaining: room(rule, at: now), retryAfter: .zero,
      resetAfter: wait(for: Self.capacity(rule), rule, at: now) ?? .zero)
  }

  /// What the decision on a request would be.
  func decision(on cost: Int, _ rule: RateRule, at now: MonotonicInstant) -> RateDecision {
    let room = room(rule, at: now)
    let isAllowed = cost <= room
    return RateDecision(
      isAllowed: isAllowed, remaining: room,
      retryAfter: isAllowed ? .zero : wait(for: cost, rule, at: now),
      resetAfter: wait(for: Self.capacity(rule), rule, at: now) ?? .zero)
  }

  /// Takes `cost`, which is not more than the room.
  package mutating func take(_ cost: Int, _ rule: RateRule, at now: MonotonicInstant) {
    switch self {
    case .arrival(let arrival):
      let limit = rule.spacing * Int64(rule.burst)
      let ahead = min(max(0, arrival - now.nanoseconds), limit)
      self = .arrival(now.nanoseconds + ahead + rule.spacing * Int64(cost))
    case .bucket(let level, let instant):
      let present = Self.level(level, since: instant, rule, at: now)
      self = .bucket(
        level: present - Int128(cost) * Int128(rule.period.nanoseconds),
        instant: max(instant, now.nanoseconds))
    case .window(var slices, var newest):
      let present = max(newest, Self.slice(rule, at: now))
      Self.move(&slices, from: newest, to: present)
      newest = present
      slices[Int(present % Int64(slices.count))] += Int32(cost)
      self = .window(slices: slices, newest: newest)
    }
  }

  /// When `cost` could go, if nothing else does; nil if it never could.
  package func wait(for cost: Int, _ rule: RateRule, at now: MonotonicInstant) -> Interval? {
    guard cost <= Self.capacity(rule) else { return nil }
    switch self {
    case .arrival(let arrival):
      let limit = rule.spacing * Int64(rule.burst)
      let ahead = min(max(0, arrival - now.nanoseconds), limit)
      return Interval(nanoseconds: max(0, ahead + rule.spacing * Int64(cost) - limit))
    case .bucket(let level, let instant):
      let period = Int128(rule.period.nanoseconds)
      let missing = Int128(cost) * period - Self.level(level, since: instant, rule, at: now)
      guard missing > 0 else { return .zero }
      let count = Int128(rule.count)
      return Interval(nanoseconds: Int64((missing + count - 1) / count))
    case .window(let slices, let newest):
      return Self.wait(for: cost, rule, slices: slices, newest: newest, at: now)
    }
  }

  private static func level(
    _ level: Int128, since instant: Int64, _ rule: RateRule, at now: MonotonicInstant
  ) -> Int128 {
    let elapsed = Int128(max(0, now.nanoseconds - instant))
    let full = Int128(rule.burst) * Int128(rule.period.nanoseconds)
    return min(full, level + elapsed * Int128(rule.count))
  }

  /// Sixteen slices make a period; rounded up, so that a window is never shorter.
  private static func width(_ rule: RateRule) -> Int64 {
    (rule.period.nanoseconds + Int64(sliceCount) - 1) / Int64(sliceCount)
  }

  private static func slice(_ rule: RateRule, at now: MonotonicInstant) -> Int64 {
    now.nanoseconds / width(rule)
  }

  private static func sum(_ slices: [Int32], newest: Int64, _ present: Int64) -> Int {
    var sum = 0
    for step in 0..<Int64(slices.count) {
      let number = newest - step
      guard number >= 0, number > present - Int64(slices.count) else { break }
      sum += Int(slices[Int(number % Int64(slices.count))])
    }
    return sum
  }

  private static func move(_ slices: inout [Int32], from newest: Int64, to present: Int64) {
    guard present > newest else { return }
    for step in 0..<min(present - newest, Int64(slices.count)) {
      slices[Int((present - step) % Int64(slices.count))] = 0
    }
  }

  private static func wait(
    for cost: Int, _ rule: RateRule, slices: [Int32], newest: Int64, at now: MonotonicInstant
  ) -> Interval {
    let present = slice(rule, at: now)
    var excess = sum(slices, newest: newest, present) + cost - rule.count
    guard excess > 0 else { return .zero }
    let count = Int64(slices.count)
    for step in stride(from: count - 1, through: 0, by: -1) {
      let number = newest - step
      guard number >= 0, number > present - count else { continue }
      excess -= Int(slices[Int(number % count)])
      if excess <= 0 {
        // It falls out when the slice that many later begins.
        return Interval(nanoseconds: max(0, (number + count) * width(rule) - now.nanoseconds))
      }
    }
    return rule.period
  }
}
