public import OmniClocks
import OmniTime
import Synchronization

/// Decides within the process how many requests may go.
///
///     let gate = try RateGate(RateRule(count: 100, per: .seconds(1)))
///     guard gate.decide("user:7").isAllowed else { … }
///
/// A gate has one rule or several, such as for tenant, user and endpoint; a request that is held to
/// several goes only if all let it, and costs nothing otherwise. Any thread may ask at any time; the
/// keys are in stripes, and each has a lock that is held for one decision.
///
/// - Complexity: O(1) a key on average. A key that could have a whole burst is forgotten.
public final class RateGate: Sendable {
  /// A key under one of the gate's rules.
  public struct Key: Sendable, Hashable {
    /// The rule's name.
    public let rule: String
    /// The key.
    public let key: String

    /// Creates a key.
    public init(_ rule: String, _ key: String) {
      self.rule = rule
      self.key = key
    }
  }

  /// Everything that was decided.
  public struct Counts: Sendable, Hashable {
    /// Requests that went.
    public internal(set) var allowed: UInt64 = 0
    /// Requests that were refused.
    public internal(set) var refused: UInt64 = 0
    /// Requests that were refused because there was no room for another key.
    public internal(set) var refusedFull: UInt64 = 0
    /// Keys that are remembered.
    public internal(set) var keys = 0
  }

  private struct Stripe {
    var table: RateTable
    var allowed: UInt64 = 0
    var refused: UInt64 = 0
    var rules: [RateRule]
  }

  /// A lock cannot lie in an array by itself.
  private final class Locked: Sendable {
    let state: Mutex<Stripe>
    init(_ stripe: sending Stripe) { state = Mutex(stripe) }
  }

  /// The most keys of one request.
  public static let keysPerRequestMax = 8
  private static let stripeCount = 16

  /// The rules' names.
  public let ruleNames: [String]
  private let time: TimeSource
  private let stripes: [Locked]

  /// Creates a gate with one rule, which is called `default`.
  public convenience init(
    _ rule: RateRule, keyCountMax: Int = 1_000_000, keepsUsage: Bool = false,
    time: TimeSource = .machine
  ) throws(RateFault) {
    try self.init(
      rules: [("default", rule)], keyCountMax: keyCountMax, keepsUsage: keepsUsage, time: time)
  }

  /// Creates a gate.
  ///
  /// - Parameters:
  ///   - rules: The rules with their names.
  ///   - keyCountMax: The most keys that are remembered; when as many are active, requests for
  ///     further ones are refused and counted.
  ///   - keepsUsage: Whether what each key used is kept until it is taken by `drainUsage`.
  ///   - time: Where it has its time from.
  public init(
    rules: [(name: String, rule: RateRule)], keyCountMax: Int = 1_000_000, keepsUsage: Bool = false,
    time: TimeSource = .machine
  ) throws(RateFault) {
    guard (Self.stripeCount...1 << 32).contains(keyCountMax) else {
      throw .range(key: "keyCountMax", value: keyCountMax, wanted: Self.stripeCount...1 << 32)
    }
    guard (1...1_000).contains(rules.count) else {
      throw .range(key: "rules", value: rules.count, wanted: 1...1_000)
    }
    for (index, rule) in rules.enumerated()
    where rules[..<index].contains(where: { $0.name == rule.name }) {
      throw .ruleTwice(rule.name)
    }
    ruleNames = rules.map(\.name)
    self.time = time
    let each = keyCountMax / Self.stripeCount
    let inForce = rules.map(\.rule)
    stripes = (0..<Self.stripeCount).map { _ in
      Locked(
        Stripe(table: RateTable(keyCountMax: each, keepsUsage: keepsUsage), rules: inForce))
    }
  }

  /// Decides on a request for a key of the gate's first rule, and takes its cost if it may go.
  ///
  /// - Precondition: `cost` is from 0 to 10⁹; a cost of 0 asks and takes nothing.
  public func decide(_ key: String, cost: Int = 1) -> RateDecision {
    decide(RateTable.Key(rule: 0, name: key), cost: cost)
  }

  /// Decides on a request that is held to several rules: it goes only if all let it.
  ///
  /// - Precondition: `cost` is from 0 to 10⁹.
  public func decide(_ keys: [Key], cost: Int = 1) throws(RateFault) -> RateDecision {
    guard (1...Self.keysPerRequestMax).contains(keys.count) else { throw .keyCount(keys.count) }
    var wanted: [RateTable.Key] = []
    for key in keys {
      guard let rule = ruleNames.firstIndex(of: key.rule) else { throw .unknownRule(key.rule) }
      let entry = RateTable.Key(rule: rule, name: key.key)
      // Named twice, it is held to the rule once.
      if !wanted.contains(entry) { wanted.append(entry) }
    }
    guard wanted.count > 1 else {
      return decide(wanted[0], cost: cost)
    }
    precondition((0...1_000_000_000).contains(cost), "a cost from 0 to 10⁹")
    let places = wanted.map { (stripe: Self.stripe(of: $0), key: $0) }
      .sorted { $0.stripe < $1.stripe }
    let now = time.now()
    // Everyone takes the locks from the lowest stripe up, so nobody waits in a circle.
    return locked(Set(places.map(\.stripe)).sorted()[...], [:]) { held in
      decideHeld(places, cost: cost, &held, at: now)
    }
  }

  /// What a request would be told, without taking anything.
  public func look(_ key: String, cost: Int = 1) -> RateDecision {
    let now = time.now()
    let key = RateTable.Key(rule: 0, name: key)
    return stripes[Self.stripe(of: key)].state.withLock { stripe in
      stripe.table.look(key, cost: cost, stripe.rules[0], at: now)
    }
  }

  /// Changes a rule; what the keys have used under the old one stays used.
  public func reconfigure(_ name: String, to rule: RateRule) throws(RateFault) {
    guard let index = ruleNames.firstIndex(of: name) else { throw .unknownRule(name) }
    let now = time.now()
    for locked in stripes {
      locked.state.withLock { stripe in
        stripe.table.convert(
          rule: index, from: stripe.rules[index], to: rule, at: now)
        stripe.rules[index] = rule
      }
    }
  }

  /// What each key used since the last time; nothing unless the gate keeps usage.
  public func drainUsage() -> [RateUsage] {
    stripes.flatMap { locked in
      locked.state.withLock { $0.table.drainUsage() }.map {
        RateUsage(rule: ruleNames[$0.key.rule], key: $0.key.name, amounts: $0.amounts)
      }
    }
  }

  /// Everything that was decided.
  public var counts: Counts {
    stripes.reduce(into: Counts()) { sum, locked in
      locked.state.withLock { stripe in
        sum.allowed += stripe.allowed
        sum.refused += stripe.refused
        sum.refusedFull += stripe.table.fullCount
        sum.keys += stripe.table.count
      }
    }
  }

  private func decide(_ key: RateTable.Key, cost: Int) -> RateDecision {
    precondition((0...1_000_000_000).contains(cost), "a cost from 0 to 10⁹")
    let now = time.now()
    return stripes[Self.stripe(of: key)].state.withLock { stripe in
      if stripe.table.wantsSweep { stripe.table.sweep(stripe.rules, at: now) }
      let decision = stripe.table.decide(key, cost: cost, stripe.rules[key.rule], at: now)
      if decision.isAllowed { stripe.allowed += 1 } else { stripe.refused += 1 }
      return decision
    }
  }

  private func decideHeld(
    _ places: [(stripe: Int, key: RateTable.Key)], cost: Int, _ held: inout [Int: Stripe],
    at now: MonotonicInstant
  ) -> RateDecision {
    var result: RateDecision?
    for (number, key) in places {
      guard var stripe = held.removeValue(forKey: number) else { continue }
      if stripe.table.wantsSweep { stripe.table.sweep(stripe.rules, at: now) }
      let decision = stripe.table.look(key, cost: cost, stripe.rules[key.rule], at: now)
      result = result?.combined(with: decision) ?? decision
      held[number] = stripe
    }
    guard let looked = result else {
      return RateDecision(isAllowed: false, remaining: 0, retryAfter: nil, resetAfter: .zero)
    }
    for (index, (number, key)) in places.enumerated() {
      guard var stripe = held.removeValue(forKey: number) else { continue }
      let rule = stripe.rules[key.rule]
      if looked.isAllowed {
        let taken = stripe.table.decide(key, cost: cost, rule, at: now)
        result = index == 0 ? taken : result?.combined(with: taken)
      } else {
        stripe.table.note(key, cost: cost, rule, at: now)
      }
      if index == 0 {
        if looked.isAllowed { stripe.allowed += 1 } else { stripe.refused += 1 }
      }
      held[number] = stripe
    }
    return result ?? looked
  }

  /// Runs `body` with the stripes of the given numbers, locked in their order.
  private func locked(
    _ numbers: ArraySlice<Int>, _ held: [Int: Stripe],
    _ body: (inout [Int: Stripe]) -> RateDecision
  ) -> RateDecision {
    var held = held
    return locked(numbers, &held, body)
  }

  private func locked(
    _ numbers: ArraySlice<Int>, _ held: inout [Int: Stripe],
    _ body: (inout [Int: Stripe]) -> RateDecision
  ) -> RateDecision {
    guard let number = numbers.first else { return body(&held) }
    return stripes[number].state.withLock { stripe in
      // Moved out and in again, so that the table is not copied.
      held[number] = stripe
      stripe.table = RateTable(keyCountMax: 0, keepsUsage: false)
      let decision = locked(numbers.dropFirst(), &held, body)
      if let changed = held.removeValue(forKey: number) { stripe = changed }
      return decision
    }
  }

  private static func stripe(of key: RateTable.Key) -> Int {
    // Other bits than those that choose a slot.
    Int(truncatingIfNeeded: key.hash >> 60) & (stripeCount - 1)
  }
}
