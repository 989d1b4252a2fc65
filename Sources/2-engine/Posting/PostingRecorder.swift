public import OmniCollections
public import OmniKernel
public import OmniLedger
public import OmniModel
public import OmniPortfolio
public import OmniTime

/// Keeps what the books of a run commit until a ledger takes it.
///
/// - Complexity: O(legs) a posting; allocates only while its buffers grow.
@frozen
public struct PostingRecorder: RunObserver, ~Copyable {
  /// One transaction of the books, and where it comes from.
  @frozen
  public struct Entry: Sendable, Hashable, BitwiseCopyable {
    /// The number of the record that it follows from.
    public let sequence: UInt64
    /// Its place among what follows from that record, from 0.
    public let place: UInt32
    /// How many legs it has.
    public let legCount: UInt32
    /// When, in nanoseconds since 1970; `Int64.min` for what the books are opened with.
    public let time: Int64
    /// Where its legs begin.
    @usableFromInline let firstLeg: Int

    @inlinable
    init(sequence: UInt64, place: UInt32, legCount: UInt32, time: Int64, firstLeg: Int) {
      self.sequence = sequence
      self.place = place
      self.legCount = legCount
      self.time = time
      self.firstLeg = firstLeg
    }
  }

  /// Whether anything is kept.
  public let isListening: Bool
  @usableFromInline var entries = GrowingBuffer<Entry>()
  @usableFromInline var legs = GrowingBuffer<Leg>()
  @usableFromInline var lastSequence = UInt64.max
  @usableFromInline var lastPlace: UInt32 = 0
  /// The instant of the first event, or nil before it.
  @usableFromInline var opening: Int64?

  /// Creates a recorder that keeps nothing yet, or nothing ever.
  @inlinable
  public init(isListening: Bool) { self.isListening = isListening }

  /// How many postings are kept.
  @inlinable
  public var count: Int { entries.count }

  /// The posting at `index`.
  ///
  /// - Precondition: `index` is from 0 to ``count`` - 1.
  public func entry(_ index: Int) -> Entry { entries[index] }

  /// The leg at `place` of the posting at `index`.
  public func leg(_ index: Int, _ place: Int) -> Leg {
    precondition(place < Int(entries[index].legCount), "a leg of the posting")
    return legs[entries[index].firstLeg + place]
  }

  /// When the posting at `index` took place: what the books were opened with is dated as the first
  /// event of the run, or as 1970 when there was none.
  public func time(_ index: Int) -> Timestamp {
    let time = entries[index].time
    return Timestamp(nanoseconds: time == .min ? opening ?? 0 : time)
  }

  /// Forgets what was taken.
  public mutating func removeAll() {
    entries.removeAll()
    legs.removeAll()
  }

  /// Notes when the run began.
  @inlinable
  public mutating func barDone(_ bar: Bar, _ portfolio: borrowing Portfolio) {
    if opening == nil { opening = bar.closedAt.nanoseconds }
  }

  /// Keeps the last posting of `ledger`.
  @inlinable
  public mutating func posted(
    _ ledger: borrowing Ledger, sequence: SequenceNumber, at time: Timestamp
  ) {
    guard isListening else { return }
    lastPlace = sequence.value == lastSequence ? lastPlace + 1 : 0
    lastSequence = sequence.value
    if opening == nil && time != .distantPast { opening = time.nanoseconds }
    entries.append(
      Entry(
        sequence: sequence.value, place: lastPlace, legCount: UInt32(ledger.postedCount),
        time: time.nanoseconds, firstLeg: legs.count))
    for index in 0..<ledger.postedCount { legs.append(ledger.postedLeg(index)) }
  }
}
