public import OmniLedger
import OmniMoney

/// Books in dictionaries, by rules written down a second time.
///
/// Slow and obvious: one transaction after another, looking everything up by name. The fast judge is
/// held against it.
public struct NaiveBooks {
  /// What an account holds.
  public struct Holding: Equatable {
    /// All posted debits.
    public var debits: Int128 = 0
    /// All posted credits.
    public var credits: Int128 = 0
    /// All reserved debits.
    public var pendingDebits: Int128 = 0
    /// All reserved credits.
    public var pendingCredits: Int128 = 0
    /// The last nonce used.
    public var nonce: UInt64 = 0
    /// Whether nothing more is taken.
    public var isClosed = false

    /// Nothing.
    public init() {}

    /// What the fast books hold of the account with this number.
    public init(_ books: borrowing Books, _ number: Int) {
      let state = books.account(number)
      debits = state.debits
      credits = state.credits
      pendingDebits = state.pendingDebits
      pendingCredits = state.pendingCredits
      nonce = books.nonce(number)
      isClosed = books.isClosed(number)
    }
  }

  /// A pending transaction.
  public struct Pending {
    var legs: [TransferLeg]
    var flags: TransactionFlags
    var expiry: Int64
    var state: PendingState
  }

  var terms: [AccountKey: AccountTerms] = [:]
  /// What every account holds.
  public private(set) var holdings: [AccountKey: Holding] = [:]
  var committed: [TransactionID: Transaction] = [:]
  /// What was accepted, in the order of application.
  public private(set) var order: [TransactionID] = []
  var pendings: [TransactionID: Pending] = [:]
  var time = Int64.min

  /// Creates empty books.
  public init() {}

  /// Opens an account.
  public mutating func open(_ account: AccountTerms) {
    terms[account.key] = account
    holdings[account.key] = Holding()
  }

  /// Gives back what has expired.
  public mutating func expire() {
    for (id, pending) in pendings where pending.state == .open && pending.expiry <= time {
      giveBack(id, .expired)
    }
  }

  private mutating func giveBack(_ id: TransactionID, _ state: PendingState) {
    guard let pending = pendings[id] else { return }
    for leg in pending.legs {
      holdings[leg.debit]?.pendingDebits -= leg.amount
      holdings[leg.credit]?.pendingCredits -= leg.amount
      if pending.flags.contains(.closingDebit) { holdings[leg.debit]?.isClosed = false }
      if pending.flags.contains(.closingCredit) { holdings[leg.credit]?.isClosed = false }
    }
    pendings[id]?.state = state
  }

  // MARK: A batch

  /// Judges a batch, and applies what is accepted.
  public mutating func judge(_ batch: [Transaction]) -> [Verdict] {
    expire()
    var verdicts: [Verdict?] = batch.map { transaction in
      committed[transaction.id].map { Self.compare($0, transaction) }
    }
    let firsts = batch.indices.map { index in
      batch.firstIndex { $0.id == batch[index].id } ?? index
    }
    let isDouble = batch.indices.map { firsts[$0] < $0 && verdicts[$0] == nil }
    for index in batch.indices where verdicts[index] == nil && !isDouble[index] {
      verdicts[index] = contentRefusal(batch[index])
    }
    for index in batch.indices where verdicts[index] == nil && !isDouble[index] {
      let isUnknown = batch[index].parents.contains { parent in
        committed[parent] == nil && !batch.contains { $0.id == parent }
      }
      if isUnknown { verdicts[index] = .parentUnknown }
    }
    refuseNonces(batch, isDouble, &verdicts)
    let groups = Self.groups(batch)
    refuseGroups(batch, groups, isDouble, &verdicts)
    refuseResolutions(batch, isDouble, &verdicts)
    applyInOrder(batch, groups, isDouble, &verdicts)
    for index in batch.indices where isDouble[index] {
      let verdict = Self.compare(batch[firsts[index]], batch[index])
      let isFailed = verdict == .exists && verdicts[firsts[index]] != .accepted
      verdicts[index] = isFailed ? verdicts[firsts[index]] : verdict
    }
    for index in batch.indices where verdicts[index] == .accepted {
      if !batch[index].flags.contains(.imported) { time = max(time, batch[index].timestamp) }
    }
    return verdicts.map { $0 ?? .malformed }
  }

  private static func compare(_ old: Transaction, _ new: Transaction) -> Verdict {
    if old == new { return .exists }
    if old.sender != new.sender { return .existsWithDifferentSender }
    if old.legs.count != new.legs.count { return .existsWithDifferentLegs }
    for (one, two) in zip(old.legs, new.legs) where one != two {
      if one.debit != two.debit { return .existsWithDifferentDebit }
      if one.credit != two.credit { return .existsWithDifferentCredit }
      if one.asset != two.asset || one.digits != two.digits { return .existsWithDifferentAsset }
      return .existsWithDifferentAmount
    }
    if old.nonce != new.nonce { return .existsWithDifferentNonce }
    if old.parents != new.parents { return .existsWithDifferentParents }
    if old.flags != new.flags { return .existsWithDifferentFlags }
    if old.timeoutMilliseconds != new.timeoutMilliseconds { return .existsWithDifferentTimeout }
    return old.timestamp != new.timestamp
      ? .existsWithDifferentTimestamp : .existsWithDifferentSignature
  }

  private func contentRefusal(_ transaction: Transaction) -> Verdict? {
    let flags = transaction.flags
    let isResolution = flags.contains(.post) || flags.contains(.void)
    if !transaction.id.isUsable { return .idInvalid }
    if transaction.legs.isEmpty && !isResolution { return .legsMissing }
    if transaction.timeoutMilliseconds > 0 && !flags.contains(.pending) {
      return .timeoutWithoutPending
    }
    let phases = [TransactionFlags.pending, .post, .void].filter { flags.contains($0) }.count
    if phases > 1 || (flags.contains(.imported) && phases > 0) { return .flagsConflict }
    let others: [TransactionFlags] = [.balancing, .closingDebit, .closingCredit]
    if isResolution && others.contains(where: { flags.contains($0) }) { return .flagsConflict }
    for leg in transaction.legs {
      if leg.amount <= 0 { return .amountNotPositive }
      if leg.debit == leg.credit { return .sameAccount }
      guard let debit = terms[leg.debit], let credit = terms[leg.credit] else {
        return .unknownAccount
      }
      for account in [debit, credit] {
        if account.currency.packedCode != leg.asset || account.currency.minorDigits != leg.digits {
          return .assetMismatch
        }
      }
    }
    if zip(transaction.parents, transaction.parents.dropFirst()).contains(where: { $0 >= $1 }) {
      return .parentsUnordered
    }
    if transaction.parents.contains(transaction.id) { return .cycle }
    return terms[transaction.sender] == nil ? .unknownAccount : nil
  }

  private func refuseNonces(
    _ batch: [Transaction], _ isDouble: [Bool], _ verdicts: inout [Verdict?]
  ) {
    let open = batch.indices.filter {
      verdicts[$0] == nil && !isDouble[$0] && !Self.hasNoSeries(batch[$0])
    }
    for sender in Set(open.map { batch[$0].sender }) {
      let own = open.filter { batch[$0].sender == sender }
      let last = holdings[sender]?.nonce ?? 0
      let present = Set(own.map { batch[$0].nonce })
      var reachable = last
      while present.contains(reachable + 1) { reachable += 1 }
      for index in own {
        let nonce = batch[index].nonce
        let isFirst = own.first { batch[$0].nonce == nonce } == index
        if nonce <= last || (nonce <= reachable && !isFirst) {
          verdicts[index] = .nonceConflict
        } else if nonce > reachable {
          verdicts[index] = .nonceGap
        }
      }
    }
  }

  private static func hasNoSeries(_ transaction: Transaction) -> Bool {
    transaction.nonce == 0 && transaction.flags.contains(.imported)
  }

  /// For each transaction, the first of its linked group.
  private static func groups(_ batch: [Transaction]) -> [Int] {
    var groups: [Int] = []
    for index in batch.indices {
      let continues = index > 0 && batch[index - 1].flags.contains(.linked)
      groups.append(continues ? groups[index - 1] : index)
    }
    return groups
  }

  private func refuseGroups(
    _ batch: [Transaction], _ groups: [Int], _ isDouble: [Bool], _ verdicts: inout [Verdict?]
  ) {
    for group in Set(groups) {
      let members = batch.indices.filter { groups[$0] == group }
      let isOpen = batch[members[members.count - 1]].flags.contains(.linked)
      let hasFallen = members.contains { verdicts[$0] != nil || isDouble[$0] }
      for index in members where verdicts[index] == nil && !isDouble[index] {
        if isOpen {
          verdicts[index] = .linkedOpen
        } else if hasFallen {
          verdicts[index] = .linkedFailed
        }
      }
    }
  }

  private func targets(_ transaction: Transaction, _ batch: [Transaction]) -> [TransactionID] {
    transaction.parents.filter { parent in
      if committed[parent] != nil { return pendings[parent] != nil }
      return batch.first { $0.id == parent }?.flags.contains(.pending) == true
    }
  }

  private func refuseResolutions(
    _ batch: [Transaction], _ isDouble: [Bool], _ verdicts: inout [Verdict?]
  ) {
    for index in batch.indices where verdicts[index] == nil && !isDouble[index] {
      guard batch[index].flags.contains(.post) || batch[index].flags.contains(.void) else {
        continue
      }
      let count = targets(batch[index], batch).count
      if count != 1 { verdicts[index] = count == 0 ? .pendingMissing : .pendingAmbiguous }
    }
  }

  // MARK: Order

  private mutating func applyInOrder(
    _ batch: [Transaction], _ groups: [Int], _ isDouble: [Bool], _ verdicts: inout [Verdict?]
  ) {
    var waits: [Int: Set<Int>] = [:]
    let open = batch.indices.filter { verdicts[$0] == nil && !isDouble[$0] }
    for index in open {
      waits[groups[index], default: []].formUnion([])
      var earlier = open.filter { batch[index].parents.contains(batch[$0].id) }
      earlier += open.filter {
        batch[$0].sender == batch[index].sender && batch[$0].nonce + 1 == batch[index].nonce
          && !Self.hasNoSeries(batch[$0])
      }
      for other in earlier where groups[other] != groups[index] || other >= index {
        waits[groups[index], default: []].insert(groups[other])
      }
    }
    let cyclic = waits.keys.filter { Self.reaches($0, $0, waits) }
    for index in open where cyclic.contains(groups[index]) { verdicts[index] = .cycle }
    var left = Set(waits.keys).subtracting(cyclic)
    while let next = left.filter({ waits[$0]?.isDisjoint(with: left) == true }).min() {
      left.remove(next)
      apply(open.filter { groups[$0] == next }, batch, &verdicts)
    }
  }

  private static func reaches(_ from: Int, _ to: Int, _ waits: [Int: Set<Int>]) -> Bool {
    var seen: Set<Int> = []
    var rest = Array(waits[from] ?? [])
    while let node = rest.popLast() {
      if node == to { return true }
      if seen.insert(node).inserted { rest += waits[node] ?? [] }
    }
    return false
  }

  // MARK: Application

  private mutating func apply(
    _ members: [Int], _ batch: [Transaction], _ verdicts: inout [Verdict?]
  ) {
    let before = self
    for index in members {
      verdicts[index] = applyOne(batch[index], batch, verdicts)
      if verdicts[index] == .accepted { continue }
      self = before
      for other in members where other != index { verdicts[other] = .linkedFailed }
      return
    }
  }

  private mutating func applyOne(
    _ transaction: Transaction, _ batch: [Transaction], _ verdicts: [Verdict?]
  ) -> Verdict {
    for parent in transaction.parents where committed[parent] == nil { return .parentRejected }
    let isInSeries = !Self.hasNoSeries(transaction)
    if isInSeries, holdings[transaction.sender].map({ $0.nonce + 1 }) != transaction.nonce {
      return .nonceGap
    }
    let before = self
    var refusal: Verdict?
    if transaction.flags.contains(.post) || transaction.flags.contains(.void) {
      refusal = resolve(transaction, batch)
    } else {
      refusal = move(transaction)
    }
    if let refusal {
      self = before
      return refusal
    }
    if isInSeries { holdings[transaction.sender]?.nonce += 1 }
    committed[transaction.id] = transaction
    order.append(transaction.id)
    return .accepted
  }

  private func available(_ account: AccountKey) -> Int128? {
    guard let limit = terms[account]?.limit, let holding = holdings[account] else { return nil }
    return terms[account]?.normal == .credit
      ? holding.credits - holding.debits - holding.pendingDebits + limit
      : holding.debits - holding.credits - holding.pendingCredits + limit
  }

  private mutating func move(_ transaction: Transaction) -> Verdict? {
    let flags = transaction.flags
    var moved: [TransferLeg] = []
    for var leg in transaction.legs {
      if holdings[leg.debit]?.isClosed == true || holdings[leg.credit]?.isClosed == true {
        return .accountClosed
      }
      if flags.contains(.balancing) {
        if terms[leg.debit]?.normal == .credit, let room = available(leg.debit) {
          leg.amount = min(leg.amount, room)
        }
        if terms[leg.credit]?.normal == .debit, let room = available(leg.credit) {
          leg.amount = min(leg.amount, room)
        }
        if leg.amount <= 0 { return .insufficientFunds }
      }
      if flags.contains(.pending) {
        holdings[leg.debit]?.pendingDebits += leg.amount
        holdings[leg.credit]?.pendingCredits += leg.amount
      } else {
        holdings[leg.debit]?.debits += leg.amount
        holdings[leg.credit]?.credits += leg.amount
      }
      for (key, side) in [(leg.debit, \Holding.debits), (leg.credit, \Holding.credits)] {
        let pending = side == \Holding.debits ? \Holding.pendingDebits : \Holding.pendingCredits
        if let holding = holdings[key],
          holding[keyPath: side] + holding[keyPath: pending] > 1 << 125
        {
          return .overflow
        }
      }
      moved.append(leg)
    }
    for leg in moved {
      for account in [leg.debit, leg.credit] {
        if let room = available(account), room < 0 { return .insufficientFunds }
      }
    }
    for leg in moved {
      if flags.contains(.closingDebit) { holdings[leg.debit]?.isClosed = true }
      if flags.contains(.closingCredit) { holdings[leg.credit]?.isClosed = true }
    }
    if flags.contains(.pending) {
      let timeout = Int64(transaction.timeoutMilliseconds) * 1_000_000
      pendings[transaction.id] = Pending(
        legs: moved, flags: flags, expiry: timeout == 0 ? .max : transaction.timestamp + timeout,
        state: .open)
    }
    return nil
  }

  private mutating func resolve(_ transaction: Transaction, _ batch: [Transaction]) -> Verdict? {
    guard let id = targets(transaction, batch).first, let pending = pendings[id] else {
      return .pendingMissing
    }
    switch pending.state {
    case .posted: return .pendingPosted
    case .voided: return .pendingVoided
    case .expired: return .pendingExpired
    case .open: break
    }
    if transaction.timestamp >= pending.expiry { return .pendingExpired }
    let own = transaction.legs
    if !own.isEmpty {
      if own.count != pending.legs.count { return .pendingMismatch }
      for (mine, reserved) in zip(own, pending.legs) {
        if mine.debit != reserved.debit || mine.credit != reserved.credit {
          return .pendingMismatch
        }
        if mine.amount > reserved.amount { return .pendingExceeded }
        if transaction.flags.contains(.void) && mine.amount != reserved.amount {
          return .pendingMismatch
        }
      }
    }
    let isClosing = pending.flags.contains(.closingDebit) || pending.flags.contains(.closingCredit)
    if transaction.flags.contains(.post) {
      for leg in pending.legs where !isClosing {
        if holdings[leg.debit]?.isClosed == true || holdings[leg.credit]?.isClosed == true {
          return .accountClosed
        }
      }
      for (place, leg) in pending.legs.enumerated() {
        let amount = own.isEmpty ? leg.amount : own[place].amount
        holdings[leg.debit]?.pendingDebits -= leg.amount
        holdings[leg.credit]?.pendingCredits -= leg.amount
        holdings[leg.debit]?.debits += amount
        holdings[leg.credit]?.credits += amount
      }
      pendings[id]?.state = .posted
    } else {
      giveBack(id, .voided)
    }
    return nil
  }

  /// Whether the fast books say the same of every account.
  public func agrees(with books: borrowing Books) -> Bool {
    for number in books.register.terms.indices {
      let key = books.register.terms[number].key
      guard holdings[key] == Holding(books, number) else { return false }
    }
    return books.transactionCount == order.count && books.accountCount == holdings.count
  }
}
