public import OmniTime

/// Whether a request may go.
@frozen
public struct RateDecision: Sendable, Hashable {
  /// Whether it may go.
  public let isAllowed: Bool
  /// How much more could go at once now.
  public let remaining: Int
  /// After which time the request could go, if nothing else does; zero if it may go now, and nil if
  /// it asks for more than ever goes at once.
  public let retryAfter: Interval?
  /// After which time a whole burst could go again.
  public let resetAfter: Interval

  /// Creates a decision.
  @inlinable
  public init(isAllowed: Bool, remaining: Int, retryAfter: Interval?, resetAfter: Interval) {
    self.isAllowed = isAllowed
    self.remaining = remaining
    self.retryAfter = retryAfter
    self.resetAfter = resetAfter
  }

  /// The header `Retry-After` of RFC 9110 in whole seconds, rounded up; nil if the request may go,
  /// or never could.
  public var retryAfterSeconds: Int64? {
    guard !isAllowed, let retryAfter else { return nil }
    return (retryAfter.nanoseconds + 999_999_999) / 1_000_000_000
  }

  /// The stricter of two decisions on one request.
  func combined(with other: Self) -> Self {
    let retry: Interval? =
      if let own = retryAfter, let others = other.retryAfter { max(own, others) } else { nil }
    return RateDecision(
      isAllowed: isAllowed && other.isAllowed, remaining: min(remaining, other.remaining),
      retryAfter: retry, resetAfter: max(resetAfter, other.resetAfter))
  }
}
