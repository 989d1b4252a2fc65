/// Three strategies and three ways of filling, written down once more.
///
/// As plainly as can be: lists, loops and doubles, without orders, books or a venue. Prices are in
/// ticks of 0.1.
struct NaiveModel {
  struct NaiveBar {
    var time: Int64
    var open: Int64
    var high: Int64
    var low: Int64
    var close: Int64
  }

  enum Strategy {
    case emaCross
    case rsiLimit
    case bracket(stop: Int64, target: Int64)
  }

  /// How orders are filled.
  enum Mode: String, CaseIterable {
    /// At the signal bar's close; a stop that is jumped over at the open.
    case omni
    /// At the signal bar's close; a stop that is jumped over at its own price.
    case nautilus = "nautilus-1.221"
    /// At the next bar's open; limits and stops at the better and the worse of price and open.
    case nextOpen = "backtesting.py"
  }

  /// A fill: the bar's number, signed units, ticks.
  struct Fill: Equatable {
    let bar: Int
    let units: Int64
    let ticks: Int64

    init(_ bar: Int, _ units: Int64, _ ticks: Int64) {
      self.bar = bar
      self.units = units
      self.ticks = ticks
    }

    /// The row of the fills' file.
    var line: String {
      let side = units > 0 ? "buy" : "sell"
      return "\(bar),\(side),\(abs(units)).000,\(ticks / 10).\(ticks % 10)"
    }
  }

  let bars: [NaiveBar]
  let mode: Mode

  func fills(_ strategy: Strategy) -> [Fill] {
    switch strategy {
    case .emaCross: emaCross()
    case .rsiLimit: rsiLimit()
    case .bracket(let stop, let target): bracket(stop: stop, target: target)
    }
  }

  private func emaCross() -> [Fill] {
    var fills: [Fill] = []
    var (fast, slow) = (0.0, 0.0)
    var (side, pending): (Int64, Int64) = (0, 0)
    for (index, bar) in bars.enumerated() {
      if pending != 0 { fills.append(Fill(index, pending, bar.open)) }
      pending = 0
      let price = Double(bar.close) / 10
      if index == 0 { (fast, slow) = (price, price) }
      fast += (price - fast) * (2.0 / 11)
      slow += (price - slow) * (2.0 / 21)
      let wanted: Int64 = index < 19 || fast == slow ? side : fast > slow ? 1 : -1
      if wanted == side { continue }
      let units = side == 0 ? wanted : 2 * wanted
      side = wanted
      if mode == .nextOpen { pending = units } else { fills.append(Fill(index, units, bar.close)) }
    }
    return fills
  }

  /// Wilder's index of each bar, or nil while it is not known.
  private func relativeStrength() -> [Double?] {
    var (gain, loss) = (0.0, 0.0)
    return bars.indices.map { index in
      guard index > 0 else { return nil }
      let change = Double(bars[index].close) / 10 - Double(bars[index - 1].close) / 10
      let (up, down) = (max(change, 0), max(-change, 0))
      if index <= 14 {
        gain += up
        loss += down
        if index < 14 { return nil }
        gain /= 14
        loss /= 14
      } else {
        gain = (gain * 13 + up) / 14
        loss = (loss * 13 + down) / 14
      }
      return loss == 0 ? 100 : 100 - 100 / (1 + gain / loss)
    }
  }

  private func rsiLimit() -> [Fill] {
    var fills: [Fill] = []
    let index = relativeStrength()
    var (bid, offer): (Int64?, Int64?) = (nil, nil)
    var (isLong, leaves) = (false, false)
    var (placedAt, held) = (0, Int?.none)
    for (i, bar) in bars.enumerated() {
      if leaves { fills.append(Fill(i, -1, bar.open)) }
      if leaves { (isLong, leaves) = (false, false) }
      if let price = bid, !isLong, bar.low <= price {
        fills.append(Fill(i, 1, mode == .nextOpen ? min(bar.open, price) : price))
        (isLong, bid) = (true, nil)
      } else if let price = offer, isLong, bar.high >= price {
        fills.append(Fill(i, -1, mode == .nextOpen ? max(bar.open, price) : price))
        (isLong, offer) = (false, nil)
      }
      guard let strength = index[i] else { continue }
      if !isLong {
        (held, offer) = (nil, nil)
        if bid != nil, i - placedAt >= 5 { bid = nil }
        if bid == nil, strength < 30 { (bid, placedAt) = (bar.close - 100, i) }
        continue
      }
      if held == nil { (held, bid) = (i, nil) }
      if offer != nil, i - placedAt >= 5 { offer = nil }
      if let held, i - held >= 120 {
        offer = nil
        if mode == .nextOpen { leaves = true } else { fills.append(Fill(i, -1, bar.close)) }
        if mode != .nextOpen { isLong = false }
      } else if offer == nil, strength > 55 {
        (offer, placedAt) = (bar.close + 50, i)
      }
    }
    return fills
  }

  private func bracket(stop: Int64, target: Int64) -> [Fill] {
    var fills: [Fill] = []
    var levels: (stop: Int64, target: Int64)?
    var pending: (stop: Int64, target: Int64)?
    for (index, bar) in bars.enumerated() {
      if let children = pending {
        fills.append(Fill(index, 1, bar.open))
        (levels, pending) = (children, nil)
      }
      if let children = levels, let price = exit(bar, children.stop, children.target) {
        fills.append(Fill(index, -1, price))
        levels = nil
      }
      guard index >= 20, levels == nil else { continue }
      guard bar.close > bars[index - 20..<index].map(\.high).max() ?? .max else { continue }
      let children = (stop: bar.close - stop, target: bar.close + target)
      if mode == .nextOpen {
        pending = children
      } else {
        fills.append(Fill(index, 1, bar.close))
        levels = children
      }
    }
    return fills
  }

  /// The price at which a long position with both children leaves inside `bar`, or nil.
  private func exit(_ bar: NaiveBar, _ stop: Int64, _ target: Int64) -> Int64? {
    if mode == .nextOpen {
      if bar.low <= stop { return min(bar.open, stop) }
      return bar.high >= target ? max(bar.open, target) : nil
    }
    if bar.open <= stop { return mode == .omni ? bar.open : stop }
    if bar.high >= target { return target }
    return bar.low <= stop ? stop : nil
  }
}
