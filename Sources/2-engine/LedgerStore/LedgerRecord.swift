import OmniCrypto
package import OmniEncoding
import OmniLedger
import OmniMoney
package import OmniWriteAheadLog

/// What a frame of a ledger's log holds.
///
/// The numbers are never given to another kind.
public enum LedgerRecord: UInt16, Sendable, CaseIterable {
  /// Accounts that were opened, by their terms, in the order of their numbers.
  case accountsOpened = 1
  /// Transactions in the order of application, each in its canonical form.
  case transactionsCommitted = 2
  /// The ledger's time was moved on without a transaction.
  case timeAdvanced = 3
  /// A key by which the ledger's checkpoints are signed from then on: the text of a signed note.
  case keyDeclared = 4
  /// A part of a snapshot: the state of the books in words.
  case snapshotPart = 16

  /// How many bytes the text of a key has at most.
  public static let keyTextBytesMax = 8_192
}

extension AccountTerms {
  /// Puts the terms, as a frame holds them.
  package func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(name)
    sink.put(currency.packedCode)
    sink.put(
      UInt64(currency.minorDigits) | UInt64(normal.rawValue) << 8 | UInt64(limit == nil ? 0 : 1)
        << 16
        | UInt64(publicKey == nil ? 0 : 1) << 24)
    sink.put(limit ?? 0)
    let words = publicKey.flatMap { Digest256($0.bytes) }?.words ?? (0, 0, 0, 0)
    sink.put(words.0.byteSwapped)
    sink.put(words.1.byteSwapped)
    sink.put(words.2.byteSwapped)
    sink.put(words.3.byteSwapped)
  }

  /// Takes terms that were put before.
  package init(from source: inout some WordSource & ~Copyable) throws(WordFailure) {
    let name = try source.takeText(limit: Self.nameBytesMax)
    let code = try source.take()
    let word = try source.take()
    let limit = try source.takeWide()
    let key = (
      try source.take().byteSwapped, try source.take().byteSwapped, try source.take().byteSwapped,
      try source.take().byteSwapped
    )
    let hasKey = word >> 24 & 0xFF == 1
    guard word >> 32 == 0, word >> 24 & 0xFF <= 1, word >> 16 & 0xFF <= 1,
      let normal = NormalSide(rawValue: UInt8(truncatingIfNeeded: word >> 8)),
      let terms = AccountTerms(
        name: name, currency: Currency(packedCode: code, minorDigits: UInt8(word & 0xFF)),
        normal: normal, limit: word >> 16 & 0xFF == 1 ? limit : nil,
        publicKey: hasKey ? Ed25519.PublicKey(Digest256(words: key).bytes) : nil)
    else { throw .senseless(word: word, what: "set of an account's terms") }
    self = terms
  }
}

extension TransactionBatch {
  /// Puts the canonical form of the transaction at `index`.
  package func encode(_ index: Int, into sink: inout some WordSink & ~Copyable) {
    let header = header(index)
    header.encode(into: &sink)
    for word in 0..<Int(header.tailWords) { sink.put(tailWord(index, word)) }
  }

  /// Takes the next transaction, which was put before; says whether there was room for it.
  ///
  /// - Precondition: the batch is not full.
  package mutating func decode(
    from source: inout some WordSource & ~Copyable, origin: UInt64
  ) throws(WordFailure) {
    let header = try TransactionHeader(from: &source)
    for _ in 0..<Int(header.tailWords) { putTail(try source.take()) }
    append(header, origin: origin)
  }
}

extension TransactionHeader {
  /// How many words the next transaction of a frame's body has with its tail, or nil when there are
  /// not as many.
  @inline(__always)
  package static func wordCount(in body: borrowing FrameBody) -> Int? {
    guard body.wordsLeft >= byteCount / 8 else { return nil }
    // The twelfth word says how many words follow the header.
    let count = byteCount / 8 + Int(body.peek(11) >> 16 & 0xFFFF)
    return body.wordsLeft >= count ? count : nil
  }

  /// Takes a header that was put before.
  package init(from source: inout some WordSource & ~Copyable) throws(WordFailure) {
    let id = TransactionID(low: try source.take(), high: try source.take())
    let amount = try source.takeWide()
    let sender = AccountKey(try source.take())
    let debit = AccountKey(try source.take())
    let credit = AccountKey(try source.take())
    let asset = try source.take()
    let nonce = try source.take()
    self.init(id: id, sender: sender, nonce: nonce, timestamp: try source.takeSigned())
    self.amount = amount
    self.debit = debit
    self.credit = credit
    self.asset = asset
    let first = try source.take()
    timeoutMilliseconds = UInt32(truncatingIfNeeded: first)
    flags = TransactionFlags(rawValue: UInt16(truncatingIfNeeded: first >> 32))
    legCount = UInt8(truncatingIfNeeded: first >> 48)
    digits = UInt8(truncatingIfNeeded: first >> 56)
    let second = try source.take()
    parentCount = UInt16(truncatingIfNeeded: second)
    tailWords = UInt16(truncatingIfNeeded: second >> 16)
    version = UInt8(truncatingIfNeeded: second >> 32)
    signatureCount = UInt8(truncatingIfNeeded: second >> 40)
    reserved = UInt16(truncatingIfNeeded: second >> 48)
    for index in 0..<4 { parentsDigest[index] = try source.take() }
    guard Int(tailWords) <= Self.tailWordsMax else {
      throw .senseless(word: second, what: "length of a transaction's tail")
    }
  }
}
