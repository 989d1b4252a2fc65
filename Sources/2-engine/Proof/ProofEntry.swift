public import OmniCrypto
import OmniEncoding
public import OmniLedger
public import OmniLedgerStore
public import OmniWriteAheadLog

/// An entry of the log that is proven: a byte for its kind, then its content.
///
/// The kinds are those of the ledger's frames, and the content is what stands in them, so every frame
/// is covered: accounts, transactions, the ledger's time and its keys. `docs/reference/proof-format.md`
/// has the bytes.
public enum ProofEntry: Sendable, Equatable {
  /// An account was opened.
  case account(AccountTerms)
  /// A transaction was committed.
  case transaction(Transaction)
  /// The ledger's time was moved on, in nanoseconds since 1970.
  case time(Int64)
  /// A key was declared: the text of a signed note.
  case key(String)

  /// The entry's bytes.
  public var bytes: [UInt8] {
    var words = WordArray()
    switch self {
    case .account(let terms): terms.encode(into: &words)
    case .transaction(let transaction): return [kind] + transaction.canonicalBytes
    case .time(let instant): words.put(instant)
    case .key(let text): words.put(text)
    }
    return [kind] + words.bytes
  }

  /// The entry's leaf in the tree.
  public var leaf: MerkleHash { .leaf(bytes) }

  private var kind: UInt8 {
    let record: LedgerRecord =
      switch self {
      case .account: .accountsOpened
      case .transaction: .transactionsCommitted
      case .time: .timeAdvanced
      case .key: .keyDeclared
      }
    return UInt8(record.rawValue)
  }

  /// Reads an entry; whatever is read has just these bytes.
  public init(_ bytes: [UInt8]) throws(ProofFailure) {
    let content = bytes.dropFirst()
    guard let kind = bytes.first, content.count.isMultiple(of: 8) else {
      throw Self.malformed("\(bytes.count) bytes")
    }
    let words = stride(from: 1, to: bytes.count, by: 8).map { start in
      bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    var reader = WordArrayReader(words)
    let entry: Self
    do throws(WordFailure) {
      switch LedgerRecord(rawValue: UInt16(kind)) {
      case .accountsOpened: entry = .account(try AccountTerms(from: &reader))
      case .transactionsCommitted: entry = .transaction(try Transaction(canonical: words, &reader))
      case .timeAdvanced: entry = .time(try reader.takeSigned())
      case .keyDeclared: entry = .key(try reader.takeText(limit: LedgerRecord.keyTextBytesMax))
      case .snapshotPart, nil: throw .senseless(word: UInt64(kind), what: "kind of entry")
      }
    } catch {
      throw Self.malformed("\(error)")
    }
    guard reader.isAtEnd, entry.bytes == bytes else {
      throw Self.malformed("bytes that are not its own")
    }
    self = entry
  }

  private static func malformed(_ what: String) -> ProofFailure {
    .malformed(what: "an entry of \(what)", wanted: "an account, a transaction, a time or a key")
  }

  /// Calls `visit` with the bytes of each entry of a frame, whose body is taken from its start.
  public static func forEachEntry(
    of frame: WrittenFrame, _ body: inout FrameBody, _ visit: ([UInt8]) -> Void
  ) throws(ProofFailure) {
    guard frame.kind == LedgerRecord.transactionsCommitted.rawValue else {
      return try forEachLeaf(of: frame, &body) { entry, _ in
        if let entry { visit(entry.bytes) }
      }
    }
    for _ in 0..<frame.itemCount {
      guard let count = TransactionHeader.wordCount(in: body) else {
        throw .senseless(frame: frame.number, what: "a transaction that is cut off")
      }
      let words = WordArray((0..<count).map { body.peek($0) })
      visit([UInt8(frame.kind)] + words.bytes)
      body.skip(count)
    }
  }

  /// Calls `visit` with the leaf of each entry of a frame, whose body is taken from its start.
  ///
  /// - Complexity: some 150 ns a transaction, with no allocation for transactions.
  static func forEachLeaf(
    of frame: WrittenFrame, _ body: inout FrameBody, _ visit: (ProofEntry?, MerkleHash) -> Void
  ) throws(ProofFailure) {
    do throws(WordFailure) {
      switch LedgerRecord(rawValue: frame.kind) {
      case .transactionsCommitted:
        for _ in 0..<frame.itemCount {
          guard let count = TransactionHeader.wordCount(in: body) else { throw .exhausted }
          let kind = UInt8(LedgerRecord.transactionsCommitted.rawValue)
          visit(nil, MerkleHash.leaf(kind: kind, words: count) { body.peek($0) })
          body.skip(count)
        }
      case .accountsOpened:
        while !body.isAtEnd { put(.account(try AccountTerms(from: &body)), visit) }
      case .timeAdvanced: put(.time(try body.takeSigned()), visit)
      case .keyDeclared:
        put(.key(try body.takeText(limit: LedgerRecord.keyTextBytesMax)), visit)
      case .snapshotPart, nil: throw .senseless(word: UInt64(frame.kind), what: "kind of frame")
      }
      guard body.isAtEnd else { throw .senseless(word: 0, what: "end of the frame") }
    } catch {
      throw .senseless(frame: frame.number, what: "\(error)")
    }
  }

  private static func put(_ entry: ProofEntry, _ visit: (ProofEntry?, MerkleHash) -> Void) {
    visit(entry, entry.leaf)
  }
}

extension Transaction {
  /// Takes a transaction's canonical form, `words`, out of a reader at their start.
  init(canonical words: [UInt64], _ reader: inout WordArrayReader) throws(WordFailure) {
    guard words.count >= 16 else { throw .exhausted }
    let legs = Int(words[10] >> 48 & 0xFF)
    let parents = Int(words[11] & 0xFFFF)
    let tail = Int(words[11] >> 16 & 0xFFFF)
    let signatures = Int(words[11] >> 40 & 0xFF)
    guard legs <= TransactionHeader.legsMax, parents <= TransactionHeader.parentsMax,
      signatures <= 1,
      tail == max(0, legs - 1) * TransactionHeader.legWords + 2 * parents
        + signatures * TransactionHeader.signatureWords,
      words.count == 16 + tail
    else { throw .senseless(word: words[11], what: "set of a transaction's counts") }
    var batch = TransactionBatch(capacity: 1)
    try batch.decode(from: &reader, origin: 0)
    self.init(batch, at: 0)
  }
}
