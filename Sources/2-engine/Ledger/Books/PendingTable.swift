public import OmniCollections

/// Where a pending transaction stands.
@frozen
public enum PendingState: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  /// Its amounts are reserved.
  case open
  /// They were posted, whole or in part; the rest was given back.
  case posted
  /// They were given back on request.
  case voided
  /// They were given back when the time had run out.
  case expired
}

/// A movement in dense account numbers.
@frozen
public struct Posting: Sendable, Hashable, BitwiseCopyable {
  /// The number of the account that is debited.
  public var debit: UInt32
  /// The number of the account that is credited.
  public var credit: UInt32
  /// How many minor units.
  public var amount: Int128

  /// Creates a movement.
  @inlinable
  public init(debit: UInt32, credit: UInt32, amount: Int128) {
    self.debit = debit
    self.credit = credit
    self.amount = amount
  }
}

/// Every pending transaction there ever was, and which of them are open.
///
/// - Complexity: finding is O(1) on average, opening and expiring O(log open).
@frozen @usableFromInline
struct PendingTable: ~Copyable {
  /// A pending transaction.
  @frozen @usableFromInline
  struct Entry: Sendable, BitwiseCopyable {
    /// Its place in the ledger.
    @usableFromInline let place: UInt64
    /// The first instant at which it has expired.
    @usableFromInline let expiry: Int64
    /// Where its postings begin.
    @usableFromInline let firstPosting: UInt32
    @usableFromInline let postingCount: UInt8
    @usableFromInline let flags: TransactionFlags
    @usableFromInline var state: PendingState

    @inlinable
    init(
      place: UInt64, expiry: Int64, postings: Range<Int>, flags: TransactionFlags,
      state: PendingState = .open
    ) {
      self.place = place
      self.expiry = expiry
      firstPosting = UInt32(postings.lowerBound)
      postingCount = UInt8(postings.count)
      self.flags = flags
      self.state = state
    }
  }

  @usableFromInline var entries = GrowingBuffer<Entry>()
  @usableFromInline var postings = GrowingBuffer<Posting>()
  @usableFromInline var byPlace = WordMap()
  /// A heap of the entries that can expire, the earliest first; closed ones are dropped on the way.
  @usableFromInline var queue = GrowingBuffer<UInt32>()

  @inlinable
  init() {}

  /// The entry of the transaction at `place`, or nil when it is none that is pending.
  @inlinable
  func find(place: Int) -> Int? { byPlace[UInt64(place)].map { Int($0) } }

  /// Adds an open entry, whose postings were appended just before.
  mutating func open(_ entry: Entry) {
    let number = entries.count
    entries.append(entry)
    byPlace.set(entry.place, to: UInt64(number))
    if entry.expiry != .max && entry.state == .open { enqueue(UInt32(number)) }
  }

  /// The earliest entry that has expired at `time` and is open, taken out of the queue.
  mutating func popExpired(at time: Int64) -> Int? {
    while !queue.isEmpty {
      let number = Int(queue[0])
      guard entries[number].expiry <= time else { return nil }
      dequeue()
      if entries[number].state == .open { return number }
    }
    return nil
  }

  /// Whether the entry `lhs` expires before `rhs`; places decide between equal instants.
  private func isEarlier(_ lhs: UInt32, _ rhs: UInt32) -> Bool {
    let left = entries[Int(lhs)].expiry
    let right = entries[Int(rhs)].expiry
    return left == right ? lhs < rhs : left < right
  }

  private mutating func enqueue(_ number: UInt32) {
    queue.append(number)
    var child = queue.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard isEarlier(queue[child], queue[parent]) else { break }
      swapQueue(child, parent)
      child = parent
    }
  }

  private mutating func dequeue() {
    let last = queue.count - 1
    queue[0] = queue[last]
    queue.removeAll(from: last)
    var parent = 0
    while true {
      var least = parent
      for child in (2 * parent + 1)...(2 * parent + 2)
      where child < queue.count && isEarlier(queue[child], queue[least]) { least = child }
      if least == parent { return }
      swapQueue(parent, least)
      parent = least
    }
  }

  private mutating func swapQueue(_ one: Int, _ other: Int) {
    let kept = queue[one]
    queue[one] = queue[other]
    queue[other] = kept
  }
}
