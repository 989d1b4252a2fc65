public import OmniModel
public import OmniMoney
import OmniOrderBooks
import OmniPortfolio
import OmniRisk
import OmniTime

extension TickDesk {
  /// Sends a limit order if the gate lets it by, and returns whether it did.
  ///
  /// - Complexity: O(working orders), with no allocation once as many have worked before.
  @discardableResult
  public mutating func submit(
    _ id: OrderID, _ side: Side, _ quantity: Quantity, at price: Price,
    _ timeInForce: TimeInForce = .postOnly
  ) -> Bool {
    send(TickOrder(id, of: strategy, side, quantity, at: price).with(timeInForce))
  }

  /// Sends an order if the gate lets it by, and returns whether it did.
  @discardableResult
  public mutating func send(_ order: TickOrder) -> Bool {
    let intent = OrderIntent(
      id: order.id, strategy: StrategyID(0), instrument: instrument,
      terms: OrderIntent.Terms(
        order.side, order.isMarket ? .market : .limit, order.quantity, price: order.price))
    do {
      let approved = try gate.check(intent, circumstances(order.side), portfolio)
      working.append(
        WorkingTick(id: approved.order.id, side: order.side, totalLots: order.quantity.lots))
    } catch {
      denialCount += 1
      lastDenial = error
      return false
    }
    let delay = latency.order(at: now)
    sent.append(.submit(order), at: now + delay)
    return true
  }

  /// Asks for an order to be cancelled; false if it is not known here, or has been asked before.
  @discardableResult
  public mutating func cancel(_ id: OrderID) -> Bool {
    guard let index = working.firstIndex(where: { $0.id == id }), !working[index].isCancelling
    else { return false }
    working[index].isCancelling = true
    let delay = latency.order(at: now)
    sent.append(.cancel(id), at: now + delay)
    return true
  }

  /// Asks for another price and size, which counts what has been traded already.
  ///
  /// The gate looks at new orders and not at replacements, so that an order cannot be made larger.
  ///
  /// - Returns: False if the order is not known here, is going, has a replacement on its way, or
  ///   would grow.
  @discardableResult
  public mutating func replace(_ id: OrderID, _ price: Price, _ quantity: Quantity) -> Bool {
    guard let index = working.firstIndex(where: { $0.id == id }), !working[index].isCancelling,
      working[index].wantedLots == nil, quantity > .zero,
      quantity.lots <= working[index].totalLots
    else { return false }
    working[index].wantedLots = quantity.lots
    let delay = latency.order(at: now)
    sent.append(.replace(id, price, quantity), at: now + delay)
    return true
  }

  private func circumstances(_ side: Side) -> OrderCircumstances {
    var orders = OrderCircumstances.Working(orderCount: working.count)
    for order in working {
      if order.side == .buy {
        orders.buyLots += order.lots
      } else {
        orders.sellLots += order.lots
      }
    }
    let last = side == .buy ? market.bestAsk ?? market.bestBid : market.bestBid ?? market.bestAsk
    return OrderCircumstances(
      now: now, lastPrice: last, pricedAt: pricedAt, working: orders)
  }

  /// Takes a report into account.
  mutating func note(_ report: TickReport) throws(DeskFailure) {
    switch report.kind {
    case .accepted: break
    case .replaced: noteReplaced(report.order)
    case .refused: noteRefused(report.order)
    case .rejected, .expired, .cancelled: forget(report.order)
    case .funded(let payment): account.pay(funding: payment)
    case .filled(let fill): try note(fill, report)
    }
  }

  private mutating func noteReplaced(_ id: OrderID) {
    guard let index = index(id), let wanted = working[index].wantedLots else { return }
    working[index].totalLots = wanted
    working[index].wantedLots = nil
  }

  /// Whichever of the two was refused, either may be asked for again.
  private mutating func noteRefused(_ id: OrderID) {
    guard let index = index(id) else { return }
    working[index].isCancelling = false
    working[index].wantedLots = nil
  }

  private mutating func note(_ fill: Fill, _ report: TickReport) throws(DeskFailure) {
    account.apply(fill, report.side, unit: unit)
    do {
      try portfolio.apply(
        fill,
        FillContext(
          strategy: StrategyID(0), instrument: instrument, side: report.side,
          at: report.occurredAt))
    } catch {
      throw .books("\(error)")
    }
    guard let index = index(report.order) else { return }
    working[index].tradedLots += fill.quantity.lots
    if working[index].lots <= 0 { working.remove(at: index) }
  }

  private func index(_ id: OrderID) -> Int? { working.firstIndex { $0.id == id } }

  private mutating func forget(_ id: OrderID) {
    if let index = index(id) { working.remove(at: index) }
  }
}
