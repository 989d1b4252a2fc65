public import OmniTime

extension TimeSource {
  /// Waits until `deadline`; at once if it has passed.
  ///
  /// - Throws: `CancellationError` if the task is cancelled before, as soon as it is.
  public func sleep(until deadline: MonotonicInstant) async throws {
    try Task.checkCancellation()
    switch self {
    case .machine:
      let rest = deadline - now()
      guard rest > .zero else { return }
      try await Task.sleep(nanoseconds: UInt64(rest.nanoseconds))
    case .manual(let time):
      try await time.sleep(until: deadline)
    }
  }

  /// Waits for `interval`; not at all if it is negative.
  ///
  /// - Throws: `CancellationError` if the task is cancelled before, as soon as it is.
  public func sleep(for interval: Interval) async throws {
    try await sleep(until: now() + interval)
  }
}
