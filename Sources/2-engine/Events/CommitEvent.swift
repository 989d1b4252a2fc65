public import OmniEncoding
public import OmniLedger
public import OmniLedgerStore

/// A transaction that a ledger took, as `transaction.commit` tells it.
///
///     word   0  ordinal, the transaction's place in the ledger, from 1
///            1  when, in nanoseconds since 1970
///            2  identifier, low word first
///            4  the pending transaction that it resolves, or 0
///            6  flags
///            7  how many postings follow, at most ``postingsMax``
///            8  for each: account debited, account credited, amount (low word first)
public struct CommitEvent: Sendable, Equatable {
  /// The most postings of one transaction.
  public static var postingsMax: Int { TransactionHeader.legsMax }

  /// Its place in the ledger, from 1.
  public let ordinal: UInt64
  /// When, in nanoseconds since 1970.
  public let timestamp: Int64
  /// Its identifier.
  public let id: TransactionID
  /// The pending transaction that it resolved, if it did.
  public let resolves: TransactionID?
  /// Its flags.
  public let flags: TransactionFlags
  /// What was moved, reserved, or for a void given back.
  public let postings: [Posting]

  /// Tells an entry of a ledger's history.
  public init(_ entry: LedgerEntry) {
    ordinal = entry.ordinal
    timestamp = entry.transaction.timestamp
    id = entry.transaction.id
    resolves = entry.resolves
    flags = entry.transaction.flags
    postings = entry.postings
  }

  /// Puts the event's words.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(ordinal)
    sink.put(timestamp)
    sink.put(Int128(bitPattern: id.value))
    sink.put(Int128(bitPattern: resolves?.value ?? 0))
    sink.put(UInt64(flags.rawValue))
    sink.put(UInt64(postings.count))
    for posting in postings {
      sink.put(UInt64(posting.debit))
      sink.put(UInt64(posting.credit))
      sink.put(posting.amount)
    }
  }
}

extension CommitEvent {
  /// Reads an event back, or refuses words that make none.
  public init(decoding source: inout some WordSource & ~Copyable) throws(WordFailure) {
    ordinal = try source.take()
    guard ordinal > 0 else { throw .senseless(word: 0, what: "ordinal") }
    timestamp = try source.takeSigned()
    id = TransactionID(UInt128(bitPattern: try source.takeWide()))
    let resolved = UInt128(bitPattern: try source.takeWide())
    resolves = resolved == 0 ? nil : TransactionID(resolved)
    let word = try source.take()
    guard let raw = TransactionFlags.RawValue(exactly: word),
      TransactionFlags.known.isSuperset(of: TransactionFlags(rawValue: raw))
    else { throw .senseless(word: word, what: "set of flags") }
    flags = TransactionFlags(rawValue: raw)
    var read: [Posting] = []
    for _ in 0..<(try source.takeCount(limit: Self.postingsMax)) {
      let (debit, credit) = (try source.take(), try source.take())
      let amount = try source.takeWide()
      guard let debit = UInt32(exactly: debit), let credit = UInt32(exactly: credit), amount > 0
      else { throw .senseless(word: debit, what: "posting") }
      read.append(Posting(debit: debit, credit: credit, amount: amount))
    }
    postings = read
  }
}
