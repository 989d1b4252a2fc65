/// Gives back what was committed before; for transactions that are sent a second time.
///
/// The ledger's log is the archive; in memory, a batch that is kept can be one.
public protocol TransactionArchive: ~Copyable {
  /// The transaction at `place` of the ledger, counted from 0.
  ///
  /// - Returns: nil when it cannot be read, which whoever owns the archive reports in its own way.
  mutating func transaction(at place: Int) -> Transaction?
}

/// Keeps every transaction in memory; for tests, trials and small books.
public struct MemoryArchive: TransactionArchive, Sendable {
  /// The transactions in the order of the ledger.
  public private(set) var transactions: [Transaction] = []

  /// Creates an archive of nothing.
  public init() {}

  /// Adds a transaction at the end.
  public mutating func append(_ transaction: Transaction) { transactions.append(transaction) }

  /// The transaction at `place`, or nil behind the end.
  public mutating func transaction(at place: Int) -> Transaction? {
    transactions.indices.contains(place) ? transactions[place] : nil
  }
}
