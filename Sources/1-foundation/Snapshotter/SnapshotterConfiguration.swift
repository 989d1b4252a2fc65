/// How aggregates are read and when snapshots of them are taken.
public struct SnapshotterConfiguration: Sendable, Equatable {
  /// When a snapshot is due.
  public var policy: SnapshotPolicy
  /// When it is written whole.
  public var chainRule: ChainRule
  /// What restoring costs, to begin with.
  public var rates: RestoreRates
  /// How much is read from the log at once.
  public var readLimit: EventBatch.Limit

  /// Creates settings.
  public init(
    policy: SnapshotPolicy = SnapshotPolicy(events: 1_000), chainRule: ChainRule = ChainRule(),
    rates: RestoreRates = RestoreRates(), readLimit: EventBatch.Limit = EventBatch.Limit()
  ) {
    self.policy = policy
    self.chainRule = chainRule
    self.rates = rates
    self.readLimit = readLimit
  }
}
