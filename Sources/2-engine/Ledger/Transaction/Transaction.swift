public import OmniCrypto
public import OmniEncoding

/// A transaction as a value, for whoever makes, shows or checks one; batches hold the hot form.
public struct Transaction: Sendable, Equatable {
  /// The client's name for it.
  public var id: TransactionID
  /// The account that orders it and counts its nonces.
  public var sender: AccountKey
  /// The movements; none when a pending transaction is resolved in full.
  public var legs: [TransferLeg]
  /// The place in the sender's series, from 1.
  public var nonce: UInt64
  /// The transactions that must be in the books before it.
  public var parents: [TransactionID]
  /// What it is, beside a plain movement.
  public var flags: TransactionFlags
  /// After how many milliseconds a pending transaction expires; 0 for never.
  public var timeoutMilliseconds: UInt32
  /// When it takes place, in nanoseconds since 1970, UTC.
  public var timestamp: Int64
  /// The sender's signature, as eight words of its 64 bytes, or nil.
  public var signature: [UInt64]?

  /// Creates a transaction; parents are put in order, and doubles among them dropped.
  public init(
    id: TransactionID, sender: AccountKey, legs: [TransferLeg], nonce: UInt64, timestamp: Int64
  ) {
    self.id = id
    self.sender = sender
    self.legs = legs
    self.nonce = nonce
    self.timestamp = timestamp
    parents = []
    flags = []
    timeoutMilliseconds = 0
  }

  /// Takes the transaction at `index` out of a batch.
  public init(_ batch: borrowing TransactionBatch, at index: Int) {
    let header = batch.header(index)
    id = header.id
    sender = header.sender
    legs = (0..<Int(header.legCount)).map { batch.leg(index, $0) }
    nonce = header.nonce
    parents = (0..<Int(header.parentCount)).map { batch.parent(index, $0) }
    flags = header.flags
    timeoutMilliseconds = header.timeoutMilliseconds
    timestamp = header.timestamp
    let first = header.furtherLegWords + 2 * Int(header.parentCount)
    signature =
      header.signatureCount == 0
      ? nil : (0..<TransactionHeader.signatureWords).map { batch.tailWord(index, first + $0) }
  }

  /// The header, with the digest of the parents.
  ///
  /// - Precondition: there are no more legs and parents than the canonical form has room for.
  public var header: TransactionHeader {
    precondition(legs.count <= TransactionHeader.legsMax, "at most 16 legs")
    precondition(parents.count <= TransactionHeader.parentsMax, "at most 64 parents")
    var header = TransactionHeader(id: id, sender: sender, nonce: nonce, timestamp: timestamp)
    if let leg = legs.first { header.setFirstLeg(leg) }
    header.timeoutMilliseconds = timeoutMilliseconds
    header.flags = flags
    header.legCount = UInt8(legs.count)
    header.parentCount = UInt16(parents.count)
    header.signatureCount = signature == nil ? 0 : 1
    header.tailWords = UInt16(header.tailWordsWanted)
    header.parentsDigest = Self.digest(ofParents: parents)
    return header
  }

  /// The digest of parents, as the header has it.
  public static func digest(ofParents parents: [TransactionID]) -> SIMD4<UInt64> {
    if parents.isEmpty { return SIMD4() }
    var words = WordArray()
    for parent in parents {
      words.put(parent.low)
      words.put(parent.high)
    }
    let digest = SHA256.digest(of: words.bytes).words
    return SIMD4(
      digest.0.byteSwapped, digest.1.byteSwapped, digest.2.byteSwapped, digest.3.byteSwapped)
  }

  /// The canonical form, in bytes.
  public var canonicalBytes: [UInt8] {
    var words = WordArray()
    header.encode(into: &words)
    for word in tail(signed: true) { words.put(word) }
    return words.bytes
  }

  /// What the sender signs: the canonical form without the signature's words.
  ///
  /// The header already counts them, so a signature cannot be taken off unseen.
  public var signedBytes: [UInt8] {
    var copy = self
    copy.signature = copy.signature ?? Array(repeating: 0, count: 8)
    var words = WordArray()
    copy.header.encode(into: &words)
    for word in tail(signed: false) { words.put(word) }
    return words.bytes
  }

  /// SHA-256 over the canonical form.
  public var digest: Digest256 { SHA256.digest(of: canonicalBytes) }

  /// Signs with `key`.
  public mutating func sign(with key: Ed25519.SecretKey) {
    let bytes = key.signature(of: signedBytes)
    signature = (0..<8).map { word in
      bytes[8 * word..<8 * word + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  private func tail(signed: Bool) -> [UInt64] {
    var words: [UInt64] = []
    for leg in legs.dropFirst() {
      words.append(UInt64(truncatingIfNeeded: leg.amount))
      words.append(UInt64(truncatingIfNeeded: leg.amount >> 64))
      words += [leg.debit.value, leg.credit.value, leg.asset, UInt64(leg.digits)]
    }
    for parent in parents { words += [parent.low, parent.high] }
    if signed { words += signature ?? [] }
    return words
  }
}

extension TransactionBatch {
  /// Adds `transaction` as it is.
  ///
  /// - Precondition: the batch is not full.
  public mutating func append(_ transaction: Transaction, origin: UInt64 = 0) {
    for leg in transaction.legs.dropFirst() { putTail(leg) }
    for parent in transaction.parents { putTail(parent) }
    for word in transaction.signature ?? [] { putTail(word) }
    append(transaction.header, origin: origin)
  }
}

extension TransactionHeader {
  /// Puts the 16 words of the header.
  @inlinable
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(id.low)
    sink.put(id.high)
    sink.put(amount)
    sink.put(sender.value)
    sink.put(debit.value)
    sink.put(credit.value)
    sink.put(asset)
    sink.put(nonce)
    sink.put(timestamp)
    sink.put(
      UInt64(timeoutMilliseconds) | UInt64(flags.rawValue) << 32 | UInt64(legCount) << 48
        | UInt64(digits) << 56)
    sink.put(
      UInt64(parentCount) | UInt64(tailWords) << 16 | UInt64(version) << 32
        | UInt64(signatureCount) << 40 | UInt64(reserved) << 48)
    for index in 0..<4 { sink.put(parentsDigest[index]) }
  }
}
