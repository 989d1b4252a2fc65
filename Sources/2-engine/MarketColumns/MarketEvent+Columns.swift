public import OmniModel
import OmniMoney
public import OmniTime

/// The columns of events, by their numbers.
public enum EventColumn: Int, CaseIterable, Sendable {
  /// Nanoseconds at which the event was received.
  case receivedAt
  /// Nanoseconds at which it occurred; packed as the difference to the column before.
  case occurredAt
  /// The price in ticks.
  case price
  /// The size in lots.
  case size
  /// The number, by its bits.
  case id
  /// The kind's number.
  case kind
  /// The side's number.
  case side
  /// The marks' bits.
  case flags
}

extension MarketEvent: MarketRow {
  /// Rows are events.
  public static var rowKind: MarketRowKind { .events }
  /// When the event was received.
  public var instant: Timestamp { receivedAt }
  /// When the venue says that it happened.
  public var occurrence: Timestamp { occurredAt }

  /// Whether the book is suspect from here on.
  public var beginsGap: Bool { flags.contains(.gap) }

  /// Writes `rows` into the first places of each column.
  public static func split(_ rows: Span<Self>, into columns: inout [[Int64]]) {
    rows.fill(&columns[0]) { $0.receivedAt.nanoseconds }
    rows.fill(&columns[1]) { $0.occurredAt.nanoseconds &- $0.receivedAt.nanoseconds }
    rows.fill(&columns[2]) { $0.price.ticks }
    rows.fill(&columns[3]) { $0.size.lots }
    rows.fill(&columns[4]) { Int64(bitPattern: $0.id) }
    rows.fill(&columns[5]) { Int64($0.kind.rawValue) }
    rows.fill(&columns[6]) { Int64($0.side.rawValue) }
    rows.fill(&columns[7]) { Int64($0.flags.rawValue) }
  }

  /// Undoes the difference of the two instants, and looks whether each row is an event.
  public static func join(_ columns: inout [[Int64]], count: Int) -> Bool {
    add(columns[0], to: &columns[1], count)
    return areNotNegative(columns[3], count)
      && areBelow(Int64(Kind.allCases.count), columns[5], count)
      && areBelow(Int64(BookSide.allCases.count), columns[6], count)
      && areBelow(256, columns[7], count)
  }

  /// The event in place `index`.
  public static func row(
    _ index: Int, of instrument: InstrumentID, in columns: [[Int64]]
  ) -> Self {
    // Joining has held each number against what there is, so the alternatives do not occur.
    let kind = Kind(rawValue: UInt8(truncatingIfNeeded: columns[5][index])) ?? .clear
    let side = BookSide(rawValue: UInt8(truncatingIfNeeded: columns[6][index])) ?? .none
    return Self(
      kind, side, of: instrument,
      at: MarketTimes(
        occurredAt: Timestamp(nanoseconds: columns[1][index]),
        receivedAt: Timestamp(nanoseconds: columns[0][index])),
      Content(
        price: Price(ticks: columns[2][index]), size: Quantity(lots: columns[3][index]),
        id: UInt64(bitPattern: columns[4][index]),
        flags: Flags(rawValue: UInt8(truncatingIfNeeded: columns[7][index]))))
  }

  private static func add(_ base: [Int64], to column: inout [Int64], _ count: Int) {
    let base = base.span
    var column = column.mutableSpan
    for index in 0..<count { column[index] &+= base[index] }
  }

  private static func areNotNegative(_ column: [Int64], _ count: Int) -> Bool {
    // The sign is the highest bit.
    let column = column.span
    var bits: Int64 = 0
    for index in 0..<count { bits |= column[index] }
    return bits >= 0
  }

  private static func areBelow(_ limit: Int64, _ column: [Int64], _ count: Int) -> Bool {
    let column = column.span
    // What all of them have in bits is seldom at or above the limit, and quicker to find.
    var bits: Int64 = 0
    for index in 0..<count { bits |= column[index] }
    if bits >= 0 && bits < limit { return true }
    for index in 0..<count where column[index] < 0 || column[index] >= limit { return false }
    return true
  }
}

extension Span where Element == MarketEvent {
  /// Writes the number that `number` makes of each event into the first places of `column`.
  @inline(__always)
  fileprivate func fill(_ column: inout [Int64], _ number: (MarketEvent) -> Int64) {
    var column = column.mutableSpan
    for index in indices { column[index] = number(self[index]) }
  }
}
