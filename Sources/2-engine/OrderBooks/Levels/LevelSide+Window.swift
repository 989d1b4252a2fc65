import OmniCollections

// What is outside of the window, and the window's way after the market: cold beside `set`.
extension LevelSide {
  /// Sets a level outside of the window, and lets the window follow the market.
  @usableFromInline @inline(never)
  mutating func setOutside(_ key: Int64, to lots: Int64) -> Int64 {
    precondition(key.magnitude < UInt64(Int64.max) / 2, "a price below 2⁶² ticks")
    if number == 0 {
      if lots == 0 { return 0 }
      base = key - Int64(sizes.count) / 4 * 3
      return set(key, to: lots)
    }
    let old = outside.set(key, to: lots)
    if lots != 0 {
      if old == 0 { number += 1 }
      if key > highestKey { highestKey = key }
      forgetFarthest()
    } else if old != 0 {
      number -= 1
      if key == highestKey { highestKey = highest(below: key) }
    }
    misses += 1
    if misses > max(64, number) { follow() }
    return old
  }

  /// Drops the lowest key when there are too many outside; the best one is never dropped for it.
  private mutating func forgetFarthest() {
    guard outside.count > outsideMax, outside[0].key != best else { return }
    outside.remove(0)
    number -= 1
    forgottenCount += 1
  }

  /// Moves the window if the best has left its middle half: three quarters below the best, one above.
  private mutating func follow() {
    misses = 0
    guard best != Self.none else { return }
    let size = Int64(sizes.count)
    let wanted = best - size / 4 * 3
    if (wanted - base).magnitude <= UInt64(size / 8) { return }
    unload()
    base = wanted
    var index = moving.count - 1
    while index >= 0 {
      let entry = moving[index]
      let place = place(of: entry.key)
      if place < UInt64(sizes.count) {
        sizes[Int(place)] = entry.lots
        taken.insert(Int(place))
      } else {
        outside.append(entry)
      }
      index -= 1
    }
    moving.removeAll()
    while outside.count > outsideMax { forgetFarthest() }
  }
  /// Takes all levels out, the highest key first, into `moving`.
  private mutating func unload() {
    moving.removeAll()
    var next = outside.count - 1
    while next >= 0, outside[next].key >= base {
      moving.append(outside[next])
      next -= 1
    }
    var index = taken.highest(below: sizes.count)
    while index >= 0 {
      moving.append(SparseLevels.Entry(key: base + Int64(index), lots: sizes[index]))
      sizes[index] = 0
      index = taken.highest(below: index)
    }
    while next >= 0 {
      moving.append(outside[next])
      next -= 1
    }
    taken.removeAll()
    outside.removeAll()
  }
}
