import OmniClocks
import OmniRateGate
import OmniTestKit
import OmniTime
import Testing

@Suite("A gate of rates")
struct RateGateTests {
  @Test("a limiter limits, tells when to come again, and lets nobody pay for being refused")
  func limits() throws {
    let time = ManualTime()
    let gate = try RateGate(RateRule(count: 10, per: .seconds(1), burst: 3), time: .manual(time))
    let decisions = (0..<100).map { _ in gate.decide("a") }
    #expect(decisions.map(\.isAllowed) == [true, true, true] + Array(repeating: false, count: 97))
    #expect(decisions.prefix(3).map(\.remaining) == [2, 1, 0])
    #expect(decisions[99].retryAfter == .milliseconds(100))
    #expect(decisions[99].retryAfterSeconds == 1)
    #expect(gate.decide("b").isAllowed)
    // Ninety-seven refusals have cost nothing.
    time.advance(by: .milliseconds(100))
    #expect(gate.decide("a").isAllowed)
    #expect(!gate.decide("a").isAllowed)
    #expect(gate.counts.allowed == 5 && gate.counts.refused == 98)
  }

  @Test("a cost counts as that many; more than a burst never goes; nothing costs nothing")
  func cost() throws {
    let time = ManualTime()
    let gate = try RateGate(RateRule(count: 10, per: .seconds(1), burst: 5), time: .manual(time))
    #expect(gate.decide("a", cost: 5).isAllowed)
    #expect(gate.decide("a", cost: 0).isAllowed)
    #expect(gate.decide("a", cost: 2).retryAfter == .milliseconds(200))
    #expect(gate.decide("a", cost: 6).retryAfter == nil)
    #expect(gate.look("b", cost: 5).isAllowed && gate.look("b", cost: 5).isAllowed)
  }

  @Test("a request that is held to several rules goes if all let it, and costs nothing otherwise")
  func hierarchy() throws {
    let time = ManualTime()
    let gate = try RateGate(
      rules: [
        ("tenant", RateRule(count: 5, per: .seconds(1))),
        ("user", RateRule(count: 2, per: .seconds(1))),
      ], keepsUsage: true, time: .manual(time))
    func ask(_ user: String) throws -> Bool {
      try gate.decide([.init("tenant", "acme"), .init("user", user)]).isAllowed
    }
    #expect(try (0..<4).map { _ in try ask("ann") } == [true, true, false, false])
    // Had the refused ones counted, the tenant would have one left, not three.
    #expect(try (0..<2).map { _ in try ask("bob") } == [true, true])
    #expect(try ask("cid") && !ask("dan"))
    let usage = Dictionary(
      uniqueKeysWithValues: gate.drainUsage().map { ("\($0.rule) \($0.key)", $0.amounts) })
    #expect(usage["tenant acme"]?.allowed == 5 && usage["tenant acme"]?.refused == 3)
    #expect(usage["user ann"]?.allowed == 2 && usage["user ann"]?.refused == 2)
    #expect(usage["user dan"]?.allowed == 0 && usage["user dan"]?.refused == 1)
    #expect(gate.drainUsage().isEmpty)
    #expect(throws: RateFault.unknownRule("team")) { try gate.decide([.init("team", "x")]) }
    #expect(throws: RateFault.keyCount(0)) { try gate.decide([]) }
  }

  @Test("two rules of one name are refused")
  func ruleTwice() throws {
    let rule = try RateRule(count: 1, per: .seconds(1))
    #expect(throws: RateFault.ruleTwice("a")) { try RateGate(rules: [("a", rule), ("a", rule)]) }
  }

  @Test("keys that say nothing any more are forgotten, and a table that is full refuses new ones")
  func memory() throws {
    let time = ManualTime()
    let gate = try RateGate(
      RateRule(count: 10, per: .seconds(1)), keyCountMax: 1_600, time: .manual(time))
    for key in 0..<1_000 { #expect(gate.decide("\(key)").isAllowed) }
    for key in 1_000..<5_000 { _ = gate.decide("\(key)") }
    #expect(gate.counts.keys == 1_600 && gate.counts.refusedFull == 3_400)
    time.advance(by: .seconds(2))
    for key in 5_000..<5_100 { #expect(gate.decide("\(key)").isAllowed) }
    #expect(gate.counts.keys < 1_600)
  }

  @Test("another rule keeps what was used")
  func reconfigured() throws {
    let time = ManualTime()
    let gate = try RateGate(RateRule(count: 10, per: .seconds(1)), time: .manual(time))
    for _ in 0..<8 { _ = gate.decide("a") }
    try gate.reconfigure("default", to: RateRule(count: 20, per: .seconds(1)))
    #expect(gate.look("a").remaining == 12)
    try gate.reconfigure("default", to: RateRule(count: 4, per: .seconds(1)))
    #expect(!gate.decide("a").isAllowed)
    #expect(throws: RateFault.unknownRule("x")) {
      try gate.reconfigure("x", to: RateRule(count: 4, per: .seconds(1)))
    }
  }

  @Test("many tasks together get no more than one would")
  func concurrency() async throws {
    let gate = try RateGate(
      rules: [
        ("all", RateRule(count: 500, per: .days(1))), ("one", RateRule(count: 200, per: .days(1))),
      ], time: .manual(ManualTime()))
    let went = try await withThrowingTaskGroup(of: Int.self) { group in
      for task in 0..<8 {
        group.addTask {
          try (0..<200).filter { index in
            let user = RateGate.Key("one", "\((task + index) % 4)")
            let all = RateGate.Key("all", "x")
            return try gate.decide(task % 2 == 0 ? [user, all] : [all, user]).isAllowed
          }.count
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(went == 500)
    #expect(gate.counts.allowed == 500 && gate.counts.refused == 1_100)
  }
}
