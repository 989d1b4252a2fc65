import OmniLedger

/// What a target may take next: the part of its work that needs no database.
struct ProjectionProgress {
  /// How far the committed rows go.
  var position: ProjectionPosition?
  /// The ordinal of the last transaction that was put, committed or not.
  private(set) var lastOrdinal: UInt64 = 0
  private(set) var isOpen = false

  /// Begins at the position that the database has.
  mutating func begin(at position: ProjectionPosition?) {
    precondition(!isOpen, "one at a time")
    self.position = position
    lastOrdinal = position?.ordinal ?? 0
    isOpen = true
  }

  /// Ends what was begun.
  mutating func end() { isOpen = false }

  /// Takes what is new of `transactions`, or refuses them all.
  mutating func news(
    _ transactions: [ProjectedTransaction]
  ) throws(ProjectionFailure) -> ArraySlice<ProjectedTransaction> {
    precondition(isOpen, "rows are put after begin")
    let known = position?.ordinal ?? 0
    let news = transactions.drop { $0.ordinal <= known }
    var last = lastOrdinal
    for transaction in news {
      guard transaction.ordinal > last else {
        throw .outOfOrder(ordinal: transaction.ordinal, last: last)
      }
      last = transaction.ordinal
    }
    lastOrdinal = last
    return news
  }

  /// Whether a commit at `next` brings anything, or a refusal.
  func advances(to next: ProjectionPosition) throws(ProjectionFailure) -> Bool {
    precondition(isOpen, "a commit follows begin")
    guard let position else {
      guard next.ordinal >= lastOrdinal else {
        throw .outOfOrder(ordinal: next.ordinal, last: lastOrdinal)
      }
      return true
    }
    guard next.identity == position.identity else {
      throw .otherLedger(found: position.identity, wanted: next.identity)
    }
    if next.frame < position.frame { return false }
    if next.frame == position.frame {
      guard next == position else { throw .otherHistory(frame: position.frame) }
      return false
    }
    guard next.ordinal >= lastOrdinal else {
      throw .outOfOrder(ordinal: next.ordinal, last: lastOrdinal)
    }
    return true
  }
}
