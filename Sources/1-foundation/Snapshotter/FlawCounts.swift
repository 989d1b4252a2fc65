/// How many snapshots were not used, by the reason.
public struct FlawCounts: Sendable, Equatable {
  private var counts = [UInt64](repeating: 0, count: SnapshotFlaw.allCases.count)

  /// Creates counters that are all zero.
  public init() {}

  /// How many were not used for the reason `flaw`.
  public internal(set) subscript(flaw: SnapshotFlaw) -> UInt64 {
    get { counts[Int(flaw.rawValue)] }
    set { counts[Int(flaw.rawValue)] = newValue }
  }

  /// How many were not used.
  public var total: UInt64 { counts.reduce(0, +) }

  /// Adds what `others` counts.
  mutating func add(_ others: Self) {
    for index in counts.indices { counts[index] += others.counts[index] }
  }
}

extension FlawCounts: CustomStringConvertible {
  /// One line: each reason that occurred, with its number.
  public var description: String {
    let parts = SnapshotFlaw.allCases.filter { self[$0] > 0 }.map { "\($0.code) × \(self[$0])" }
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }
}
