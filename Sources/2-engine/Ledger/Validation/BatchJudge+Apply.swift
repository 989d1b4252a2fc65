import OmniCollections

// Step 3: balances and pending transactions.
extension BatchJudge {
  /// Applies the first `count` of ``order``.
  mutating func apply(
    _ batch: borrowing TransactionBatch, _ books: inout Books, count: Int,
    _ workers: borrowing some Workers & ~Copyable
  ) {
    guard workers.count > 1, share(batch, &books, count: count, workerCount: workers.count) else {
      applyShare(batch, &books, count: count, worker: nil)
      return
    }
    // Each worker writes to the accounts, entries and columns of its own components only.
    workers.run { worker in
      applyShare(batch, &books, count: count, worker: worker)
    }
  }

  /// Applies those that are `worker`'s, or all.
  private mutating func applyShare(
    _ batch: borrowing TransactionBatch, _ books: inout Books, count: Int, worker: Int?
  ) {
    var place = 0
    while place < count {
      let first = Int(order[place])
      let group = groups[first]
      var end = place + 1
      while end < count && groups[Int(order[end])] == group { end += 1 }
      // What a later one touches, asked for now, is there when its turn comes.
      let ahead = Int(postingStarts[Int(order[min(place + 16, count - 1)])])
      if ahead < postings.count {
        books.accounts.prefetch(Int(postings[ahead].debit))
        books.accounts.prefetch(Int(postings[ahead].credit))
      }
      if worker == nil || components.worker(of: first) == worker {
        if end == place + 1 {
          states[first] = applyOne(first, batch, &books).rawValue
        } else {
          applyGroup(place..<end, batch, &books)
        }
      }
      place = end
    }
  }

  /// Applies a linked group, or nothing of it.
  private mutating func applyGroup(
    _ range: Range<Int>, _ batch: borrowing TransactionBatch, _ books: inout Books
  ) {
    for place in range {
      let index = Int(order[place])
      let verdict = applyOne(index, batch, &books)
      states[index] = verdict.rawValue
      if verdict == .accepted { continue }
      for earlier in (range.lowerBound..<place).reversed() where sabotage != .keepFailedGroup {
        undo(Int(order[earlier]), batch, &books)
      }
      for other in range where other != place {
        states[Int(order[other])] = Verdict.linkedFailed.rawValue
      }
      return
    }
  }

  /// Applies one transaction, or leaves everything as it was.
  private mutating func applyOne(
    _ index: Int, _ batch: borrowing TransactionBatch, _ books: inout Books
  ) -> Verdict {
    for place in Int(parentStarts[index])..<Int(parentStarts[index + 1]) where parents[place] >= 0 {
      let parent = Int(parents[place])
      if places[parent] == 0 && states[parent] != Verdict.accepted.rawValue,
        sabotage != .ignoreParents
      {
        return .parentRejected
      }
    }
    let header = batch.header(index)
    let sender = Int(senders[index])
    let isInSeries = !header.isOutOfSeries
    if isInSeries, header.nonce != books.nonces[sender] &+ 1 { return .nonceGap }
    let refusal =
      header.flags.isResolution
      ? resolve(index, header, batch, &books) : move(index, header, &books)
    if let refusal { return refusal }
    if isInSeries && sabotage != .reuseNonce { books.nonces[sender] = header.nonce }
    return .accepted
  }

  // MARK: Movements

  /// Moves or reserves the amounts of all legs, or none.
  private mutating func move(
    _ index: Int, _ header: TransactionHeader, _ books: inout Books
  ) -> Verdict? {
    let range = Int(postingStarts[index])..<Int(postingStarts[index + 1])
    for place in range {
      guard let refusal = moveLeg(place, header.flags, &books) else { continue }
      moveBack(range.lowerBound..<place, header.flags, &books)
      return refusal
    }
    // What all legs together leave counts, not what stands between them.
    for place in range where sabotage != .skipLimit && !isWithinLimits(postings[place], books) {
      moveBack(range, header.flags, &books)
      return .insufficientFunds
    }
    if header.flags.contains(.closingDebit) { close(range, \.debit, &books, true) }
    if header.flags.contains(.closingCredit) { close(range, \.credit, &books, true) }
    pendingStates[index] = PendingState.open.rawValue
    return nil
  }

  private func isWithinLimits(_ posting: Posting, _ books: borrowing Books) -> Bool {
    books.available(Int(posting.debit)) ?? 0 >= 0 && books.available(Int(posting.credit)) ?? 0 >= 0
  }

  private func close(
    _ range: Range<Int>, _ side: KeyPath<Posting, UInt32>, _ books: inout Books, _ isClosed: Bool
  ) {
    for place in range { books.facts[Int(postings[place][keyPath: side])].isClosed = isClosed }
  }

  private mutating func moveLeg(
    _ place: Int, _ flags: TransactionFlags, _ books: inout Books
  ) -> Verdict? {
    let debit = Int(postings[place].debit)
    let credit = Int(postings[place].credit)
    if books.facts[debit].isClosed || books.facts[credit].isClosed { return .accountClosed }
    if flags.contains(.balancing) {
      let amount = balancedAmount(postings[place], books)
      guard amount > 0 else { return .insufficientFunds }
      postings[place].amount = amount
    }
    let amount = postings[place].amount
    let debits = books.accounts[debit].debits + books.accounts[debit].pendingDebits + amount
    let credits = books.accounts[credit].credits + books.accounts[credit].pendingCredits + amount
    guard debits <= AccountState.sumMax, credits <= AccountState.sumMax else { return .overflow }
    if flags.contains(.pending) {
      books.accounts[debit].pendingDebits += amount
      books.accounts[credit].pendingCredits += amount
    } else {
      books.accounts[debit].debits += amount
      if sabotage != .dropCredit { books.accounts[credit].credits += amount }
    }
    return nil
  }

  /// How much of a balancing posting the limits of its accounts allow.
  private func balancedAmount(_ posting: Posting, _ books: borrowing Books) -> Int128 {
    var amount = posting.amount
    let (debit, credit) = (Int(posting.debit), Int(posting.credit))
    if books.facts[debit].normal == .credit, let room = books.available(debit) {
      amount = min(amount, room)
    }
    if books.facts[credit].normal == .debit, let room = books.available(credit) {
      amount = min(amount, room)
    }
    return amount
  }

  private func moveBack(_ range: Range<Int>, _ flags: TransactionFlags, _ books: inout Books) {
    for place in range {
      let posting = postings[place]
      if flags.contains(.pending) {
        books.accounts[Int(posting.debit)].pendingDebits -= posting.amount
        books.accounts[Int(posting.credit)].pendingCredits -= posting.amount
      } else {
        books.accounts[Int(posting.debit)].debits -= posting.amount
        books.accounts[Int(posting.credit)].credits -= posting.amount
      }
    }
  }

  /// Takes back what ``applyOne(_:_:_:)`` accepted; in the opposite order.
  private mutating func undo(
    _ index: Int, _ batch: borrowing TransactionBatch, _ books: inout Books
  ) {
    let header = batch.header(index)
    if !header.isOutOfSeries { books.nonces[Int(senders[index])] = header.nonce - 1 }
    if header.flags.isResolution {
      unresolve(index, header, batch, &books)
      return
    }
    let range = Int(postingStarts[index])..<Int(postingStarts[index + 1])
    moveBack(range, header.flags, &books)
    // A closed account refuses every posting, so before this one it was open.
    if header.flags.contains(.closingDebit) { close(range, \.debit, &books, false) }
    if header.flags.contains(.closingCredit) { close(range, \.credit, &books, false) }
  }
}
