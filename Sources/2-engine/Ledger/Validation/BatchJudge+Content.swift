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
      var slot = Int(truncatingIfNeeded: books.index.hash(id)) & mask
      doubles[index] = 0
      while table[slot] != 0 {
        let other = table[slot]
        if batch.header(Int(other) - 1).id == id {
          doubles[index] = other
          break
        }
        slot = (slot + 1) & mask
      }
      if table[slot] == 0 { table[slot] = UInt32(index + 1) }
    }
  }

  /// The first transaction of the batch with the identifier `id`, or nil.
  private func find(
    _ id: TransactionID, _ batch: borrowing TransactionBatch, _ books: borrowing Books
  ) -> Int? {
    let mask = table.count - 1
    var slot = Int(truncatingIfNeeded: books.index.hash(id)) & mask
    while table[slot] != 0 {
      if batch.header(Int(table[slot]) - 1).id == id { return Int(table[slot]) - 1 }
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
      for index in min(count, worker * share)..<min(count, (worker + 1) * share) {
        states[index] = examine(index, batch, books)
      }
    }
  }

  private mutating func examine(
    _ index: Int, _ batch: borrowing TransactionBatch, _ books: borrowing Books
  ) -> UInt8 {
    let header = batch.header(index)
    places[index] = books.index.find(header.id).map { UInt32($0 + 1) } ?? 0
    guard header.isWellFormed else { return Verdict.malformed.rawValue }
    guard header.id.isUsable else { return Verdict.idInvalid.rawValue }
    if let verdict = refusal(ofFlags: header) { return verdict.rawValue }
    if let verdict = resolveLegs(index, header, batch, books) { return verdict.rawValue }
    if let verdict = resolveParents(index, header, batch, books) { return verdict.rawValue }
    guard let sender = books.register.number(of: header.sender) else {
      return Verdict.unknownAccount.rawValue
    }
    senders[index] = UInt32(sender)
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
      guard books.accounts[debit].asset == leg.asset, books.accounts[credit].asset == leg.asset,
        books.accounts[debit].digits == leg.digits, books.accounts[credit].digits == leg.digits
      else { return .assetMismatch }
      guard leg.amount <= AccountState.sumMax else { return .overflow }
      postings[start + place] = Posting(
        debit: UInt32(debit), credit: UInt32(credit), amount: leg.amount)
    }
    return nil
  }

  /// Finds the parents, in the batch first: there most of them are.
  private mutating func resolveParents(
    _ index: Int, _ header: TransactionHeader, _ batch: borrowing TransactionBatch,
    _ books: borrowing Books
  ) -> Verdict? {
    let start = Int(parentStarts[index])
    var last = TransactionID(0)
    for place in 0..<Int(header.parentCount) {
      let parent = batch.parent(index, place)
      guard place == 0 || parent > last else { return .parentsUnordered }
      if parent == header.id { return .cycle }
      last = parent
      if let other = find(parent, batch, books) {
        parents[start + place] = Int64(other)
      } else if let known = books.index.find(parent) {
        parents[start + place] = ParentReference.committed(known)
      }
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
    guard books.accounts[sender].needsSignature else {
      return header.signatureCount == 0 ? nil : .badSignature
    }
    guard header.signatureCount == 1 else { return .signatureMissing }
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
    !books.accounts[Int(account)].needsSignature || account == sender
      || books.accounts[Int(account)].normal != side
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
