import OmniDataProviders
import OmniEncoding
import OmniMarketStore
import OmniModel
import OmniMoney
import OmniPlatform
import OmniTime

/// A table of quotes or trades as a source of events, with nothing of the table left out.
///
/// Its columns are `symbol`, `ts_ms` and either `bid`, `ask` and their sizes, or `price` and `size` or
/// `amount`. What an event has no place for, the exchange's letter and the codes of the conditions,
/// is kept in the number, so that a store of the table holds as much as the table does.
struct TickTable: MarketRowSource, ~Copyable {
  typealias Row = MarketEvent

  /// Prices and sizes are kept to the eighth decimal.
  static let step = FixedDecimal(coefficient: 1, scale: 8)

  /// The symbols so far, at the places of their identifiers.
  private(set) var symbols: [String] = []
  /// How many rows of the table have been read.
  private(set) var rowCount = 0
  private var source: FileByteSource
  private var reader: CSVReader
  private let columns: Columns

  private struct Columns {
    var symbol = -1
    var time = -1
    var bid = -1
    var ask = -1
    var bidSize = -1
    var askSize = -1
    var price = -1
    var size = -1
    var side = -1
    var id = -1
    var exchange = -1
    var condition = -1
    var suspicious = -1

    init(_ header: CSVHeader) {
      func place(_ names: String...) -> Int {
        for name in names { if let index = header.index(of: name) { return index } }
        return -1
      }
      symbol = place("symbol")
      time = place("ts_ms")
      (bid, ask) = (place("bid"), place("ask"))
      (bidSize, askSize) = (place("bid_size"), place("ask_size"))
      (price, size) = (place("price"), place("size", "amount"))
      (side, id) = (place("side"), place("trade_id"))
      (exchange, condition) = (place("exchange"), place("cond"))
      suspicious = place("suspicious")
    }

    var areTicks: Bool { symbol >= 0 && time >= 0 && (bid >= 0 && ask >= 0 || price >= 0) }
  }

  private init(_ source: consuming FileByteSource, _ reader: CSVReader, _ columns: Columns) {
    self.source = source
    self.reader = reader
    self.columns = columns
  }

  /// Opens the table at `path`; nil if it is one of something else.
  static func open(_ path: String) throws(MarketStoreFailure) -> TickTable? {
    var source: FileByteSource
    do throws(FileError) { source = try FileByteSource(path) } catch { throw .file(error) }
    var reader = CSVReader()
    do throws(CSVError) {
      guard try reader.next(from: &source) else { return nil }
    } catch {
      throw .source("\(error)")
    }
    let columns = Columns(CSVHeader(reader))
    guard columns.areTicks else { return nil }
    return TickTable(source, reader, columns)
  }

  mutating func read(into rows: inout [MarketEvent]) throws(MarketStoreFailure) {
    let target = rows.count + 4_096
    while rows.count < target {
      do throws(CSVError) {
        guard try reader.next(from: &source) else { return }
      } catch {
        throw .source("\(error)")
      }
      rowCount += 1
      do throws(FixedDecimal.Failure) { try append(&rows) } catch {
        throw .source("line \(reader.line): \(error)")
      }
    }
  }

  private mutating func append(_ rows: inout [MarketEvent]) throws(FixedDecimal.Failure) {
    if symbols.last.map({ !reader.field(columns.symbol, equals: $0) }) ?? true {
      let symbol = reader.text(columns.symbol)
      // Tables are sorted by symbol, so each comes once.
      symbols.append(symbol)
    }
    let instrument = InstrumentID(UInt32(symbols.count - 1))
    let instant = Timestamp(nanoseconds: try reader.integer(columns.time) * 1_000_000)
    let times = MarketTimes(occurredAt: instant, receivedAt: instant)
    var id: UInt64 = 0
    if columns.id >= 0 { id = UInt64(try reader.integer(columns.id)) }
    if columns.exchange >= 0 {
      let letter = UInt64(reader.bytes(columns.exchange).first ?? 0)
      let condition = columns.condition >= 0 ? hexadecimal(columns.condition) : 0
      let mark = columns.suspicious >= 0 ? UInt64(try reader.integer(columns.suspicious)) : 0
      id = letter << 40 | condition << 8 | mark
    }
    if columns.price >= 0 {
      let isSale = columns.side >= 0 && reader.field(columns.side, equals: "sell")
      let side: MarketEvent.BookSide = columns.side < 0 ? .none : isSale ? .ask : .bid
      let content = MarketEvent.Content(
        price: Price(ticks: try number(columns.price)),
        size: Quantity(lots: columns.size < 0 ? 0 : try number(columns.size)), id: id, flags: .last)
      rows.append(MarketEvent(.trade, side, of: instrument, at: times, content))
      return
    }
    let bid = try number(columns.bid)
    let ask = try number(columns.ask)
    if bid != 0 {
      let size = Quantity(lots: columns.bidSize < 0 ? 0 : try number(columns.bidSize))
      let content = MarketEvent.Content(
        price: Price(ticks: bid), size: size, id: id, flags: ask == 0 ? .last : [])
      rows.append(MarketEvent(.best, .bid, of: instrument, at: times, content))
    }
    if ask != 0 || bid == 0 {
      let size = Quantity(lots: columns.askSize < 0 ? 0 : try number(columns.askSize))
      let content = MarketEvent.Content(
        price: Price(ticks: ask), size: size, id: id, flags: .last)
      rows.append(MarketEvent(.best, .ask, of: instrument, at: times, content))
    }
  }

  /// The number in units of the eighth decimal; further decimals, the noise of binary fractions, go.
  private func number(_ column: Int) throws(FixedDecimal.Failure) -> Int64 {
    Int64(clamping: try reader.decimal(column).wideCoefficient(atScale: 8, rounding: .halfEven))
  }

  private func hexadecimal(_ column: Int) -> UInt64 {
    reader.bytes(column).reduce(0) { sum, byte in
      let digit = byte <= 57 ? byte &- 48 : (byte | 32) &- 87
      return sum << 4 | UInt64(digit & 15)
    } & 0xFFFF_FFFF
  }
}
