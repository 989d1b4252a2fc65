public import OmniCollections
public import OmniEncoding
public import OmniModel
public import OmniMoney
public import OmniTime

/// The last bar of every instrument: what the core knows of the market from bars.
///
/// - Complexity: O(1), with no allocation.
@frozen
public struct BarBoard: ~Copyable {
  @usableFromInline var closes: OwnedBuffer<Price>
  @usableFromInline var times: OwnedBuffer<Timestamp>

  /// Creates a board for `instrumentCount` instruments, nothing known of any.
  public init(instrumentCount: Int) {
    closes = OwnedBuffer(repeating: .zero, count: instrumentCount)
    times = OwnedBuffer(repeating: .distantPast, count: instrumentCount)
  }

  /// How many instruments there are.
  @inlinable
  public var count: Int { closes.count }

  /// Notes a bar.
  ///
  /// - Precondition: the instrument is one of the board's.
  @inlinable @inline(__always)
  public mutating func apply(_ bar: Bar) {
    closes[Int(bar.instrument.index)] = bar.close
    times[Int(bar.instrument.index)] = bar.closedAt
  }

  /// Replaces the last price of `instrument`, if there is one, by the same in other units.
  public mutating func restate(_ instrument: InstrumentID, at price: Price) {
    let index = Int(instrument.index)
    if times[index] != .distantPast { closes[index] = price }
  }

  /// The last price of `instrument`, or nil before its first bar.
  @inlinable
  public func price(_ instrument: InstrumentID) -> Price? {
    let index = Int(instrument.index)
    return index < closes.count && times[index] != .distantPast ? closes[index] : nil
  }

  /// When the last bar of `instrument` was closed.
  ///
  /// - Precondition: the instrument is one of the board's.
  @inlinable
  public func time(_ instrument: InstrumentID) -> Timestamp { times[Int(instrument.index)] }

  /// Puts the canonical form.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    for index in closes.indices {
      sink.put(closes[index].ticks)
      sink.put(times[index].nanoseconds)
    }
  }

  /// Takes back what an equal board has put.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    for index in closes.indices {
      closes[index] = Price(ticks: try source.takeSigned())
      times[index] = Timestamp(nanoseconds: try source.takeSigned())
    }
  }
}
