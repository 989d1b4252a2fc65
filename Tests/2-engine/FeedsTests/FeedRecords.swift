import OmniCollections
import OmniFeeds
import OmniModel
import OmniMoney
import OmniPlatform
import OmniTestKit
import OmniTime

/// Words that the tests of feeds share.
enum FeedRecords {
  static let instrument = InstrumentID(7)

  static func grid(_ tick: String, _ lot: String) throws -> PriceGrid {
    PriceGrid(tick: try FixedDecimal(tick), lot: try FixedDecimal(lot))
  }

  /// The lines of a file of the shared order book data, unpacked.
  static func lines(_ name: String) throws -> [[UInt8]] {
    var reader = try FileReader(SampleFiles.shared(name))
    return try reader.readAll(limit: 1 << 30).split(separator: 0x0A).map(Array.init)
  }

  /// All events of `buffer`, as an array.
  static func array(_ buffer: borrowing GrowingBuffer<MarketEvent>) -> [MarketEvent] {
    var events: [MarketEvent] = []
    events.reserveCapacity(buffer.count)
    for index in buffer.indices { events.append(buffer[index]) }
    return events
  }
}

/// A book as anybody would write it first: two dictionaries.
struct NaiveLevels: Equatable {
  var bids: [Int64: Int64] = [:]
  var asks: [Int64: Int64] = [:]
  var isSuspect = false

  mutating func apply(_ event: MarketEvent) {
    switch event.kind {
    case .clear:
      if event.side != .ask { bids = [:] }
      if event.side != .bid { asks = [:] }
      isSuspect = event.flags.contains(.gap)
    case .level:
      let size = event.size.lots == 0 ? nil : event.size.lots
      if event.side == .bid {
        bids[event.price.ticks] = size
      } else {
        asks[event.price.ticks] = size
      }
    default: break
    }
  }

  var isCrossed: Bool {
    guard let bid = bids.keys.max(), let ask = asks.keys.min() else { return false }
    return bid >= ask
  }
}
