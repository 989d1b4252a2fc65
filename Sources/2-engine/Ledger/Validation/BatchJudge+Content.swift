import OmniCollections
import OmniCrypto
import OmniEncoding

// Step 1: what can be seen from one transaction, the accounts and the index.
extension BatchJudge {
  /// Finds, for every transaction, an earlier one of the batch with the same identifier.
  mutating func findDoubles(_ batch: borrowing TransactionBatch, _ books: borrowing Books) {
    for slot in table.indices { table[slot] = 0 }
    let mask = table.count - 1
    for index in 0..<batch.count {
      let id = batch.header(index).id
      let hash = books.index.hash(id)
      ids[index] = id
      hashes[index] = hash
      doubles[index] = 0
      var slot = Int(truncatingIfNeeded: hash) & mask
      while table[slot] != 0 {
        if let other = match(table[slot], id, hash) {
          doubles[index] = UInt32(other + 1)
          break
        }
        slot = (slot + 1) & mask
      }
      if table[slot] == 0 { table[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(index + 1) }
    }
  }

  /// The index that an entry of the table names, if it is that of `id`.
  @inline(__always)
  private func match(_ entry: UInt64, _ id: TransactionID, _ hash: UInt64) -> Int? {
    guard (entry ^ hash) & 0xFFFF_FFFF_0000_0000 == 0 else { return nil }
    let index = Int(entry & 0xFFFF_FFFF) - 1
    return ids[index] == id ? index : nil
  }

  /// The first transaction of the batch with the identifier `id`, or nil.
  @inline(__always)
  private func find(_ id: TransactionID, _ hash: UInt64) -> Int? {
    let mask = table.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while table[slot] != 0 {
      if let index = match(table[slot], id, hash) { return index }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Examines every transaction, shared out among the workers.
  mutating func examineAll(
    _ batch: borrowing TransactionBatch, _ books: borrowing Books,
    _ workers: borrowing some Workers & ~Copyable
  ) {
    let count = batch.count
    let share = (count + workers.count - 1) / max(1, workers.count)
    // Each worker writes to the columns' places of its own transactions only.
    workers.run { worker in
      let end = min(count, (worker + 1) * share)
      var first = min(count, worker * share)
      while first < end {
        let block = first..<min(end, first + Self.blockCount)
        lookUp(block, batch, books)
        for index in block { states[index] = examine(index, batch, books) }
        first = block.upperBound
      }
    }
  }

  /// For how many transactions the index is asked at once.
  private static var blockCount: Int { 64 }

  /// Finds identifiers and parents in the batch and in the books.
  private mutating func lookUp(
    _ block: Range<Int>, _ batch: borrowing TransactionBatch, _ books: borrowing Books
  ) {
    for index in block {
      books.index.prefetch(hashes[index])
      books.register.prefetch(batch.header(index).debit)
      books.register.prefetch(batch.header(index).credit)
      for place in Int(parentStarts[index])..<Int(parentStarts[index + 1]) {
        let parent = batch.parent(index, place - Int(parentStarts[index]))
        let hash = books.index.hash(parent)
        if let other = find(parent, hash) {
          parents[place] = Int64(other)
        } else {
          parentHashes[place] = hash
          books.index.prefetch(hash)
        }
      }
    }
    for index in block {
      for place in Int(parentStarts[index])..<Int(parentStarts[index + 1])
      where parents[place] == ParentReference.unknown {
        books.index.prefetchID(parentHashes[place])
      }
    }
    for index in block {
      let place = books.index.find(ids[index], hash: hashes[index])
      places[index] = place.map { UInt32($0 + 1) } ?? 0
      for place in Int(parentStarts[index])..<Int(parentStarts[index + 1])
      where parents[place] == ParentReference.unknown {
        let parent = batch.parent(index, place - Int(parentStarts[index]))
        if let known = books.index.find(parent, hash: parentHashes[place]) {
          parents[place] = ParentReference.committed(known)
        }
      }
    }
  }

  private mutating func examine(
    _ index: Int, _ batch: borrowing TransactionBatch, _ books: borrowing Books
  ) -> UInt8 {
    let header = batch.header(index)
    guard header.isWellFormed else { return Verdict.malformed.rawValue }
    guard header.id.isUsable else { return Verdict.idInvalid.rawValue }
    if let verdict = refusal(ofFlags: header) { return verdict.rawValue }
    if let verdict = resolveLegs(index, header, batch, books) { return verdict.rawValue }
    if let verdict = refusal(ofParents: index, header, batch) { return verdict.rawValue }
    if header.sender == header.debit && header.legCount > 0 {
      senders[index] = postings[Int(postingStarts[index])].debit
    } else {
      guard let sender = books.register.number(of: header.sender) else {
        return Verdict.unknownAccount.rawValue
      }
      senders[index] = UInt32(sender)
    }
    if let verdict = authorise(index, header, batch, books) { return verdict.rawValue }
    return Self.undecided
  }

  private func refusal(ofFlags header: TransactionHeader) -> Verdict? {
    let flags = header.flags
    if header.legCount == 0 {
      guard flags.isResolution else { return .legsMissing }
      guard header.amount == 0, header.debit.value == 0, header.credit.value == 0,
        header.asset == 0, header.digits == 0
      else { return .malformed }
    }
    if header.timeoutMilliseconds > 0 && !flags.contains(.pending) { return .timeoutWithoutPending }
    if flags.rawValue == 0 { return nil }
    let phases = flags.intersection([.pending, .post, .void])
    let isOnePhase = phases.rawValue & (phases.rawValue &- 1) == 0  // Wraps for the empty set.
    let isPlainResolution =
      !flags.isResolution || flags.isDisjoint(with: [.balancing, .closingDebit, .closingCredit])
    let isPlainImport = !flags.contains(.imported) || phases.isEmpty
    return isOnePhase && isPlainResolution && isPlainImport ? nil : .flagsConflict
  }

  /// Puts the legs into dense account numbers.
  private mutating func resolveLegs(
    _ index: Int, _ header: TransactionHeader, _ batch: borrowing TransactionBatch,
    _ books: borrowing Books
  ) -> Verdict? {
    let start = Int(postingStarts[index])
    for place in 0..<Int(header.legCount) {
      let leg = place == 0 ? TransferLeg(header) : batch.leg(index, place)
      guard leg.amount > 0 else { return .amountNotPositive }
      guard leg.debit != leg.credit else { return .sameAccount }
      guard let debit = books.register.number(of: leg.debit),
        let credit = books.register.number(of: leg.credit)
      else { return .unknownAccount }
      guard books.facts[debit].asset == leg.asset, books.facts[credit].asset == leg.asset,
        books.facts[debit].digits == leg.digits, books.facts[credit].digits == leg.digits
      else { return .assetMismatch }
      guard leg.amount <= AccountState.sumMax else { return .overflow }
      postings[start + place] = Posting(
        debit: UInt32(debit), credit: UInt32(credit), amount: leg.amount)
    }
    return nil
  }

  /// Whether the parents are in order, and their digest is theirs.
  private func refusal(
    ofParents index: Int, _ header: TransactionHeader, _ batch: borrowing TransactionBatch
  ) -> Verdict? {
    var last = TransactionID(0)
    for place in 0..<Int(header.parentCount) {
      let parent = batch.parent(index, place)
      guard place == 0 || parent > last else { return .parentsUnordered }
      if parent == header.id { return .cycle }
      last = parent
    }
    if header.parentCount == 0 {
      return header.parentsDigest == SIMD4() ? nil : .digestMismatch
    }
    let first = header.furtherLegWords
    let digest = SHA256.digest(ofWords: 2 * Int(header.parentCount)) {
      batch.tailWord(index, first + $0)
    }
    return digest == header.parentsDigest ? nil : .digestMismatch
  }

  /// Whether the sender may order this, and has signed if it must.
  private func authorise(
    _ index: Int, _ header: TransactionHeader, _ batch: borrowing TransactionBatch,
    _ books: borrowing Books
  ) -> Verdict? {
    for place in Int(postingStarts[index])..<Int(postingStarts[index + 1]) {
      let posting = postings[place]
      guard isFree(posting.debit, .credit, of: senders[index], books),
        isFree(posting.credit, .debit, of: senders[index], books)
      else { return .notAuthorized }
    }
    let sender = Int(senders[index])
    guard books.facts[sender].needsSignature else {
      return header.signatureCount == 0 ? nil : .badSignature
    }
    guard header.signatureCount == 1 else { return .signatureMissing }
    if !checksSignatures { return nil }
    guard let key = books.register.terms[sender].publicKey else { return .badSignature }
    let words = 16 + Int(header.tailWords) - TransactionHeader.signatureWords
    let message = CanonicalWords(header)
    let isSigned = key.verifies(
      messageWords: words,
      { $0 < 16 ? message.word($0) : batch.tailWord(index, $0 - 16) },
      signature: { batch.tailWord(index, words - 16 + $0) })
    return isSigned ? nil : .badSignature
  }
}

extension BatchJudge {
  /// Whether `sender` may make the balance of `account` smaller, which an entry on the side other
  /// than `side` does not.
  fileprivate func isFree(
    _ account: UInt32, _ side: NormalSide, of sender: UInt32, _ books: borrowing Books
  ) -> Bool {
    !books.facts[Int(account)].needsSignature || account == sender
      || books.facts[Int(account)].normal != side
  }
}

/// The words of a header, by their place.
private struct CanonicalWords {
  private let words: [UInt64]

  init(_ header: TransactionHeader) {
    var array = WordArray()
    header.encode(into: &array)
    words = array.words
  }

  func word(_ place: Int) -> UInt64 { words[place] }
}
