public import OmniEncoding
public import OmniModel

/// One of the ready strategies.
public enum ReadyStrategy: Sendable {
  /// Follows two averages.
  case emaCross(EMACross)
  /// Buys weakness with limits.
  case rsiLimit(RSILimit)
  /// Buys breakouts with brackets.
  case breakoutBracket(BreakoutBracket)
  /// Trades two channels.
  case donchian(DonchianTrend)
  /// Holds the strongest.
  case momentum(CrossSectionalMomentum)
}

/// A roster of any of the ready strategies.
///
/// Each type has an array of its own, so that a call changes the strategy in place: no copy, no
/// allocation, no existential.
public struct ReadyRoster: StrategyRoster, Sendable {
  private enum Kind: Sendable { case emaCross, rsiLimit, breakoutBracket, donchian, momentum }

  private var places: [(kind: Kind, index: Int)] = []
  private var emaCrosses: [EMACross] = []
  private var rsiLimits: [RSILimit] = []
  private var brackets: [BreakoutBracket] = []
  private var donchians: [DonchianTrend] = []
  private var momenta: [CrossSectionalMomentum] = []

  /// Creates a roster; a strategy's number is its place in the list.
  public init(_ strategies: [ReadyStrategy]) {
    for strategy in strategies {
      switch strategy {
      case .emaCross(let one):
        places.append((.emaCross, emaCrosses.count))
        emaCrosses.append(one)
      case .rsiLimit(let one):
        places.append((.rsiLimit, rsiLimits.count))
        rsiLimits.append(one)
      case .breakoutBracket(let one):
        places.append((.breakoutBracket, brackets.count))
        brackets.append(one)
      case .donchian(let one):
        places.append((.donchian, donchians.count))
        donchians.append(one)
      case .momentum(let one):
        places.append((.momentum, momenta.count))
        momenta.append(one)
      }
    }
  }

  /// How many strategies there are.
  public var count: Int { places.count }

  /// Tells one strategy that a bar was closed.
  public mutating func onBar(_ strategy: StrategyID, _ bar: Bar, desk: inout Desk) {
    let place = places[Int(strategy.index)]
    switch place.kind {
    case .emaCross: emaCrosses[place.index].onBar(bar, desk: &desk)
    case .rsiLimit: rsiLimits[place.index].onBar(bar, desk: &desk)
    case .breakoutBracket: brackets[place.index].onBar(bar, desk: &desk)
    case .donchian: donchians[place.index].onBar(bar, desk: &desk)
    case .momentum: momenta[place.index].onBar(bar, desk: &desk)
    }
  }

  /// Tells one strategy what happened to its order.
  public mutating func onOrder(
    _ strategy: StrategyID, _ id: OrderID, _ event: OrderEvent, desk: inout Desk
  ) {
    let place = places[Int(strategy.index)]
    switch place.kind {
    case .emaCross: emaCrosses[place.index].onOrder(id, event, desk: &desk)
    case .rsiLimit: rsiLimits[place.index].onOrder(id, event, desk: &desk)
    case .breakoutBracket: brackets[place.index].onOrder(id, event, desk: &desk)
    case .donchian: donchians[place.index].onOrder(id, event, desk: &desk)
    case .momentum: momenta[place.index].onOrder(id, event, desk: &desk)
    }
  }

  /// Puts what all strategies remember.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    for place in places {
      switch place.kind {
      case .emaCross: emaCrosses[place.index].encode(into: &sink)
      case .rsiLimit: rsiLimits[place.index].encode(into: &sink)
      case .breakoutBracket: brackets[place.index].encode(into: &sink)
      case .donchian: donchians[place.index].encode(into: &sink)
      case .momentum: momenta[place.index].encode(into: &sink)
      }
    }
  }

  /// Takes back what an equal roster has put.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    for place in places {
      switch place.kind {
      case .emaCross: try emaCrosses[place.index].decode(from: &source)
      case .rsiLimit: try rsiLimits[place.index].decode(from: &source)
      case .breakoutBracket: try brackets[place.index].decode(from: &source)
      case .donchian: try donchians[place.index].decode(from: &source)
      case .momentum: try momenta[place.index].decode(from: &source)
      }
    }
  }
}
