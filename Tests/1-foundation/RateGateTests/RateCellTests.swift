import OmniClocks
import OmniRateGate
import OmniTestKit
import OmniTime
import Testing

@Suite("What a rule remembers of a key")
struct RateCellTests {
  /// Never more than burst + rate × t in any window of t, for every pair of requests that went.
  @Test(
    "the bound of each rule holds in every window", arguments: RateRule.Algorithm.allCases, 0..<8)
  func bound(algorithm: RateRule.Algorithm, seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let rule = try RateRule(
      algorithm, count: 1 + Int(random.below(50)),
      per: Interval(nanoseconds: 1_000 + Int64(random.below(1_000_000))),
      burst: 1 + Int(random.below(20)))
    var now = MonotonicInstant(nanoseconds: Int64(random.below(1 << 40)))
    var cell = RateCell(rule, at: now)
    var taken: [(instant: Int64, cost: Int)] = []
    for _ in 0..<400 {
      now = now + Interval(nanoseconds: Int64(random.below(UInt64(rule.spacing) * 3)))
      if random.below(50) == 0 { now = now + rule.period }
      let cost = 1 + Int(random.below(3))
      if cost <= cell.room(rule, at: now) {
        cell.take(cost, rule, at: now)
        taken.append((now.nanoseconds, cost))
      } else if let wait = cell.wait(for: cost, rule, at: now) {
        // What it says to wait for is right to the nanosecond.
        #expect(wait > .zero)
        let then = now + wait
        #expect(cost <= cell.room(rule, at: then))
        let before = now + (wait - Interval(nanoseconds: 1))
        #expect(cost > cell.room(rule, at: before))
      }
    }
    #expect(taken.count > 100)
    for first in taken.indices {
      var sum: Int128 = 0
      for last in first..<taken.count {
        sum += Int128(taken[last].cost)
        let span = Int128(taken[last].instant - taken[first].instant)
        if algorithm == .slidingWindow {
          if span < Int128(rule.period.nanoseconds) { #expect(sum <= Int128(rule.count)) }
        } else {
          let period = Int128(rule.period.nanoseconds)
          #expect(sum * period <= Int128(rule.burst) * period + Int128(rule.count) * span)
        }
      }
    }
  }

  @Test("it does limit: a flood gets the rate and the burst, and not a request more or less")
  func flood() throws {
    for algorithm in [RateRule.Algorithm.gcra, .tokenBucket] {
      let rule = try RateRule(algorithm, count: 1_000, per: .seconds(1), burst: 50)
      var cell = RateCell(rule, at: .origin)
      var went = 0
      for microsecond in 0..<2_000_000 / 20 as Range<Int64> {
        let now = MonotonicInstant(nanoseconds: microsecond * 20_000)
        if cell.room(rule, at: now) >= 1 {
          cell.take(1, rule, at: now)
          went += 1
        }
      }
      #expect(went == 2_049 || went == 2_050, "\(algorithm): \(went)")
    }
    let rule = try RateRule(.slidingWindow, count: 1_000, per: .seconds(1))
    var cell = RateCell(rule, at: .origin)
    var went = 0
    for step in 0..<400_000 as Range<Int64> {
      let now = MonotonicInstant(nanoseconds: step * 10_000)
      if cell.room(rule, at: now) >= 1 {
        cell.take(1, rule, at: now)
        went += 1
      }
    }
    // Four periods, of which each can be a seventeenth longer.
    #expect((3_750...4_000).contains(went), "\(went)")
  }

  @Test("an idle key is one that could have everything")
  func idle() throws {
    for algorithm in RateRule.Algorithm.allCases {
      let rule = try RateRule(algorithm, count: 10, per: .seconds(1), burst: 10)
      var cell = RateCell(rule, at: .origin)
      #expect(cell.isIdle(rule, at: .origin))
      cell.take(5, rule, at: .origin)
      #expect(!cell.isIdle(rule, at: .origin + .milliseconds(499)))
      #expect(cell.isIdle(rule, at: .origin + .milliseconds(1_100)))
      #expect(cell.room(rule, at: .origin + .milliseconds(1_100)) == 10)
    }
  }

  @Test(
    "an arrival far ahead, from a clock that went back, locks nobody out for longer than a burst")
  func clockWentBack() throws {
    let rule = try RateRule(count: 10, per: .seconds(1), burst: 10)
    var cell = RateCell.arrival(1_000_000_000_000)
    #expect(cell.room(rule, at: .origin) == 0)
    #expect(cell.wait(for: 1, rule, at: .origin) == .milliseconds(100))
    #expect(!cell.decide(1, rule, at: .origin).isAllowed)
    #expect(cell.decide(1, rule, at: .origin + .milliseconds(100)).isAllowed)
  }
}
