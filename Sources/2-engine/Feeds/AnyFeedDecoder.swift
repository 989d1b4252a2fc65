import OmniCollections
import OmniModel
import OmniTime

/// The decoder of a format that is known only when the text is there.
///
/// All are there, since an unused one is some hundred bytes, and the one of `format` is used.
struct AnyFeedDecoder: ~Copyable {
  let format: FeedFormat
  private var binance: BinanceDecoder
  private var bybit: BybitDecoder
  private var hyperliquid: HyperliquidDecoder
  private var orders: OrderFeedDecoder
  private var lobster: LobsterDecoder
  private var table: TableFeedDecoder

  init(_ format: FeedFormat, _ options: FeedOptions) {
    self.format = format
    let (instrument, grid, offset) = (options.instrument, options.grid, options.clockOffset)
    binance = BinanceDecoder(
      instrument: instrument, grid: grid, clockOffset: offset, limits: options.limits)
    bybit = BybitDecoder(instrument: instrument, grid: grid)
    hyperliquid = HyperliquidDecoder(instrument: instrument, grid: grid, clockOffset: offset)
    orders = OrderFeedDecoder(instrument: instrument, grid: grid, clockOffset: offset)
    lobster = LobsterDecoder(instrument: instrument, grid: grid, midnight: options.midnight)
    table = TableFeedDecoder(
      instrument: instrument, grid: grid, symbol: options.symbol, clockOffset: offset)
  }

  mutating func decode(
    _ record: borrowing Span<UInt8>, line: Int, into events: inout GrowingBuffer<MarketEvent>
  ) throws(FeedError) {
    switch format {
    case .binance: try binance.decode(record, line: line, into: &events)
    case .bybit: try bybit.decode(record, line: line, into: &events)
    case .hyperliquid: try hyperliquid.decode(record, line: line, into: &events)
    case .orders: try orders.decode(record, line: line, into: &events)
    case .lobster: try lobster.decode(record, line: line, into: &events)
    case .table: try table.decode(record, line: line, into: &events)
    }
  }

  mutating func finish(into events: inout GrowingBuffer<MarketEvent>) {
    table.finish(into: &events)
  }

  var counts: FeedCounts {
    switch format {
    case .binance: binance.counts
    case .bybit: bybit.counts
    case .hyperliquid: hyperliquid.counts
    case .orders: orders.counts
    case .lobster: lobster.counts
    case .table: table.counts
    }
  }

  var clock: ClockCorrection {
    switch format {
    case .binance: binance.clock
    case .hyperliquid: hyperliquid.clock
    case .table: table.clock
    case .bybit, .orders, .lobster: ClockCorrection()
    }
  }
}
