import OmniCollections

// Step 2: what follows from the transactions' relations to each other and to the books.
extension BatchJudge {
  /// Answers what was committed before: the same content is success, another one an error.
  mutating func compareKnown(
    _ batch: borrowing TransactionBatch, _ archive: inout some TransactionArchive & ~Copyable
  ) {
    for index in 0..<batch.count where places[index] != 0 {
      guard batch.header(index).isWellFormed,
        let known = archive.transaction(at: Int(places[index]) - 1)
      else {
        states[index] = Verdict.malformed.rawValue
        continue
      }
      states[index] = known.verdict(on: Transaction(batch, at: index)).rawValue
    }
    // What is the same transaction sent twice is answered when the first one has been.
    for index in 0..<batch.count where doubles[index] != 0 && places[index] == 0 {
      states[index] = Verdict.exists.rawValue
    }
  }

  /// Refuses what names a parent that is neither in the batch nor in the books.
  mutating func refuseUnknownParents(_ batch: borrowing TransactionBatch) {
    for index in 0..<batch.count where states[index] == Self.undecided {
      for place in Int(parentStarts[index])..<Int(parentStarts[index + 1])
      where parents[place] == ParentReference.unknown {
        states[index] = Verdict.parentUnknown.rawValue
      }
    }
  }

  /// Links every transaction to the one of its sender's with the nonce before.
  mutating func chainNonces(_ batch: borrowing TransactionBatch, _ books: inout Books) {
    var isInOrder = true
    for index in 0..<batch.count where states[index] == Self.undecided {
      if batch.header(index).isOutOfSeries {
        chain[index] = 0
        continue
      }
      let sender = Int(senders[index])
      let mark = books.marks[sender]
      let isFirst = mark.epoch != books.epoch
      let before =
        isFirst ? books.nonces[sender] : batch.header(Int(mark.index)).nonce
      // Wraps only for a nonce of 2⁶⁴ - 1, behind which there is no other.
      guard batch.header(index).nonce == before &+ 1 else {
        isInOrder = false
        break
      }
      chain[index] = isFirst ? 0 : mark.index + 1
      books.marks[sender].epoch = books.epoch
      books.marks[sender].index = UInt32(index)
    }
    if !isInOrder { chainBySorting(batch, books) }
  }

  /// The same for nonces that do not arrive in order: of equal ones, the first arrival counts.
  private mutating func chainBySorting(
    _ batch: borrowing TransactionBatch, _ books: borrowing Books
  ) {
    var entries: [ChainEntry] = []
    for index in 0..<batch.count where states[index] == Self.undecided {
      chain[index] = 0
      if batch.header(index).isOutOfSeries { continue }
      entries.append(
        ChainEntry(
          sender: senders[index], nonce: batch.header(index).nonce, index: UInt32(index)))
    }
    entries.sort()
    var sender: UInt32?
    var last: UInt64 = 0
    var previous: UInt32 = 0
    for entry in entries {
      if entry.sender != sender {
        sender = entry.sender
        last = books.nonces[Int(entry.sender)]
        previous = 0
      }
      if entry.nonce <= last {
        states[Int(entry.index)] = Verdict.nonceConflict.rawValue
      } else if entry.nonce - last > 1 {
        states[Int(entry.index)] = Verdict.nonceGap.rawValue
      } else {
        chain[Int(entry.index)] = previous
        previous = entry.index + 1
        last = entry.nonce
      }
    }
  }

  /// Notes which transactions stand or fall together, and lets fall what cannot stand.
  mutating func settleGroups(_ batch: borrowing TransactionBatch) {
    var first = 0
    while first < batch.count {
      var last = first
      while last < batch.count && batch.header(last).flags.contains(.linked) { last += 1 }
      let isOpen = last == batch.count
      let end = isOpen ? last : last + 1
      for index in first..<end { groups[index] = UInt32(first) }
      if end - first > 1 || isOpen { failGroup(first..<end, isOpen: isOpen) }
      first = end
    }
  }

  /// Lets the undecided members of a group fall if the group is open or another member has fallen.
  private mutating func failGroup(_ members: Range<Int>, isOpen: Bool) {
    guard isOpen || members.contains(where: { states[$0] != Self.undecided }) else { return }
    let verdict: Verdict = isOpen ? .linkedOpen : .linkedFailed
    for index in members where states[index] == Self.undecided { states[index] = verdict.rawValue }
  }

  /// Finds the pending transaction that each resolution speaks of.
  mutating func findTargets(_ batch: borrowing TransactionBatch, _ books: borrowing Books) {
    for index in 0..<batch.count where states[index] == Self.undecided {
      guard batch.header(index).flags.isResolution else { continue }
      var found: Int64?
      var count = 0
      for place in Int(parentStarts[index])..<Int(parentStarts[index + 1]) {
        guard let target = target(parents[place], batch, books) else { continue }
        found = target
        count += 1
      }
      if let found, count == 1 {
        targets[index] = found
      } else {
        states[index] = (count == 0 ? Verdict.pendingMissing : .pendingAmbiguous).rawValue
      }
    }
  }

  /// A parent that is pending: its index in the batch, or its entry in the books as a reference.
  private func target(
    _ parent: Int64, _ batch: borrowing TransactionBatch, _ books: borrowing Books
  ) -> Int64? {
    var place = ParentReference.place(parent)
    if parent >= 0 {
      if places[Int(parent)] == 0 {
        return batch.header(Int(parent)).flags.contains(.pending) ? parent : nil
      }
      place = Int(places[Int(parent)]) - 1
    }
    return place.flatMap { books.pendings.find(place: $0) }.map { ParentReference.committed($0) }
  }

  /// Answers what was sent twice within the batch as its first arrival was answered.
  mutating func answerDoubles(
    _ batch: borrowing TransactionBatch, _ archive: inout some TransactionArchive & ~Copyable
  ) {
    for index in 0..<batch.count where doubles[index] != 0 && places[index] == 0 {
      let first = Int(doubles[index]) - 1
      guard batch.header(index).isWellFormed, batch.header(first).isWellFormed else {
        states[index] = Verdict.malformed.rawValue
        continue
      }
      let verdict = Transaction(batch, at: first).verdict(on: Transaction(batch, at: index))
      let isSameFailure = verdict == .exists && states[first] != Verdict.accepted.rawValue
      states[index] = isSameFailure ? states[first] : verdict.rawValue
    }
  }
}

/// A transaction in its sender's series.
private struct ChainEntry: Comparable {
  let sender: UInt32
  let nonce: UInt64
  let index: UInt32

  static func < (lhs: Self, rhs: Self) -> Bool {
    if lhs.sender != rhs.sender { return lhs.sender < rhs.sender }
    if lhs.nonce != rhs.nonce { return lhs.nonce < rhs.nonce }
    return lhs.index < rhs.index
  }
}

extension Transaction {
  /// What this transaction, which came first, makes of one with the same identifier.
  func verdict(on other: Transaction) -> Verdict {
    if sender != other.sender { return .existsWithDifferentSender }
    if legs.count != other.legs.count { return .existsWithDifferentLegs }
    for (leg, another) in zip(legs, other.legs) {
      if leg.debit != another.debit { return .existsWithDifferentDebit }
      if leg.credit != another.credit { return .existsWithDifferentCredit }
      if leg.asset != another.asset || leg.digits != another.digits {
        return .existsWithDifferentAsset
      }
      if leg.amount != another.amount { return .existsWithDifferentAmount }
    }
    if nonce != other.nonce { return .existsWithDifferentNonce }
    if parents != other.parents { return .existsWithDifferentParents }
    if flags != other.flags { return .existsWithDifferentFlags }
    if timeoutMilliseconds != other.timeoutMilliseconds { return .existsWithDifferentTimeout }
    if timestamp != other.timestamp { return .existsWithDifferentTimestamp }
    return signature == other.signature ? .exists : .existsWithDifferentSignature
  }
}
