public import OmniEncoding
public import OmniMarketColumns
public import OmniModel
import OmniMoney
import OmniTime

/// A row that can be written as a line of comma-separated text, and read back exactly.
public protocol MarketTextRow: MarketRow {
  /// The names of the columns.
  static var textColumns: [String] { get }
  /// Adds the row as a line with its line feed.
  func appendText(_ instrument: StoredInstrument, to bytes: inout [UInt8])
  /// The row that the present record of `reader` says, or the name of the column that is wrong.
  static func read(
    _ reader: CSVReader, _ instrument: StoredInstrument, as identifier: InstrumentID
  ) -> MarketTextResult<Self>
}

/// What came of a record: a row, or the column that is wrong.
public enum MarketTextResult<Row> {
  /// A row.
  case row(Row)
  /// The name of a column whose text is no value.
  case wrong(String)
}

private let comma = UInt8(ascii: ",")
private let lineFeed = UInt8(ascii: "\n")
private let one = FixedDecimal(coefficient: 1, scale: 0)

extension MarketEvent: MarketTextRow {
  /// The names of the columns.
  public static var textColumns: [String] {
    ["received_ns", "occurred_ns", "kind", "side", "price", "size", "id", "flags"]
  }

  /// Adds the event as a line.
  public func appendText(_ instrument: StoredInstrument, to bytes: inout [UInt8]) {
    ExactText.append(receivedAt.nanoseconds, to: &bytes)
    bytes.append(comma)
    ExactText.append(occurredAt.nanoseconds, to: &bytes)
    bytes.append(comma)
    bytes += Self.kindWords[Int(kind.rawValue)]
    bytes.append(comma)
    bytes += Self.sideWords[Int(side.rawValue)]
    bytes.append(comma)
    ExactText.append(price.ticks, of: instrument.tick, to: &bytes)
    bytes.append(comma)
    ExactText.append(size.lots, of: instrument.lot, to: &bytes)
    bytes.append(comma)
    ExactText.append(id, to: &bytes)
    bytes.append(comma)
    ExactText.append(UInt64(flags.rawValue), to: &bytes)
    bytes.append(lineFeed)
  }

  /// The event that the present record says.
  public static func read(
    _ reader: CSVReader, _ instrument: StoredInstrument, as identifier: InstrumentID
  ) -> MarketTextResult<Self> {
    guard let received = ExactText.count(reader.bytes(0), of: one) else {
      return .wrong("received_ns")
    }
    guard let occurred = ExactText.count(reader.bytes(1), of: one) else {
      return .wrong("occurred_ns")
    }
    guard let kindIndex = kindWords.firstIndex(where: { $0 == Array(reader.bytes(2)) }),
      let kind = Kind(rawValue: UInt8(kindIndex))
    else { return .wrong("kind") }
    guard let sideIndex = sideWords.firstIndex(where: { $0 == Array(reader.bytes(3)) }),
      let side = BookSide(rawValue: UInt8(sideIndex))
    else { return .wrong("side") }
    guard let ticks = ExactText.count(reader.bytes(4), of: instrument.tick) else {
      return .wrong("price")
    }
    guard let lots = ExactText.count(reader.bytes(5), of: instrument.lot), lots >= 0 else {
      return .wrong("size")
    }
    guard let id = ExactText.unsigned(reader.bytes(6)) else { return .wrong("id") }
    guard let flags = ExactText.unsigned(reader.bytes(7)).flatMap({ UInt8(exactly: $0) }) else {
      return .wrong("flags")
    }
    let times = MarketTimes(
      occurredAt: Timestamp(nanoseconds: occurred), receivedAt: Timestamp(nanoseconds: received))
    return .row(
      Self(
        kind, side, of: identifier, at: times,
        Content(
          price: Price(ticks: ticks), size: Quantity(lots: lots), id: id,
          flags: Flags(rawValue: flags))))
  }

  private static let kindWords = Kind.allCases.map { Array("\($0)".utf8) }
  private static let sideWords = BookSide.allCases.map { Array("\($0)".utf8) }
}

extension Bar: MarketTextRow {
  /// The names of the columns, which are those of a strict bar file.
  public static var textColumns: [String] { ["ts_ns", "open", "high", "low", "close", "volume"] }

  /// Adds the bar as a line.
  public func appendText(_ instrument: StoredInstrument, to bytes: inout [UInt8]) {
    ExactText.append(closedAt.nanoseconds, to: &bytes)
    for price in [open, high, low, close] {
      bytes.append(comma)
      ExactText.append(price.ticks, of: instrument.tick, to: &bytes)
    }
    bytes.append(comma)
    ExactText.append(
      volume, of: FixedDecimal(coefficient: 1, scale: instrument.volumeDecimals), to: &bytes)
    bytes.append(lineFeed)
  }

  /// The bar that the present record says.
  public static func read(
    _ reader: CSVReader, _ instrument: StoredInstrument, as identifier: InstrumentID
  ) -> MarketTextResult<Self> {
    guard let closedAt = ExactText.count(reader.bytes(0), of: one) else { return .wrong("ts_ns") }
    var prices: [Price] = []
    for column in 1...4 {
      guard let ticks = ExactText.count(reader.bytes(column), of: instrument.tick) else {
        return .wrong(textColumns[column])
      }
      prices.append(Price(ticks: ticks))
    }
    let step = FixedDecimal(coefficient: 1, scale: instrument.volumeDecimals)
    guard let volume = ExactText.count(reader.bytes(5), of: step), volume >= 0 else {
      return .wrong("volume")
    }
    let four = OpenHighLowClose(open: prices[0], high: prices[1], low: prices[2], close: prices[3])
    guard four.isConsistent else { return .wrong("high") }
    return .row(
      Self(
        instrument: identifier, closedAt: Timestamp(nanoseconds: closedAt), prices: four,
        volume: volume))
  }
}
