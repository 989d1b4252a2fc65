/// What a decoder has seen so far.
public struct FeedCounts: Sendable, Equatable {
  /// Records that were taken, whatever they said.
  public internal(set) var records = 0
  /// Records that were refused.
  public internal(set) var refused = 0
  /// Events that were made.
  public internal(set) var events = 0
  /// Updates of the book.
  public internal(set) var updates = 0
  /// Snapshots of the book.
  public internal(set) var snapshots = 0
  /// Messages with the best prices.
  public internal(set) var quotes = 0
  /// Trades.
  public internal(set) var trades = 0
  /// Messages about single orders.
  public internal(set) var orders = 0
  /// Messages that say nothing of the book, such as answers to a subscription.
  public internal(set) var others = 0
  /// Updates that were in a snapshot already.
  public internal(set) var staleUpdates = 0
  /// Updates that came again.
  public internal(set) var doubledUpdates = 0
  /// Updates that had to wait for a snapshot.
  public internal(set) var heldUpdates = 0
  /// Waiting updates that were let go for want of room.
  public internal(set) var droppedUpdates = 0
  /// Times that an update was missing.
  public internal(set) var gaps = 0
  /// Snapshots that were older than what was known, and not used.
  public internal(set) var oldSnapshots = 0
  /// Events whose corrected time of receipt was still before their occurrence, and was raised to it.
  public internal(set) var raisedTimes = 0

  /// Creates counts of nothing.
  public init() {}
}
