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
    for index in rows.indices {
      let row = rows[index]
      columns[0][index] = row.receivedAt.nanoseconds
      columns[1][index] = row.occurredAt.nanoseconds &- row.receivedAt.nanoseconds
      columns[2][index] = row.price.ticks
      columns[3][index] = row.size.lots
      columns[4][index] = Int64(bitPattern: row.id)
      columns[5][index] = Int64(row.kind.rawValue)
      columns[6][index] = Int64(row.side.rawValue)
      columns[7][index] = Int64(row.flags.rawValue)
    }
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
    var areBelow = true
    for index in 0..<count {
      areBelow = areBelow && UInt64(bitPattern: column[index]) < UInt64(limit)
    }
    return areBelow
  }
}
