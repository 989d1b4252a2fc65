public import OmniTime

/// When a snapshot is written whole although it could be a delta.
///
/// A delta is cheap to write and dear to read: restoring reads the base and each delta after it.
/// The rule bounds what a reader pays. A pure function of figures, as ``SnapshotPolicy`` is.
public struct ChainRule: Sendable, Equatable {
  /// What restoring from a chain would read, with the delta that is to be added.
  public struct Cost: Sendable, Equatable {
    /// How many deltas there would be.
    public let deltas: Int
    /// The bytes of the base.
    public let baseBytes: UInt64
    /// The bytes of all deltas together.
    public let deltaBytes: UInt64
    /// How many events are replayed after it at worst: as many as lay between the last two.
    public let eventsAfter: UInt64

    /// Creates the figures of a chain.
    public init(deltas: Int, baseBytes: UInt64, deltaBytes: UInt64, eventsAfter: UInt64) {
      self.deltas = deltas
      self.baseBytes = baseBytes
      self.deltaBytes = deltaBytes
      self.eventsAfter = eventsAfter
    }
  }

  /// Why a base is wanted.
  public enum Reason: UInt8, Sendable, CaseIterable {
    /// The chain would have too many deltas.
    case length
    /// The deltas would be too large for the base.
    case size
    /// Restoring would take too long.
    case time
    /// Something that the chain builds on is no longer in the store.
    case lost
  }

  /// The longest chain that a reader follows, whatever the rule of the writer.
  public static let deltasLimit = 1_024

  /// The most deltas on a base, up to ``deltasLimit``; 0 for bases alone.
  public let deltasMax: Int
  /// The most bytes of all deltas, in percent of the bytes of the base.
  public let deltaPercentMax: UInt64
  /// The longest time that restoring may take; nil for no bound.
  ///
  /// If the base alone takes longer, every snapshot is a base: nothing else could be quicker.
  public let restoreTimeMax: Interval?

  /// Creates a rule.
  public init(deltasMax: Int = 16, deltaPercentMax: UInt64 = 50, restoreTimeMax: Interval? = nil) {
    self.deltasMax = min(max(0, deltasMax), Self.deltasLimit)
    self.deltaPercentMax = deltaPercentMax
    self.restoreTimeMax = restoreTimeMax
  }

  /// The rule by which every snapshot is whole.
  public static var basesOnly: Self { Self(deltasMax: 0) }

  /// Why the chain may not grow to `cost`, or nil if it may: length, size or time, in this order.
  ///
  /// - Complexity: O(1), without allocation.
  public func reasonForBase(_ cost: Cost, rates: RestoreRates) -> Reason? {
    if cost.deltas > deltasMax { return .length }
    let allowed = cost.baseBytes.multipliedFullWidth(by: deltaPercentMax)
    let used = cost.deltaBytes.multipliedFullWidth(by: 100)
    if (used.high, used.low) > (allowed.high, allowed.low) { return .size }
    guard let restoreTimeMax else { return nil }
    let (bytes, overflow) = cost.baseBytes.addingReportingOverflow(cost.deltaBytes)
    let time = rates.time(bytes: overflow ? .max : bytes, events: cost.eventsAfter)
    return time > restoreTimeMax ? .time : nil
  }
}
