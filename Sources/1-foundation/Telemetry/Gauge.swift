import Synchronization

/// A number that goes up and down, such as open connections or a drawdown.
///
/// Any thread may set it at any time; no lock is taken. It is a statistic, so it is a `Double`: the
/// exact books are in the ledger.
public final class Gauge: Sendable {
  /// The bits of the number, as there is no atomic addition of floating point.
  private let bits = Atomic<UInt64>(Double.zero.bitPattern)

  init() {}

  /// Sets the gauge.
  public func record(_ value: Double) {
    bits.store(value.bitPattern, ordering: .relaxed)
  }

  /// Adds to the gauge; a negative amount takes away.
  public func add(_ amount: Double) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (exchanged, original) = bits.weakCompareExchange(
        expected: old, desired: new, ordering: .relaxed)
      if exchanged { return }
      old = original
    }
  }

  /// The value that was last set.
  public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}
