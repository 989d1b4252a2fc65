import OmniCollections
public import OmniCrypto
public import OmniEncoding

extension Books {
  /// The digest of the whole state: accounts, balances, nonces, what is pending, every identifier.
  public var digest: Digest256 {
    var sink = DigestSink()
    encode(into: &sink)
    return sink.finish()
  }

  /// Puts the canonical form of the whole state but for the terms of the accounts.
  ///
  /// The terms are in the ledger's log; only how many there are is put, as a check.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(time)
    sink.put(UInt64(accounts.count))
    for number in accounts.indices {
      sink.put(accounts[number].debits)
      sink.put(accounts[number].credits)
      sink.put(accounts[number].pendingDebits)
      sink.put(accounts[number].pendingCredits)
      sink.put(nonces[number])
      sink.put(facts[number].isClosed)
    }
    sink.put(UInt64(pendings.entries.count))
    for number in pendings.entries.indices {
      let entry = pendings.entries[number]
      sink.put(entry.place)
      sink.put(entry.expiry)
      sink.put(
        UInt64(entry.state.rawValue) | UInt64(entry.postingCount) << 8
          | UInt64(entry.flags.rawValue) << 16)
      for offset in 0..<Int(entry.postingCount) {
        let posting = pendings.postings[Int(entry.firstPosting) + offset]
        sink.put(UInt64(posting.debit) | UInt64(posting.credit) << 32)
        sink.put(posting.amount)
      }
    }
    sink.put(UInt64(index.count))
    for place in index.ids.indices {
      sink.put(index.ids[place].low)
      sink.put(index.ids[place].high)
    }
  }

  /// Replaces the state by what was put before, or refuses and leaves the books unusable.
  ///
  /// - Precondition: the books have the accounts of that time, and no transaction.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) { try decode(from: &source, forgetting: nil) }

  /// The same, with a mistake, for simulations.
  package mutating func decode(
    from source: inout some WordSource & ~Copyable, forgetting sabotage: LedgerSabotage?
  ) throws(WordFailure) {
    precondition(index.count == 0, "books without transactions")
    time = try source.takeSigned()
    guard try source.takeCount(limit: .max) == accounts.count else {
      throw .senseless(word: UInt64(accounts.count), what: "count of accounts of these books")
    }
    for number in accounts.indices { try decodeAccount(number, from: &source) }
    for _ in 0..<(try source.takeCount(limit: TransactionIndex.countMax)) {
      try decodeEntry(from: &source)
    }
    let count = try source.takeCount(limit: TransactionIndex.countMax)
    for _ in 0..<count {
      let id = TransactionID(low: try source.take(), high: try source.take())
      guard id.isUsable else { throw .senseless(word: id.low, what: "identifier") }
      // Whoever forgets an identifier still counts the transaction.
      index.insert(sabotage == .forgetIdentifiers ? TransactionID(~id.value) : id)
    }
    if sabotage == .forgetNonces { for number in nonces.indices { nonces[number] = 0 } }
    guard trialBalance().allSatisfy(\.isBalanced) else {
      throw .senseless(word: 0, what: "set of balances that sum to zero")
    }
  }

  private mutating func decodeAccount(
    _ number: Int, from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    let sums = (
      try source.takeWide(), try source.takeWide(), try source.takeWide(), try source.takeWide()
    )
    for sum in [sums.0, sums.1, sums.2, sums.3] where !(0...AccountState.sumMax).contains(sum) {
      throw .senseless(word: UInt64(truncatingIfNeeded: sum), what: "sum of debits or credits")
    }
    accounts[number].debits = sums.0
    accounts[number].credits = sums.1
    accounts[number].pendingDebits = sums.2
    accounts[number].pendingCredits = sums.3
    nonces[number] = try source.take()
    facts[number].isClosed = try source.takeFlag()
  }

  private mutating func decodeEntry(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    let place = try source.take()
    let expiry = try source.takeSigned()
    let word = try source.take()
    guard let state = PendingState(rawValue: UInt8(truncatingIfNeeded: word)) else {
      throw .senseless(word: word, what: "state of a pending transaction")
    }
    let count = Int(UInt8(truncatingIfNeeded: word >> 8))
    let first = pendings.postings.count
    for _ in 0..<count {
      let pair = try source.take()
      let posting = Posting(
        debit: UInt32(truncatingIfNeeded: pair), credit: UInt32(truncatingIfNeeded: pair >> 32),
        amount: try source.takeWide())
      guard Int(posting.debit) < accounts.count, Int(posting.credit) < accounts.count else {
        throw .senseless(word: pair, what: "pair of accounts of these books")
      }
      pendings.postings.append(posting)
    }
    pendings.open(
      PendingTable.Entry(
        place: place, expiry: expiry, postings: first..<first + count,
        flags: TransactionFlags(rawValue: UInt16(truncatingIfNeeded: word >> 16)), state: state))
  }

  /// What a recovery that forgets how far it has come would do, for simulations: the last balances
  /// count once more.
  package mutating func repeatLast() {
    for number in accounts.indices {
      accounts[number].debits += accounts[number].debits
      accounts[number].credits += accounts[number].credits
    }
  }
}
