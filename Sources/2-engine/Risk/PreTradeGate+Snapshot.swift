import OmniCollections
public import OmniEncoding
import OmniModel
import OmniMoney
import OmniTime

extension PreTradeGate {
  /// Puts what the gate remembers; its limits stand in the run's plan.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(UInt64(tradingState.rawValue))
    for index in paused.indices {
      sink.put(paused[index])
      sink.put(restricted[index])
    }
    for index in behaviours.indices {
      let behaviour = behaviours[index]
      sink.put(behaviour.minute)
      sink.put(Int64(behaviour.ordersThisMinute))
      sink.put(behaviour.day)
      sink.put(behaviour.equityAtDayStart)
      sink.put(behaviour.lastOrder != nil)
      behaviour.lastOrder?.encode(into: &sink)
      sink.put(behaviour.lastOrderAt.nanoseconds)
    }
  }

  /// Takes back what an equal gate has put.
  ///
  /// When it throws, the gate is to be thrown away.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    let state = try source.take()
    guard let known = UInt8(exactly: state).flatMap(TradingState.init(rawValue:)) else {
      throw .senseless(word: state, what: "trading state")
    }
    tradingState = known
    for index in paused.indices {
      paused[index] = try source.takeFlag()
      restricted[index] = try source.takeFlag()
    }
    for index in behaviours.indices {
      var behaviour = Behaviour()
      behaviour.minute = try source.takeSigned()
      behaviour.ordersThisMinute = Int(try source.takeSigned())
      behaviour.day = try source.takeSigned()
      behaviour.equityAtDayStart = try source.takeWide()
      if try source.takeFlag() { behaviour.lastOrder = try OrderIntent(decoding: &source) }
      behaviour.lastOrderAt = Timestamp(nanoseconds: try source.takeSigned())
      behaviours[index] = behaviour
    }
  }
}
