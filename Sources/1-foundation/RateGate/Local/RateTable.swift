import OmniClocks
import OmniCollections
import OmniTime

/// The cells of a gate's keys: a stripe of them, behind one lock.
///
/// Open addressing with linear probing, at most half full; what is removed is left out when the
/// table is swept.
struct RateTable: Sendable {
  /// A key of a rule, with the hash of both.
  struct Key: Hashable, Sendable {
    let rule: Int
    let name: String
    let hash: UInt64

    init(rule: Int, name: String) {
      self.rule = rule
      self.name = name
      hash = KeyHash.hash(of: name, seed: UInt64(rule))
    }
  }

  private struct Entry: Sendable {
    let key: Key
    var cell: RateCell
    var usage: RateUsage.Amounts
  }

  /// The place of an entry in each slot, or -1.
  private var slots: [Int32]
  private var entries: [Entry] = []
  private let keyCountMax: Int
  private let keepsUsage: Bool
  private var sweepAt = 1_024
  /// Requests that were refused because there was no room for another key.
  private(set) var fullCount: UInt64 = 0

  init(keyCountMax: Int, keepsUsage: Bool) {
    self.keyCountMax = keyCountMax
    self.keepsUsage = keepsUsage
    slots = [Int32](repeating: -1, count: keyCountMax == 0 ? 1 : 64)
  }

  var count: Int { entries.count }

  /// Decides on a request for one key, and takes its cost if it may go.
  mutating func decide(
    _ key: Key, cost: Int, _ rule: RateRule, at now: MonotonicInstant
  ) -> RateDecision {
    guard let place = place(of: key) ?? insert(key, rule, at: now) else { return full(rule) }
    let decision = entries[place].cell.decide(cost, rule, at: now)
    if keepsUsage { entries[place].usage.count(decision.isAllowed, cost) }
    return decision
  }

  /// What the decision on a request would be.
  mutating func look(
    _ key: Key, cost: Int, _ rule: RateRule, at now: MonotonicInstant
  ) -> RateDecision {
    if let place = place(of: key) { return entries[place].cell.decision(on: cost, rule, at: now) }
    guard entries.count < keyCountMax else { return full(rule) }
    return RateCell(rule, at: now).decision(on: cost, rule, at: now)
  }

  /// Counts a request that another key of it had refused.
  mutating func note(_ key: Key, cost: Int, _ rule: RateRule, at now: MonotonicInstant) {
    guard keepsUsage, let place = place(of: key) ?? insert(key, rule, at: now) else { return }
    entries[place].usage.count(false, cost)
  }

  /// The usage since the last time, by key.
  mutating func drainUsage() -> [(key: Key, amounts: RateUsage.Amounts)] {
    var result: [(key: Key, amounts: RateUsage.Amounts)] = []
    for place in entries.indices where entries[place].usage != .init() {
      result.append((entries[place].key, entries[place].usage))
      entries[place].usage = .init()
    }
    return result
  }

  /// Keeps what each key has used under a rule that changed.
  mutating func convert(
    rule index: Int, from old: RateRule, to new: RateRule, at now: MonotonicInstant
  ) {
    for place in entries.indices where entries[place].key.rule == index {
      let used = max(0, RateCell.capacity(old) - entries[place].cell.room(old, at: now))
      var cell = RateCell(new, at: now)
      cell.take(min(used, cell.room(new, at: now)), new, at: now)
      entries[place].cell = cell
    }
  }

  /// Forgets the keys whose cells say nothing any more.
  mutating func sweep(_ rules: [RateRule], at now: MonotonicInstant) {
    entries.removeAll { entry in
      entry.cell.isIdle(rules[entry.key.rule], at: now)
        && !(keepsUsage && entry.usage != .init())
    }
    sweepAt = max(1_024, entries.count * 2)
    var size = 64
    while size < entries.count * 2 + 2 { size *= 2 }
    rebuild(slotCount: size)
  }

  /// Whether it is time to sweep: the table has doubled since the last time, or is full.
  var wantsSweep: Bool { entries.count >= min(sweepAt, keyCountMax) }

  private mutating func full(_ rule: RateRule) -> RateDecision {
    fullCount += 1
    return RateDecision(
      isAllowed: false, remaining: 0, retryAfter: rule.period, resetAfter: rule.period)
  }

  private func place(of key: Key) -> Int? {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: key.hash) & mask
    while slots[slot] >= 0 {
      let place = Int(slots[slot])
      if entries[place].key.hash == key.hash, entries[place].key == key { return place }
      slot = (slot + 1) & mask
    }
    return nil
  }

  private mutating func insert(_ key: Key, _ rule: RateRule, at now: MonotonicInstant) -> Int? {
    guard entries.count < keyCountMax else { return nil }
    if entries.count * 2 + 2 > slots.count { rebuild(slotCount: slots.count * 2) }
    entries.append(Entry(key: key, cell: RateCell(rule, at: now), usage: .init()))
    link(entries.count - 1)
    return entries.count - 1
  }

  private mutating func rebuild(slotCount: Int) {
    slots = [Int32](repeating: -1, count: slotCount)
    for place in entries.indices { link(place) }
  }

  private mutating func link(_ place: Int) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: entries[place].key.hash) & mask
    while slots[slot] >= 0 { slot = (slot + 1) & mask }
    slots[slot] = Int32(place)
  }
}
