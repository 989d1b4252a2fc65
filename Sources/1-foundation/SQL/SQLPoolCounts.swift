/// What a pool did so far.
public struct SQLPoolCounts: Sendable, Hashable {
  /// Calls that the store did.
  public internal(set) var calls: UInt64 = 0
  /// Calls whose statement the store refused, or for which somebody held what they needed.
  public internal(set) var errors: UInt64 = 0
  /// Calls that ended because the store was away, ill or silent.
  public internal(set) var failures: UInt64 = 0
  /// Calls that were not made: full, limited, open, waited too long, closed, cancelled.
  public internal(set) var refusals: UInt64 = 0
  /// Reads that were done once more on a new connection.
  public internal(set) var repeats: UInt64 = 0
  /// Connections that were made.
  public internal(set) var connects: UInt64 = 0
  /// Attempts to connect that failed.
  public internal(set) var failedConnects: UInt64 = 0
}
