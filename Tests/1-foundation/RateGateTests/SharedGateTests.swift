import OmniClocks
import OmniRateGate
import OmniTestKit
import OmniTime
import Testing

@Suite("A gate that a cluster shares")
struct SharedGateTests {
  /// A store that can go away.
  private final class Store: SharedLimits {
    struct Away: Error {}
    let limits: MemorySharedLimits
    let time: ManualTime
    let isAway = Shared(false)
    let asked = Shared(0)

    init(_ time: ManualTime) {
      self.time = time
      limits = MemorySharedLimits(time: .manual(time))
    }

    func take(_ request: SharedRequest) async throws -> SharedGrant {
      asked.change { $0 += 1 }
      if isAway.value { throw Away() }
      return limits.takeNow(request)
    }
  }

  private func gate(
    _ mode: SharedGate.Mode, _ fallback: SharedGate.Fallback, _ store: Store,
    _ rule: (count: Int, burst: Int) = (100, 10)
  ) throws -> SharedGate {
    let rule = try RateRule(count: rule.count, per: .seconds(1), burst: rule.burst)
    return try SharedGate(
      "api", .init(rule, mode: mode, fallback: fallback), store: store,
      time: .manual(store.time))
  }

  @Test("several nodes that ask each time are together held to the rule exactly")
  func exact() async throws {
    let time = ManualTime()
    let store = Store(time)
    let nodes = try (0..<5).map { _ in try gate(.exact, .closed, store) }
    var went = 0
    for _ in 0..<1_000 {
      for node in nodes where try await node.decide("a").isAllowed { went += 1 }
      time.advance(by: .milliseconds(1))
    }
    #expect(went == 109 || went == 110, "\(went)")
    let refused = try await nodes[0].decide("a", cost: 5)
    #expect(!refused.isAllowed && (refused.retryAfter ?? .zero) > .zero)
    #expect(try await nodes[0].decide("a", cost: 11).retryAfter == nil)
  }

  @Test("the store away: all go, none goes, or each node its share")
  func away() async throws {
    let time = ManualTime()
    let store = Store(time)
    store.isAway.change { $0 = true }
    let open = try gate(.exact, .open, store)
    #expect(try await open.decide("a").isAllowed && open.counts.fallbacks == 1)
    let closed = try gate(.exact, .closed, store)
    await #expect(throws: RateFault.self) { try await closed.decide("a") }
    let share = try gate(.exact, .localShare(nodes: 2), store)
    var went = 0
    for _ in 0..<100 where try await share.decide("a").isAllowed { went += 1 }
    #expect(went == 5)
    store.isAway.change { $0 = false }
    #expect(try await closed.decide("a").isAllowed)
  }

  @Test("leases ask seldom, and many tasks that wait for units ask once")
  func leased() async throws {
    let time = ManualTime()
    let store = Store(time)
    let lease = LeaseBook.Configuration(unitsMax: 50, lasting: .milliseconds(200))
    let node = try gate(.leased(lease), .closed, store, (1_000, 1_000))
    #expect(node.overshootMax(nodes: 3) == 150)
    var went = 0
    for step in 0..<5_000 {
      if try await node.decide("a").isAllowed { went += 1 }
      if step % 5 == 4 { time.advance(by: .milliseconds(1)) }
    }
    #expect(went >= 1_900 && went <= 2_000, "\(went)")
    #expect(store.asked.value < 300, "\(store.asked.value)")
    let before = store.asked.value
    time.advance(by: .seconds(1))
    let other = try gate(.leased(lease), .closed, store, (1_000, 1_000))
    let together = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<40 { group.addTask { try await other.decide("b").isAllowed } }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(together >= 35)
    #expect(store.asked.value - before <= 20)
  }

  /// A history of requests of several nodes with leases, a store that goes away and comes back and
  /// clocks that jump, held against the bound in every window.
  @Test("with leases never more than the rule and the stated bound", arguments: 2...5, 0..<4)
  func bound(nodes count: Int, seed: UInt64) async throws {
    var random = SeededRandom(seed: seed)
    let time = ManualTime()
    let store = Store(time)
    let lease = LeaseBook.Configuration(unitsMax: 8, lasting: .milliseconds(50))
    let rule = try RateRule(count: 200, per: .seconds(1), burst: 20)
    let nodes = try (0..<count).map { _ in
      try gate(.leased(lease), .closed, store, (200, 20))
    }
    var went: [(instant: Int64, cost: Int)] = []
    for _ in 0..<1_500 {
      time.advance(by: Interval(nanoseconds: Int64(random.below(4_000_000))))
      if random.below(100) == 0 { store.isAway.change { $0.toggle() } }
      if random.below(200) == 0 { time.advance(by: .milliseconds(300)) }
      let cost = 1 + Int(random.below(3))
      do {
        if try await nodes[Int(random.below(UInt64(count)))].decide("a", cost: cost).isAllowed {
          went.append((time.now.nanoseconds, cost))
        }
      } catch {
        #expect(store.isAway.value)
      }
    }
    #expect(went.count > 200)
    for first in went.indices {
      var sum: Int128 = 0
      for last in first..<went.count {
        sum += Int128(went[last].cost)
        let span = Int128(went[last].instant - went[first].instant)
        let bound =
          Int128(rule.burst + nodes[0].overshootMax(nodes: count)) * 1_000_000_000 + 200 * span
        #expect(sum * 1_000_000_000 <= bound)
      }
    }
  }
}
