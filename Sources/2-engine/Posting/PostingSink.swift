public import OmniLedger

/// Takes what a run posts, once the journal has it.
public protocol PostingSink: ~Copyable {
  /// Whether postings are to be kept for it.
  var isListening: Bool { get }
  /// Takes everything that `postings` keeps, so that it survives a loss of power.
  mutating func take(_ postings: inout PostingRecorder) throws(PostingFailure)
  /// Holds its balances against those of the run's books, after the last posting.
  mutating func reconcile(with books: borrowing Ledger) throws(PostingFailure)
}

/// Takes nothing: the books of the run live in memory and in its journal alone.
public struct NoPostings: PostingSink {
  /// Creates a sink that takes nothing.
  public init() {}
  /// No.
  public var isListening: Bool { false }
  /// Does nothing.
  public mutating func take(_ postings: inout PostingRecorder) throws(PostingFailure) {}
  /// Does nothing.
  public mutating func reconcile(with books: borrowing Ledger) throws(PostingFailure) {}
}
