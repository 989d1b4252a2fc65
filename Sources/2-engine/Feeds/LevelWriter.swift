import OmniCollections
import OmniModel
import OmniMoney

/// Writes the levels of one message as events: all of one instant and with one number.
struct LevelWriter {
  var instrument: InstrumentID
  var times: MarketTimes
  var id: UInt64

  typealias Events = GrowingBuffer<MarketEvent>

  @inline(__always)
  func event(
    _ kind: MarketEvent.Kind, _ level: DepthLevel?, _ flags: MarketEvent.Flags
  ) -> MarketEvent {
    let side: MarketEvent.BookSide = level.map { $0.isAsk ? .ask : .bid } ?? .none
    return MarketEvent(
      kind, side, of: instrument, at: times,
      .init(
        price: Price(ticks: level?.price ?? 0), size: Quantity(lots: level?.size ?? 0), id: id,
        flags: flags))
  }

  /// The book is empty, and then it is `levels`.
  func snapshot(_ levels: borrowing GrowingBuffer<DepthLevel>, _ events: inout Events) {
    events.append(event(.clear, nil, levels.isEmpty ? [.snapshot, .last] : .snapshot))
    for index in levels.indices {
      let isLast = index + 1 == levels.count
      events.append(event(.level, levels[index], isLast ? [.snapshot, .last] : .snapshot))
    }
  }

  /// The sizes of those prices are now those of `levels`.
  @inline(__always)
  func update(
    _ levels: borrowing GrowingBuffer<DepthLevel>, _ range: Range<Int>, _ events: inout Events
  ) {
    for index in range {
      events.append(event(.level, levels[index], index + 1 == range.upperBound ? .last : []))
    }
  }

  /// The book is suspect from here on.
  func gap(_ events: inout Events) { events.append(event(.clear, nil, [.gap, .last])) }
}
