public import OmniCollections

/// Judges batches of transactions and brings books up to date with what it accepts.
///
/// What it says is a function of the books and the batch alone. Four steps:
///
///     1 content   each transaction by itself: form, accounts, assets, signature     all workers
///     2 graph     doubles, parents, nonces, linked groups, the order of application one
///     3 books     balances and pending transactions, component by component          all workers
///     4 entry     identifiers, pending table, the ledger's time                      one
///
/// The order of application is the one topological order in which, of all transactions that could
/// come next, the one that arrived first does. Transactions that share no account, parent, nonce
/// chain or group are in different components, and components cannot see each other, so the number
/// of workers changes nothing but the time it takes.
///
/// - Complexity: O(n log n) for a batch that is out of order, O(n) for one that is in order;
///   allocates nothing once its buffers have grown.
public struct BatchJudge: ~Copyable {
  /// How many transactions a batch may have.
  public let capacity: Int
  /// Whether signatures are checked; what was checked before it was committed need not be again.
  public var checksSignatures = true
  /// The mistake to make, for simulations.
  package var sabotage: LedgerSabotage?
  /// How many of the last batch were accepted.
  public internal(set) var acceptedCount = 0

  /// Raw values of ``Verdict``, or ``undecided``.
  @usableFromInline var states: OwnedBuffer<UInt8>
  var ids: OwnedBuffer<TransactionID>
  var hashes: OwnedBuffer<UInt64>
  var senders: OwnedBuffer<UInt32>
  /// The place of a committed transaction with the same identifier, plus one; else 0.
  var places: OwnedBuffer<UInt32>
  /// The first transaction of the batch with the same identifier, plus one, for every later one.
  var doubles: OwnedBuffer<UInt32>
  var parentStarts: OwnedBuffer<UInt32>
  /// See ``ParentReference``.
  var parents = GrowingBuffer<Int64>()
  /// For a parent that is not in the batch: its hash.
  var parentHashes = GrowingBuffer<UInt64>()
  /// The transaction of the same sender with the nonce before, plus one, if it is in the batch.
  var chain: OwnedBuffer<UInt32>
  /// The first transaction of the linked group.
  var groups: OwnedBuffer<UInt32>
  var postingStarts: OwnedBuffer<UInt32>
  /// What is moved, in dense account numbers; amounts of balancing transactions as they came out.
  @usableFromInline var postings = GrowingBuffer<Posting>()
  /// For a resolution: the pending transaction, as a ``ParentReference``.
  var targets: OwnedBuffer<Int64>
  /// For a pending transaction of this batch: where it stands.
  var pendingStates: OwnedBuffer<UInt8>
  var order: OwnedBuffer<UInt32>
  /// The accepted transactions in the order of application.
  @usableFromInline var accepted: OwnedBuffer<UInt32>
  /// Open addressing: upper half of the hash, and an index plus one.
  var table: OwnedBuffer<UInt64>
  /// How many batches are applied by one worker before it is looked again whether more would help.
  var patience = 0
  var sorter: TopologicalSorter
  var components: ComponentFinder

  static var undecided: UInt8 { 255 }

  /// Creates a judge of batches of at most `capacity` transactions.
  public init(capacity: Int = TransactionBatch.capacityStandard) {
    self.capacity = capacity
    states = OwnedBuffer(repeating: 0, count: capacity)
    ids = OwnedBuffer(repeating: TransactionID(0), count: capacity)
    hashes = OwnedBuffer(repeating: 0, count: capacity)
    senders = OwnedBuffer(repeating: 0, count: capacity)
    places = OwnedBuffer(repeating: 0, count: capacity)
    doubles = OwnedBuffer(repeating: 0, count: capacity)
    parentStarts = OwnedBuffer(repeating: 0, count: capacity + 1)
    chain = OwnedBuffer(repeating: 0, count: capacity)
    groups = OwnedBuffer(repeating: 0, count: capacity)
    postingStarts = OwnedBuffer(repeating: 0, count: capacity + 1)
    targets = OwnedBuffer(repeating: 0, count: capacity)
    pendingStates = OwnedBuffer(repeating: 0, count: capacity)
    order = OwnedBuffer(repeating: 0, count: capacity)
    accepted = OwnedBuffer(repeating: 0, count: capacity)
    var slots = 16
    while slots < 2 * capacity { slots *= 2 }
    table = OwnedBuffer(repeating: 0, count: slots)
    sorter = TopologicalSorter(capacity: capacity)
    components = ComponentFinder(capacity: capacity)
  }

  /// Judges `batch`, and enters what is accepted into `books`.
  ///
  /// - Parameters:
  ///   - batch: Transactions in the order of their arrival, at most ``capacity``.
  ///   - archive: What the books hold, for transactions that were sent before.
  ///   - workers: Who helps.
  /// - Returns: the places of pending transactions that had expired before the batch.
  @discardableResult
  public mutating func judge(
    _ batch: borrowing TransactionBatch, into books: inout Books,
    archive: inout some TransactionArchive & ~Copyable,
    workers: borrowing some Workers & ~Copyable
  ) -> [Int] {
    precondition(batch.count <= capacity, "a batch within the judge's capacity")
    books.epoch += 1
    let expired = books.expire()
    layOut(batch)
    findDoubles(batch, books)
    examineAll(batch, books, workers)
    compareKnown(batch, &archive)
    refuseUnknownParents(batch)
    chainNonces(batch, &books)
    settleGroups(batch)
    findTargets(batch, books)
    let count = sort(batch)
    apply(batch, &books, count: count, workers)
    answerDoubles(batch, &archive)
    enter(batch, &books, count: count)
    return expired
  }

  /// What was said of the transaction at `index` of the last batch.
  public func verdict(_ index: Int) -> Verdict {
    guard let verdict = Verdict(rawValue: states[index]) else {
      preconditionFailure("every transaction of a judged batch has a verdict")
    }
    return verdict
  }

  /// The index in the batch of the accepted transaction that stands at `place` of the order of
  /// application.
  @inlinable
  public func acceptedIndex(_ place: Int) -> Int {
    precondition(place < acceptedCount, "an accepted transaction")
    return Int(accepted[place])
  }

  /// Gives every transaction its part of the shared columns.
  private mutating func layOut(_ batch: borrowing TransactionBatch) {
    parents.removeAll()
    parentHashes.removeAll()
    postings.removeAll()
    var parentCount = 0
    var postingCount = 0
    for index in 0..<batch.count {
      let header = batch.header(index)
      parentStarts[index] = UInt32(parentCount)
      postingStarts[index] = UInt32(postingCount)
      // Counts that the tail does not bear out are refused later; here they may only cost no memory.
      guard header.isWellFormed else { continue }
      parentCount += Int(header.parentCount)
      postingCount += Int(header.legCount)
    }
    parentStarts[batch.count] = UInt32(parentCount)
    postingStarts[batch.count] = UInt32(postingCount)
    parents.append(repeating: ParentReference.unknown, count: parentCount)
    parentHashes.append(repeating: 0, count: parentCount)
    postings.append(repeating: Posting(debit: 0, credit: 0, amount: 0), count: postingCount)
  }
}

/// Where a parent is: in the batch (its index), in the books (below -1), or nowhere (-1).
enum ParentReference {
  static var unknown: Int64 { -1 }

  static func committed(_ place: Int) -> Int64 { -2 - Int64(place) }

  /// The place in the books, if that is where it is.
  static func place(_ reference: Int64) -> Int? { reference <= -2 ? Int(-2 - reference) : nil }
}

extension TransactionHeader {
  /// Whether version and counts are possible and agree with the length of the tail.
  @inlinable
  var isWellFormed: Bool {
    version == Self.versionCurrent && reserved == 0 && Int(legCount) <= Self.legsMax
      && Int(parentCount) <= Self.parentsMax && signatureCount <= 1
      && Int(tailWords) == tailWordsWanted && TransactionFlags.known.isSuperset(of: flags)
  }
}
