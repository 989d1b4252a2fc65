import OmniClocks
import OmniQueryCache
import OmniTestKit
import OmniTime
import Testing

@Suite("A cache in front of a function")
struct LoadingCacheTests {
  private struct Broken: Error {}

  private func cache(
    _ time: ManualTime, _ freshness: Freshness
  ) throws -> LoadingCache<String, Int> {
    try LoadingCache(capacity: 100, freshness, time: .manual(time), seed: 1)
  }

  private let plain = Freshness(lasting: .seconds(10), jitterPercent: 0, earlyPercent: 0)

  @Test("ten thousand concurrent misses make one call")
  func singleFlight() async throws {
    let time = ManualTime()
    let cache = try cache(time, plain)
    let calls = Shared(0)
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<10_000 {
        group.addTask {
          try await cache.value(for: "a") {
            calls.change { $0 += 1 }
            try await TimeSource.manual(time).sleep(for: .seconds(1))
            return 7
          }
        }
      }
      while cache.counts.joined < 9_999 { await Task.yield() }
      time.advance(by: .seconds(1))
      return try await group.reduce(0, +)
    }
    #expect(calls.value == 1 && sum == 70_000)
    #expect(cache.counts.loads == 1)
  }

  @Test("a value is loaded again when it is no longer fresh")
  func freshness() async throws {
    let time = ManualTime()
    let cache = try cache(time, plain)
    let calls = Shared(0)
    func ask() async throws -> Int {
      try await cache.value(for: "a") {
        calls.change {
          $0 += 1; return $0
        }
      }
    }
    #expect(try await ask() == 1)
    time.advance(by: Interval(nanoseconds: 9_999_999_999))
    #expect(try await ask() == 1)
    time.advance(by: Interval(nanoseconds: 1))
    #expect(try await ask() == 2)
  }

  @Test("what a load throws reaches those who wait, and is never kept")
  func failure() async throws {
    let time = ManualTime()
    let cache = try cache(time, plain)
    let calls = Shared(0)
    let failed = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<50 {
        group.addTask {
          do {
            _ = try await cache.value(for: "a") {
              calls.change { $0 += 1 }
              try await TimeSource.manual(time).sleep(for: .seconds(1))
              throw Broken()
            }
            return 0
          } catch {
            return 1
          }
        }
      }
      while cache.counts.joined < 49 { await Task.yield() }
      time.advance(by: .seconds(1))
      return await group.reduce(0, +)
    }
    #expect(failed == 50 && calls.value == 1)
    #expect(try await cache.value(for: "a") { 5 } == 5)
  }

  @Test("a stale value is given out while one load fetches the new one")
  func stale() async throws {
    let time = ManualTime()
    var rule = plain
    rule.staleFor = .seconds(60)
    let cache = try cache(time, rule)
    _ = try await cache.value(for: "a") { 1 }
    time.advance(by: .seconds(11))
    let calls = Shared(0)
    for _ in 0..<20 {
      let value = try await cache.value(for: "a") {
        calls.change { $0 += 1 }
        try await TimeSource.manual(time).sleep(for: .seconds(1))
        return 2
      }
      #expect(value == 1)
    }
    while time.sleeperCount < 1 { await Task.yield() }
    time.advance(by: .seconds(1))
    while cache.peek("a") != 2 { await Task.yield() }
    #expect(calls.value == 1 && cache.counts.stale == 20)
    // Past its staleness it is not given out any more.
    time.advance(by: .seconds(71))
    #expect(try await cache.value(for: "a") { 3 } == 3)
  }

  @Test("that there is no value is remembered for its own time")
  func absent() async throws {
    let time = ManualTime()
    var rule = plain
    rule.absentFor = .seconds(2)
    let cache = try cache(time, rule)
    let calls = Shared(0)
    func ask() async throws -> Int? {
      try await cache.optionalValue(for: "a") {
        calls.change { $0 += 1 }
        return nil
      }
    }
    for _ in 0..<5 { #expect(try await ask() == nil) }
    #expect(calls.value == 1)
    time.advance(by: .seconds(2))
    #expect(try await ask() == nil)
    #expect(calls.value == 2)
    #expect(try await cache.value(for: "a") { 9 } == 9)
  }

  @Test("what was invalidated while it was loaded is not put in")
  func invalidated() async throws {
    let time = ManualTime()
    let cache = try cache(time, plain)
    let old = Task {
      try await cache.value(for: "a") {
        try await TimeSource.manual(time).sleep(for: .seconds(1))
        return 1
      }
    }
    while time.sleeperCount < 1 { await Task.yield() }
    cache.invalidate("a")
    #expect(try await cache.value(for: "a") { 2 } == 2)
    time.advance(by: .seconds(1))
    #expect(try await old.value == 1)
    #expect(cache.peek("a") == 2)
  }

  @Test("a value that was long in coming is fetched early by some, more of them near its end")
  func early() {
    let rule = Freshness(lasting: .seconds(10), earlyPercent: 100)
    func share(rest: Interval) -> Int {
      var random = SeededRandom(seed: 5)
      return (0..<10_000).filter { _ in
        rule.isEarly(rest: rest, cost: .seconds(1), draw: random.next())
      }.count
    }
    // A share of e^(-rest / cost), to within the tenth of the logarithm.
    #expect((3_300...4_000).contains(share(rest: .seconds(1))))
    #expect((400...620).contains(share(rest: .seconds(3))))
    #expect(share(rest: .seconds(20)) == 0)
    #expect(share(rest: .zero) == 10_000)
  }

  @Test("the end varies within its bounds")
  func jitter() {
    let rule = Freshness(lasting: .seconds(10), jitterPercent: 20)
    var random = SeededRandom(seed: 5)
    let ends = (0..<1_000).map { _ in rule.varied(rule.lasting, draw: random.next()).nanoseconds }
    #expect(ends.allSatisfy { (8_000_000_000...12_000_000_000).contains($0) })
    #expect((ends.max() ?? 0) - (ends.min() ?? 0) > 3_900_000_000)
  }

  @Test("another rule holds from the next value on")
  func reconfigured() async throws {
    let time = ManualTime()
    let cache = try cache(time, plain)
    _ = try await cache.value(for: "a") { 1 }
    var rule = plain
    rule.lasting = .seconds(1)
    try cache.reconfigure(rule)
    time.advance(by: .seconds(5))
    #expect(try await cache.value(for: "a") { 2 } == 1)
    #expect(try await cache.value(for: "b") { 1 } == 1)
    time.advance(by: .seconds(1))
    #expect(try await cache.value(for: "b") { 2 } == 2)
    rule.lasting = .zero
    #expect(throws: QueryFault.interval(key: "lasting", .zero)) { try cache.reconfigure(rule) }
  }

  @Test("a rule that cannot be is refused")
  func faults() {
    #expect(throws: QueryFault.interval(key: "lasting", .zero)) {
      try cache(ManualTime(), Freshness(lasting: .zero))
    }
    #expect(throws: QueryFault.range(key: "jitterPercent", 91, wanted: 0...90)) {
      try cache(ManualTime(), Freshness(lasting: .seconds(1), jitterPercent: 91))
    }
  }
}
