public import OmniLedger

/// A place that holds the ledger's books as tables, to be filled in ledger order.
///
///     var target = try SQLiteProjection(.file("books.sqlite"))
///     try target.position()?.check(identity: …, lastFrame: …, digest: …)
///     try target.begin()
///     try target.put(transactions)
///     try target.put(balances)
///     try target.commit(position)          // the rows and the position, or none of them
///     try target.makeIndexes()             // at the ledger's end
///
/// - Invariant: the rows are those of the ledger up to the position, and of nothing later.
public protocol ProjectionTarget: ~Copyable {
  /// How far it has come, or nil before the first commit.
  func position() throws(ProjectionFailure) -> ProjectionPosition?

  /// Begins what is committed together: one frame, or many.
  ///
  /// - Precondition: nothing was begun that is not committed or rolled back.
  mutating func begin() throws(ProjectionFailure)

  /// Puts accounts; those that are there already stay as they are.
  mutating func put(_ accounts: [ProjectedAccount]) throws(ProjectionFailure)

  /// Puts transactions in the order of their ordinals; those up to the position are passed over.
  mutating func put(_ transactions: [ProjectedTransaction]) throws(ProjectionFailure)

  /// Marks pending transactions as expired.
  mutating func expire(_ pending: [TransactionID]) throws(ProjectionFailure)

  /// Puts balances, in place of earlier ones of the same accounts.
  mutating func put(_ balances: [ProjectedBalance]) throws(ProjectionFailure)

  /// Makes what was put since ``begin()`` last, together with `position`, the end of a frame.
  ///
  /// - Returns: false if the projection was there before; then nothing that was put is kept.
  /// - Throws: if `position` is of another ledger or history; then nothing is kept either.
  @discardableResult
  mutating func commit(_ position: ProjectionPosition) throws(ProjectionFailure) -> Bool

  /// Drops what was put since ``begin()``.
  mutating func rollback() throws(ProjectionFailure)

  /// Makes the indexes for queries, if they are missing; to be called when the ledger's end is
  /// reached for the first time.
  ///
  /// - Precondition: nothing was begun that is not committed or rolled back.
  /// - Complexity: O(n log n) in the rows the first time; each later row costs several times as much.
  mutating func makeIndexes() throws(ProjectionFailure)

  /// Removes all rows and the position, so that the projection can be built anew.
  mutating func reset() throws(ProjectionFailure)
}
