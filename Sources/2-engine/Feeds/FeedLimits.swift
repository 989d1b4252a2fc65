/// How much a decoder keeps at most.
public struct FeedLimits: Sendable, Equatable {
  /// The bytes of one record.
  public var recordBytesMax: Int
  /// Updates that wait for a snapshot.
  public var heldUpdatesMax: Int
  /// The levels of the updates that wait.
  public var heldLevelsMax: Int

  /// Creates limits; by default 4 MiB, 16,384 updates and 524,288 levels.
  ///
  /// - Precondition: all are at least 2, and a record has at most 1 GiB.
  public init(
    recordBytesMax: Int = 4 << 20, heldUpdatesMax: Int = 16_384, heldLevelsMax: Int = 524_288
  ) {
    precondition((2...1 << 30).contains(recordBytesMax), "a record of 2 bytes to 1 GiB")
    precondition(heldUpdatesMax >= 2 && heldLevelsMax >= 2, "room for two updates")
    self.recordBytesMax = recordBytesMax
    self.heldUpdatesMax = heldUpdatesMax
    self.heldLevelsMax = heldLevelsMax
  }
}
