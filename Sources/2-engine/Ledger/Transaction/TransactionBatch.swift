public import OmniCollections

/// Transactions in the order of their arrival, in canonical form.
///
/// The headers lie in one column and the tails in another, so that a batch is filled, judged and
/// written without an allocation once its buffers have grown. Fill it by putting the words of a
/// tail and then appending the header.
///
/// - Invariant: `count` is never above `capacity`.
/// - Complexity: appending is amortised O(words of the tail).
@frozen
public struct TransactionBatch: ~Copyable {
  @usableFromInline var headers: OwnedBuffer<TransactionHeader>
  @usableFromInline var tails: GrowingBuffer<UInt64>
  /// Where each tail begins; the next one's beginning stands behind the last.
  @usableFromInline var starts: OwnedBuffer<UInt32>
  @usableFromInline var origins: OwnedBuffer<UInt64>
  @usableFromInline var number = 0

  /// How many transactions a batch takes unless told otherwise.
  @inlinable
  public static var capacityStandard: Int { 8_189 }
  /// How many transactions a batch can be made for.
  @inlinable
  public static var capacityMax: Int { 1 << 20 }

  /// Creates an empty batch for at most `capacity` transactions.
  ///
  /// - Precondition: `capacity` is from 1 to ``capacityMax``.
  public init(capacity: Int = Self.capacityStandard) {
    precondition((1...Self.capacityMax).contains(capacity), "a capacity from 1 to 2²⁰")
    let blank = TransactionHeader(
      id: TransactionID(0), sender: AccountKey(0), nonce: 0, timestamp: 0)
    headers = OwnedBuffer(repeating: blank, count: capacity)
    tails = GrowingBuffer(capacity: capacity * 8)
    starts = OwnedBuffer(repeating: 0, count: capacity + 1)
    origins = OwnedBuffer(repeating: 0, count: capacity)
  }

  /// How many transactions there are.
  @inlinable
  public var count: Int { number }
  /// How many transactions fit.
  @inlinable
  public var capacity: Int { headers.count }
  /// Whether another transaction would be refused.
  @inlinable
  public var isFull: Bool { number == headers.count }

  /// The header at `index`.
  ///
  /// - Precondition: `index` is from 0 to `count` - 1.
  @inlinable
  public func header(_ index: Int) -> TransactionHeader {
    precondition(index < number, "index out of range")
    return headers[index]
  }

  /// Where the transaction at `index` came from: a line or a record number, for whoever reports.
  @inlinable
  public func origin(_ index: Int) -> UInt64 { origins[index] }

  /// The word at `offset` of the tail of the transaction at `index`.
  @inlinable
  public func tailWord(_ index: Int, _ offset: Int) -> UInt64 {
    tails[Int(starts[index]) + offset]
  }

  /// The parent at `place` of the transaction at `index`.
  @inlinable
  public func parent(_ index: Int, _ place: Int) -> TransactionID {
    let word = Int(starts[index]) + headers[index].furtherLegWords + 2 * place
    return TransactionID(low: tails[word], high: tails[word + 1])
  }

  /// The leg at `place` of the transaction at `index`, the first being 0.
  @inlinable
  public func leg(_ index: Int, _ place: Int) -> TransferLeg {
    if place == 0 { return TransferLeg(headers[index]) }
    let word = Int(starts[index]) + (place - 1) * TransactionHeader.legWords
    return TransferLeg(
      debit: AccountKey(tails[word + 2]), credit: AccountKey(tails[word + 3]),
      amount: Int128(truncatingIfNeeded: tails[word + 1]) << 64 | Int128(tails[word]),
      asset: tails[word + 4], digits: UInt8(truncatingIfNeeded: tails[word + 5]))
  }

  /// Puts a word of the tail of the transaction that is being made.
  @inlinable
  public mutating func putTail(_ word: UInt64) { tails.append(word) }

  /// Puts a further leg of the transaction that is being made; before any parent.
  @inlinable
  public mutating func putTail(_ leg: TransferLeg) {
    tails.append(UInt64(truncatingIfNeeded: leg.amount))
    tails.append(UInt64(truncatingIfNeeded: leg.amount >> 64))
    tails.append(leg.debit.value)
    tails.append(leg.credit.value)
    tails.append(leg.asset)
    tails.append(UInt64(leg.digits))
  }

  /// Puts a parent of the transaction that is being made; in ascending order, before the signature.
  @inlinable
  public mutating func putTail(_ parent: TransactionID) {
    tails.append(parent.low)
    tails.append(parent.high)
  }

  /// Drops the words of the transaction that is being made.
  @inlinable
  public mutating func dropTail() { tails.removeAll(from: Int(starts[number])) }

  /// The header of the transaction that is being made, in its place; it means nothing until it is
  /// set, and counts when ``end(origin:)`` is called.
  ///
  /// - Precondition: the batch is not full.
  @inlinable
  public var open: TransactionHeader {
    @inline(__always) get {
      precondition(number < headers.count, "room for another transaction")
      return headers[number]
    }
    @inline(__always) _modify {
      precondition(number < headers.count, "room for another transaction")
      yield &headers[number]
    }
  }

  /// Ends the transaction that is being made: its header is ``open``, and its tail is what was put
  /// since the last one.
  ///
  /// - Precondition: the batch is not full, and the tail has at most
  ///   ``TransactionHeader/tailWordsMax`` words.
  @inlinable
  public mutating func end(origin: UInt64) {
    precondition(number < headers.count, "room for another transaction")
    let words = tails.count - Int(starts[number])
    precondition(words <= TransactionHeader.tailWordsMax, "a tail within its bounds")
    headers[number].tailWords = UInt16(words)
    origins[number] = origin
    number += 1
    starts[number] = UInt32(tails.count)
  }

  /// Ends the transaction that is being made, whose header is `header`.
  @inlinable
  public mutating func append(_ header: TransactionHeader, origin: UInt64) {
    open = header
    end(origin: origin)
  }

  /// Removes the transactions from `count` on, and keeps the room.
  ///
  /// - Precondition: `count` is from 0 to the present count.
  @inlinable
  public mutating func removeLast(from count: Int) {
    precondition(count >= 0 && count <= number, "a count that is not above the present one")
    number = count
    tails.removeAll(from: Int(starts[count]))
  }

  /// Removes all transactions, and keeps the room.
  @inlinable
  public mutating func removeAll() {
    number = 0
    tails.removeAll()
    starts[0] = 0
  }
}
