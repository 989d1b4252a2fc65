public import OmniCollections

// What happens outside of the window: seldom, and never inlined into the paths inside of it.

extension OrderLadder {
  @inlinable @inline(never)
  mutating func appendFar(
    _ place: UInt32, key: Int64, quantity: Int64, in pool: inout OrderPool
  ) {
    if isEmpty {
      base = start(for: key)
      farCount = 0
      return append(place, key: key, quantity: quantity, in: &pool)
    }
    farCount += 1
    total += quantity
    let index = far.index(of: key)
    if index == far.count || far[index].key != key {
      far.insert(FarOrderLevels.Entry(key: key, level: OrderLevel()), at: index)
    }
    let last = far[index].level.append(place, quantity: quantity)
    pool.link(place, behind: last, key: key, quantity: quantity)
    bestKey = min(bestKey, key)
    if farCount > levels.count / 8 + far.count { recentre() }
  }

  @inlinable @inline(never)
  mutating func removeFar(_ node: OrderNode, in pool: inout OrderPool) {
    farCount += 1
    guard let index = far.find(node.key) else {
      preconditionFailure("an order has a level")
    }
    pool.unlink(node)
    total -= node.quantity
    guard far[index].level.drop(node) else { return }
    far.remove(at: index)
    if node.key == bestKey { findBest(from: 0) }
  }

  /// Where the window begins for a best price of `key`: a quarter of it is left for better ones.
  @inlinable
  func start(for key: Int64) -> Int64 {
    let (start, isBelow) = key.subtractingReportingOverflow(Int64(levels.count / 4))
    return isBelow ? .min : min(start, .max - Int64(levels.count))
  }

  /// Moves the window to the best price, unless it stands there already.
  @inlinable
  mutating func recentre() {
    farCount = 0
    let start = start(for: bestKey)
    let distance = start.subtractingReportingOverflow(base)
    if !distance.overflow, distance.partialValue.magnitude < UInt(levels.count / 8) { return }
    // All levels by their price, the worst first: those behind the window, those in it, the rest.
    moving.removeAll()
    var index = 0
    while index < far.count, far[index].key > base {
      moving.insert(far[index], at: moving.count)
      index += 1
    }
    for place in levels.indices.reversed() where levels[place].count > 0 {
      let entry = FarOrderLevels.Entry(key: base + Int64(place), level: levels[place])
      moving.insert(entry, at: moving.count)
      levels[place] = OrderLevel()
    }
    while index < far.count {
      moving.insert(far[index], at: moving.count)
      index += 1
    }
    bitmap.removeAll()
    far.removeAll()
    base = start
    for index in 0..<moving.count {
      let entry = moving[index]
      let offset = offset(entry.key)
      if holds(offset) {
        levels[Int(truncatingIfNeeded: offset)] = entry.level
        bitmap.set(Int(truncatingIfNeeded: offset))
      } else {
        far.insert(entry, at: far.count)
      }
    }
  }
}
