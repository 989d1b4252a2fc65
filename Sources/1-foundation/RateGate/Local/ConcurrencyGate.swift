import Synchronization

/// How many requests of a key may run at a time.
///
/// For the process alone; a request that is refused is told at once, and who would rather wait takes
/// a bulkhead.
public final class ConcurrencyGate: Sendable {
  /// Leave for one request; the place is free again when the value goes.
  public final class Slot: Sendable {
    private let gate: ConcurrencyGate
    /// The key whose place it is.
    public let key: String
    private let isHeld = Atomic(true)

    init(_ gate: ConcurrencyGate, _ key: String) {
      self.gate = gate
      self.key = key
    }

    /// Gives the place back now; to do it twice changes nothing.
    public func release() {
      if isHeld.exchange(false, ordering: .acquiringAndReleasing) { gate.release(key) }
    }

    deinit { release() }
  }

  /// The most requests of one key at a time.
  public let runningMax: Int
  private let running = Mutex<[String: Int]>([:])

  /// Creates a gate.
  ///
  /// - Precondition: `runningMax` is at least 1.
  public init(runningMax: Int) {
    precondition(runningMax > 0, "room for one request")
    self.runningMax = runningMax
  }

  /// Takes a place, if one is free.
  public func enter(_ key: String) -> Slot? {
    let isFree = running.withLock { running in
      guard running[key, default: 0] < runningMax else { return false }
      running[key, default: 0] += 1
      return true
    }
    return isFree ? Slot(self, key) : nil
  }

  /// How many requests of a key run.
  public func count(of key: String) -> Int { running.withLock { $0[key] ?? 0 } }

  private func release(_ key: String) {
    running.withLock { running in
      let rest = running[key, default: 1] - 1
      running[key] = rest > 0 ? rest : nil
    }
  }
}
