import OmniCollections

// The second phase of pending transactions.
extension BatchJudge {
  /// A pending transaction, wherever it is.
  private struct Target {
    /// Where its postings are: in the batch's column or in the books' table.
    let isInBatch: Bool
    let postings: Range<Int>
    let flags: TransactionFlags
    let expiry: Int64
    let state: PendingState
  }

  private func target(
    _ reference: Int64, _ batch: borrowing TransactionBatch, _ books: borrowing Books
  ) -> Target {
    if let place = ParentReference.place(reference) {
      let entry = books.pendings.entries[place]
      let first = Int(entry.firstPosting)
      return Target(
        isInBatch: false, postings: first..<first + Int(entry.postingCount), flags: entry.flags,
        expiry: entry.expiry, state: entry.state)
    }
    let index = Int(reference)
    let header = batch.header(index)
    return Target(
      isInBatch: true, postings: Int(postingStarts[index])..<Int(postingStarts[index + 1]),
      flags: header.flags, expiry: header.expiry,
      state: PendingState(rawValue: pendingStates[index]) ?? .open)
  }

  private func posting(_ target: Target, _ offset: Int, _ books: borrowing Books) -> Posting {
    let place = target.postings.lowerBound + offset
    return target.isInBatch ? postings[place] : books.pendings.postings[place]
  }

  /// Posts or voids, or leaves everything as it was.
  mutating func resolve(
    _ index: Int, _ header: TransactionHeader, _ batch: borrowing TransactionBatch,
    _ books: inout Books
  ) -> Verdict? {
    let target = target(targets[index], batch, books)
    switch target.state {
    case .open: break
    case .posted: return .pendingPosted
    case .voided: return .pendingVoided
    case .expired: return .pendingExpired
    }
    if header.timestamp >= target.expiry { return .pendingExpired }
    let isPost = header.flags.contains(.post)
    if let refusal = mismatch(index, header, target, books) { return refusal }
    let isClosing = !target.flags.isDisjoint(with: [.closingDebit, .closingCredit])
    for offset in 0..<target.postings.count where isPost && !isClosing {
      let posting = posting(target, offset, books)
      if books.facts[Int(posting.debit)].isClosed || books.facts[Int(posting.credit)].isClosed {
        return .accountClosed
      }
    }
    settle(index, target, &books, isPost: isPost, isUndo: false)
    note(isPost ? .posted : .voided, targets[index], &books)
    return nil
  }

  /// Whether the resolution's own legs, if it has any, contradict the pending ones.
  private func mismatch(
    _ index: Int, _ header: TransactionHeader, _ target: Target, _ books: borrowing Books
  ) -> Verdict? {
    if header.legCount == 0 { return nil }
    guard Int(header.legCount) == target.postings.count else { return .pendingMismatch }
    for offset in 0..<target.postings.count {
      let own = postings[Int(postingStarts[index]) + offset]
      let reserved = posting(target, offset, books)
      guard own.debit == reserved.debit, own.credit == reserved.credit else {
        return .pendingMismatch
      }
      guard own.amount <= reserved.amount else { return .pendingExceeded }
      if header.flags.contains(.void) && own.amount != reserved.amount { return .pendingMismatch }
    }
    return nil
  }

  /// Gives back what was reserved and posts what is to be posted, or the other way round.
  private mutating func settle(
    _ index: Int, _ target: Target, _ books: inout Books, isPost: Bool, isUndo: Bool
  ) {
    let start = Int(postingStarts[index])
    let hasLegs = postingStarts[index + 1] > postingStarts[index]
    let sign: Int128 = isUndo ? -1 : 1
    for offset in 0..<target.postings.count {
      let reserved = posting(target, offset, books)
      let debit = Int(reserved.debit)
      let credit = Int(reserved.credit)
      let given =
        sabotage == .keepRest && isPost && hasLegs
        ? postings[start + offset].amount : reserved.amount
      books.accounts[debit].pendingDebits -= sign * given
      books.accounts[credit].pendingCredits -= sign * given
      if isPost {
        let amount = hasLegs ? postings[start + offset].amount : reserved.amount
        books.accounts[debit].debits += sign * amount
        books.accounts[credit].credits += sign * amount
      } else {
        // Voiding a transaction that closed accounts opens them again.
        if target.flags.contains(.closingDebit) { books.facts[debit].isClosed = isUndo }
        if target.flags.contains(.closingCredit) { books.facts[credit].isClosed = isUndo }
      }
    }
  }

  private mutating func note(_ state: PendingState, _ reference: Int64, _ books: inout Books) {
    if let place = ParentReference.place(reference) {
      books.pendings.entries[place].state = state
    } else {
      pendingStates[Int(reference)] = state.rawValue
    }
  }

  /// Takes a resolution back.
  mutating func unresolve(
    _ index: Int, _ header: TransactionHeader, _ batch: borrowing TransactionBatch,
    _ books: inout Books
  ) {
    note(.open, targets[index], &books)
    settle(
      index, target(targets[index], batch, books), &books, isPost: header.flags.contains(.post),
      isUndo: true)
  }

  /// Calls `body` with what the accepted transaction at `index` moved or reserved.
  ///
  /// A resolution without legs moved what was reserved; a void gives it back.
  public func forEachPosting(
    _ index: Int, _ batch: borrowing TransactionBatch, _ books: borrowing Books,
    _ body: (Posting) -> Void
  ) {
    let range = Int(postingStarts[index])..<Int(postingStarts[index + 1])
    if range.isEmpty && batch.header(index).flags.isResolution {
      let target = target(targets[index], batch, books)
      for offset in 0..<target.postings.count { body(posting(target, offset, books)) }
      return
    }
    for place in range { body(postings[place]) }
  }

  /// The identifier of the pending transaction that the accepted resolution at `index` resolved.
  public func resolved(
    _ index: Int, _ batch: borrowing TransactionBatch, _ books: borrowing Books
  ) -> TransactionID? {
    guard batch.header(index).flags.isResolution else { return nil }
    guard let place = ParentReference.place(targets[index]) else {
      return batch.header(Int(targets[index])).id
    }
    return books.index.ids[Int(books.pendings.entries[place].place)]
  }

  // MARK: Step 4

  /// Enters what was accepted: identifiers, pending transactions, the ledger's time.
  mutating func enter(_ batch: borrowing TransactionBatch, _ books: inout Books, count: Int) {
    acceptedCount = 0
    for place in 0..<count {
      let index = Int(order[place])
      // The slot of a later one, asked for now, is there when its turn comes.
      books.index.prefetch(hashes[Int(order[min(place + 16, count - 1)])])
      guard states[index] == Verdict.accepted.rawValue else { continue }
      let header = batch.header(index)
      if header.flags.contains(.pending) { enterPending(index, header, &books) }
      books.index.insert(header.id, hash: hashes[index])
      if !header.flags.contains(.imported) { books.time = max(books.time, header.timestamp) }
      accepted[acceptedCount] = UInt32(index)
      acceptedCount += 1
    }
  }

  private func enterPending(_ index: Int, _ header: TransactionHeader, _ books: inout Books) {
    let first = books.pendings.postings.count
    for place in Int(postingStarts[index])..<Int(postingStarts[index + 1]) {
      books.pendings.postings.append(postings[place])
    }
    books.pendings.open(
      PendingTable.Entry(
        place: UInt64(books.index.count), expiry: header.expiry,
        postings: first..<books.pendings.postings.count, flags: header.flags,
        state: PendingState(rawValue: pendingStates[index]) ?? .open))
  }
}

extension TransactionHeader {
  /// The first instant at which it has expired; `Int64.max` for never.
  @inlinable
  var expiry: Int64 {
    if timeoutMilliseconds == 0 { return .max }
    // At the end of time nothing expires.
    let sum = timestamp.addingReportingOverflow(Int64(timeoutMilliseconds) * 1_000_000)
    return sum.overflow ? .max : sum.partialValue
  }
}
