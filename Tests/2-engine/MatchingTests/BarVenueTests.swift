import OmniEncoding
import OmniMatching
import OmniModel
import OmniMoney
import Testing

@Suite("BarVenue")
struct BarVenueTests {
  // MARK: Market orders

  @Test func `a market order fills at the close of the bar that led to it`() throws {
    let bench = try VenueBench(.omni)

    #expect(try bench.submit(market(1, .buy)) == ["accepted 1", "filled 1 at 100"])
    #expect(bench.fills.first?.liquidity == .taker)
  }

  @Test func `under backtesting.py a market order waits for the next open`() throws {
    let bench = try VenueBench(.backtestingPy)

    #expect(try bench.submit(market(1, .buy)) == ["accepted 1"])
    #expect(bench.bar(103, 105, 99, 104) == ["filled 1 at 103"])
  }

  @Test func `what the market has already reached takes at the close`() throws {
    let bench = try VenueBench(.omni)

    #expect(
      try bench.submit(limit(1, .buy, 102), stop(2, .buy, 99), limit(3, .buy, 99)) == [
        "accepted 1", "accepted 2", "accepted 3", "filled 1 at 100", "triggered 2",
        "filled 2 at 100",
      ])
    #expect(bench.fills.map(\.liquidity) == [.taker, .taker])
  }

  // MARK: The path inside a bar

  @Test func `limits and stops fill where the path from open to high to low meets them`() throws {
    let bench = try VenueBench(.omni)
    try bench.submit(
      limit(1, .buy, 96), stop(2, .sell, 97), limit(3, .sell, 108), stop(4, .buy, 105),
      limit(5, .buy, 90), limit(6, .sell, 108))

    #expect(
      bench.bar(101, 110, 95, 98) == [
        "triggered 4", "filled 4 at 105", "filled 3 at 108", "filled 6 at 108", "triggered 2",
        "filled 2 at 97", "filled 1 at 96",
      ])
    #expect(bench.fills.map(\.liquidity) == [.taker, .maker, .maker, .taker, .maker])
    #expect(bench.venue.workingOrderCount == 1)
  }

  @Test func `the other path meets the low first`() throws {
    let bench = try VenueBench(path(.openLowHighClose))
    try bench.submit(limit(1, .sell, 108), limit(2, .buy, 96))

    #expect(bench.bar(101, 110, 95, 98) == ["filled 2 at 96", "filled 1 at 108"])
  }

  @Test func `a stop that a gap has passed fills where the policy says`() throws {
    let wanted: [(FillPolicy, Int64)] = [(.omni, 90), (.nautilus, 95), (.backtestingPy, 90)]
    for (policy, price) in wanted {
      let bench = try VenueBench(policy)
      try bench.submit(stop(1, .sell, 95))
      #expect(
        bench.bar(90, 97, 88, 92) == ["triggered 1", "filled 1 at \(price)"], "\(policy.name)")
    }
  }

  @Test func `a limit that a gap has passed fills where the policy says`() throws {
    let wanted: [(FillPolicy, Int64)] = [(.omni, 95), (.nautilus, 95), (.backtestingPy, 90)]
    for (policy, price) in wanted {
      let bench = try VenueBench(policy)
      try bench.submit(limit(1, .buy, 95))
      #expect(bench.bar(90, 97, 88, 92) == ["filled 1 at \(price)"], "\(policy.name)")
    }
  }

  @Test func `a stop inside a bar fills at its trigger under each preset`() throws {
    for policy in FillPolicy.presets {
      let bench = try VenueBench(policy)
      try bench.submit(stop(1, .sell, 95))
      #expect(bench.bar(99, 101, 94, 98) == ["triggered 1", "filled 1 at 95"], "\(policy.name)")
    }
  }

  @Test func `with penetration the market must pass a limit before it fills`() throws {
    let bench = try VenueBench(path(.openHighLowClose, penetration: 2))
    try bench.submit(limit(1, .buy, 95), limit(2, .sell, 105))

    #expect(bench.bar(100, 106, 94, 100) == [])
    #expect(bench.bar(100, 107, 93, 100) == ["filled 2 at 105", "filled 1 at 95"])
  }

  @Test func `with penetration a stop that is met first fills first`() throws {
    let bench = try VenueBench(path(.openHighLowClose, penetration: 2))
    try bench.submit(limit(1, .sell, 103), stop(2, .buy, 104))

    #expect(
      bench.bar(100, 106, 100, 101) == ["triggered 2", "filled 2 at 104", "filled 1 at 103"])
  }

  // MARK: Brackets

  @Test func `exits become active in the bar after an entry at the close`() throws {
    let bench = try VenueBench(.omni)

    #expect(
      try bench.submit(bracket(market(1, .buy), stop: 95, target: 105)) == [
        "accepted 1", "accepted 2", "accepted 3", "filled 1 at 100",
      ])
    #expect(bench.bar(100, 104, 94, 96) == ["triggered 2", "filled 2 at 95", "cancelled 3"])
  }

  @Test func `under backtesting.py exits are active in the entry's bar`() throws {
    let bench = try VenueBench(.backtestingPy)
    try bench.submit(bracket(market(1, .buy), stop: 95, target: 105))

    #expect(
      bench.bar(101, 104, 94, 96) == [
        "filled 1 at 101", "triggered 2", "filled 2 at 95", "cancelled 3",
      ])
  }

  @Test func `the high comes first, so a long's target wins over its stop in one bar`() throws {
    let bench = try VenueBench(.omni)
    try bench.submit(bracket(market(1, .buy), stop: 95, target: 105))

    #expect(bench.bar(100, 110, 90, 100) == ["filled 3 at 105", "cancelled 2"])
  }

  @Test func `the stop wins when the open is already through it`() throws {
    for (policy, price) in [(FillPolicy.omni, Int64(93)), (.nautilus, 95)] {
      let bench = try VenueBench(policy)
      try bench.submit(bracket(market(1, .buy), stop: 95, target: 105))
      #expect(
        bench.bar(93, 110, 90, 100) == ["triggered 2", "filled 2 at \(price)", "cancelled 3"],
        "\(policy.name)")
    }
  }

  @Test func `the stop wins when stops are looked at before limits`() throws {
    let bench = try VenueBench(.backtestingPy)
    try bench.submit(bracket(market(1, .buy), stop: 95, target: 105))
    bench.bar(100, 101, 99, 100)

    #expect(bench.bar(107, 110, 90, 100) == ["triggered 2", "filled 2 at 95", "cancelled 3"])
  }

  @Test func `exits that wake inside a bar meet the rest of its path`() throws {
    let bench = try VenueBench(.omni)
    try bench.submit(bracket(limit(1, .buy, 97), stop: 90, target: 99))

    #expect(bench.bar(100, 110, 95, 100) == ["filled 1 at 97", "filled 3 at 99", "cancelled 2"])
  }

  @Test func `an exit that wakes inside a bar does not get the price of its open`() throws {
    let bench = try VenueBench(.backtestingPy)
    try bench.submit(bracket(limit(1, .buy, 95), stop: 80, target: 98))

    #expect(bench.bar(100, 101, 94, 99) == ["filled 1 at 95", "filled 3 at 98", "cancelled 2"])
  }

  @Test func `an exit that wakes at the open does`() throws {
    let bench = try VenueBench(.backtestingPy)
    try bench.submit(bracket(limit(1, .buy, 95), stop: 92, target: 98))

    #expect(
      bench.bar(90, 91, 88, 91) == [
        "filled 1 at 90", "triggered 2", "filled 2 at 90", "cancelled 3",
      ])
  }

  // MARK: Fees

  @Test func `fees are those of the liquidity, to the minor unit`() throws {
    let bench = try VenueBench(.omni)
    try bench.submit(market(1, .buy, 1_000), limit(2, .sell, 463_000, 1_000))
    bench.bar(463_000, 463_000, 463_000, 463_000)
    // 10.0 at 0.05 %, and 46,300.0 at 0.02 %, in units of 10⁻⁸.
    #expect(bench.fills.map(\.fee) == [500_000, 926_000_000])
  }

  @Test func `under backtesting.py every trade pays the taker fee`() throws {
    let bench = try VenueBench(.backtestingPy)
    try bench.submit(limit(1, .sell, 463_000, 1_000))
    bench.bar(463_000, 463_000, 463_000, 463_000)

    #expect(bench.fills.map(\.fee) == [2_315_000_000])
    #expect(bench.fills.map(\.liquidity) == [.maker])
  }

  @Test func `fees are rounded half to even, and a negative one is a rebate`() throws {
    // 100 ticks of 1 lot are worth 1,000,000 units: the fees are 2.5, 3.5 and -2.5 units.
    let rates: [(Int64, Int128)] = [(2_500, 2), (3_500, 4), (-2_500, -2)]
    for (rate, fee) in rates {
      let bench = try VenueBench(.omni, OrderEntry(terms(maker: 0, taker: rate)))
      try bench.submit(market(1, .sell))
      #expect(bench.fills.map(\.fee) == [fee])
    }
  }

  // MARK: Cancels and refusals

  @Test func `a cancel of the entry cancels its sleeping exits`() throws {
    let bench = try VenueBench(.omni)
    try bench.submit(bracket(limit(1, .buy, 90), stop: 80, target: 99))

    #expect(bench.cancel(1) == ["cancelled 1", "cancelled 2", "cancelled 3"])
    #expect(bench.venue.workingOrderCount == 0)
  }

  @Test func `a cancel of one exit cancels the other`() throws {
    for (asked, other) in [(UInt64(2), 3), (3, 2)] {
      let bench = try VenueBench(.omni)
      try bench.submit(bracket(market(1, .buy), stop: 95, target: 105))
      #expect(bench.cancel(asked) == ["cancelled \(asked)", "cancelled \(other)"])
    }
  }

  @Test func `exits end with the position that they would have reduced`() throws {
    let bench = try VenueBench(.omni)
    try bench.submit(bracket(market(1, .buy), stop: 95, target: 105))

    #expect(
      try bench.submit(market(4, .sell)) == [
        "accepted 4", "filled 4 at 100", "cancelled 2", "cancelled 3",
      ])
    #expect(bench.bar(100, 110, 90, 100) == [])
  }

  @Test func `an exit larger than the position is cut to it`() throws {
    let bench = try VenueBench(.omni)
    try bench.submit(bracket(market(1, .buy, 3), stop: 95, target: 105))
    try bench.submit(market(4, .sell, 1))

    #expect(
      bench.bar(100, 100, 95, 95) == [
        "triggered 2", "filled 2 at 95", "cancelled 2", "cancelled 3",
      ])
    #expect(bench.fills.map(\.quantity.lots) == [3, 1, 2])
  }

  @Test func `a cancel of what the venue does not hold is rejected`() throws {
    let bench = try VenueBench(.omni)
    try bench.submit(market(1, .buy))

    #expect(bench.cancel(1) == ["cancel of 1 rejected"])
    #expect(bench.cancel(7) == ["cancel of 7 rejected"])
  }

  @Test func `an order before the first price is rejected`() throws {
    let bench = try VenueBench(.omni, isOpen: false)

    #expect(try bench.submit(market(1, .buy)) == ["rejected 1: noMarket"])
    bench.bar(100, 100, 100, 100, instrument: 1)
    #expect(try bench.submit(market(2, .buy)) == ["rejected 2: noMarket"])
  }

  @Test func `an order beyond the book's room is rejected, until there is room again`() throws {
    let bench = try VenueBench(.omni, capacity: 2)
    try bench.submit(limit(1, .buy, 90), limit(2, .buy, 91))

    #expect(try bench.submit(limit(3, .buy, 92)) == ["rejected 3: tooManyOrders"])
    bench.cancel(1)
    #expect(try bench.submit(limit(4, .buy, 92)) == ["accepted 4"])
  }

  @Test func `an exit without its entry is rejected`() throws {
    let bench = try VenueBench(.omni)
    let exits = bracket(market(1, .buy), stop: 95, target: 105).dropFirst()

    #expect(
      try bench.submit(Array(exits)) == ["rejected 2: unknownParent", "rejected 3: unknownParent"])
  }

  @Test func `a bar concerns the orders of its instrument alone`() throws {
    let bench = try VenueBench(.omni)
    try bench.submit(limit(1, .buy, 95))

    #expect(bench.bar(95, 95, 90, 90, instrument: 1) == [])
    #expect(bench.bar(96, 96, 95, 95) == ["filled 1 at 95"])
  }

  // MARK: Snapshots

  @Test func `words that make no venue are refused`() throws {
    let words = try snapshot()
    // The trade's number and the count of holdings, then for the instrument: seen, close, a mark and the first order.
    let wrong: [(String, Int, UInt64)] = [
      ("no flag", 2, 2), ("no mark", 4, 2), ("another instrument", 6, 1), ("no side", 7, 2),
      ("no flag", 12, 2), ("a number that stands twice", 5, 2), ("too many holdings", 1, 1 << 60),
    ]

    for (what, place, word) in wrong {
      var changed = words
      changed[place] = word
      #expect(throws: WordFailure.self, "\(what)") { try decode(changed, capacity: 64) }
    }
    for length in words.indices {
      #expect(throws: WordFailure.exhausted, "\(length)") {
        try decode(Array(words.prefix(length)), capacity: 64)
      }
    }
    #expect(throws: WordFailure.self, "less room") { try decode(words, capacity: 2) }
    #expect(throws: Never.self) { try decode(words, capacity: 3) }
  }
}

// MARK: - Words for the tests

private func path(_ sweep: FillPolicy.Sweep, penetration: Int64 = 0) -> FillPolicy {
  FillPolicy(
    name: "path", marketTiming: .atClose, sweep: sweep,
    gaps: .init(stops: .atOpen, limits: .atOwnPrice), penetration: PriceOffset(ticks: penetration))
}

/// The words of a venue that holds a bracket.
private func snapshot() throws -> [UInt64] {
  let bench = try VenueBench(.omni)
  try bench.submit(bracket(limit(1, .buy, 90), stop: 80, target: 99))
  var sink = WordArray()
  bench.venue.encode(into: &sink)
  return sink.words
}

private func decode(_ words: [UInt64], capacity: Int) throws {
  let bench = try VenueBench(.omni, capacity: capacity, isOpen: false)
  var source = WordArrayReader(words)
  try bench.venue.decode(from: &source)
}
