public import OmniCollections
public import OmniModel
public import OmniMoney
public import OmniOrderBooks

// What an order may do, decided before anything changes.

extension MatchingEngine {
  @inlinable @inline(__always)
  func refusal(of order: MatchOrder) -> MatchRefusal? {
    if order.quantity == .zero { return .zeroQuantity }
    if pool.find(order.id.value) != 0 { return .doubledOrder }
    switch order.lifetime {
    case .goodTillCancelled: break
    case .immediateOrCancel: return isCollecting ? .inAuction : nil
    case .fillOrKill:
      if isCollecting { return .inAuction }
      return canFill(order) ? nil : .cannotFill
    case .postOnly:
      if isCollecting { return .inAuction }
      if crosses(order) { return .wouldTrade }
    }
    let key = OrderNode.key(order.side, ticks: order.price.ticks)
    if key == .max { return .priceOutOfRange }
    if pool.count >= orderCountMax { return .full }
    return canRest(order.side, order.quantity.lots) ? nil : .quantityOutOfRange
  }

  @inlinable
  func crosses(_ order: MatchOrder) -> Bool {
    let limit = Taker(order).limit
    return ladders[order.side.opposite.index].best <= limit
  }

  /// Whether all of a fill-or-kill order would trade.
  @inlinable
  func canFill(_ order: MatchOrder) -> Bool {
    let taker = Taker(order)
    return canFill(taker, from: ladders[order.side.opposite.index])
  }

  @inlinable
  func canFill(_ taker: Taker, from ladder: borrowing OrderLadder) -> Bool {
    var missing = taker.quantity
    var key = ladder.best
    while key <= taker.limit {
      let level = ladder.level(at: key)
      if taker.owner == 0 || selfTrades == .none {
        if level.quantity >= missing { return true }
        missing -= level.quantity
      } else {
        var place = level.head
        while place != 0 {
          let node = pool[place]
          if node.owner != taker.owner {
            if node.quantity >= missing { return true }
            missing -= node.quantity
          } else if selfTrades != .cancelOldest {
            return false
          }
          place = node.following
        }
      }
      key = ladder.key(after: key)
    }
    return false
  }
}

/// An order on its way through the other side.
@frozen
@usableFromInline
struct Taker: BitwiseCopyable {
  @usableFromInline let id: UInt64
  @usableFromInline let quantity: Int64
  /// The worst price that it takes, as the other side's ladder counts.
  @usableFromInline let limit: Int64
  @usableFromInline let owner: UInt32
  @usableFromInline let side: Side

  @inlinable @inline(__always)
  init(_ order: MatchOrder) {
    id = order.id.value
    quantity = order.quantity.lots
    owner = order.owner
    side = order.side
    limit = Self.limit(order.side, order.price.ticks)
  }

  @inlinable @inline(__always)
  init(_ node: OrderNode, ticks: Int64) {
    id = node.id
    quantity = node.quantity
    owner = node.owner
    side = node.side
    limit = Self.limit(node.side, ticks)
  }

  /// The largest number stands for no order at all, so it is never a limit.
  @inlinable @inline(__always)
  static func limit(_ side: Side, _ ticks: Int64) -> Int64 {
    min(OrderNode.key(side.opposite, ticks: ticks), .max - 1)
  }
}
