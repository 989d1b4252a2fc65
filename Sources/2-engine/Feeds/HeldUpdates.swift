import OmniCollections
import OmniMoney
import OmniTime

/// One side's price and its new size, as an update names it.
struct DepthLevel: BitwiseCopyable {
  var price: Int64
  var size: Int64
  var isAsk: Bool
}

/// An update without its levels.
struct DepthUpdate: BitwiseCopyable {
  var first: Int64
  var last: Int64
  /// The last change of the update before, or -1.
  var previous: Int64
  var occurredAt: Int64
  var receivedAt: Int64
  var levelStart = 0
  var levelCount = 0

  var numbers: DepthSequence.Numbers {
    .init(first: first, last: last, previous: previous < 0 ? nil : previous)
  }
}

/// Updates that wait for a snapshot, in the order of their numbers.
///
/// When there is no room, the older half is let go; the check of numbers finds that they are missing.
///
/// - Invariant: numbers rise strictly; at most `updatesMax` updates with `levelsMax` levels.
struct HeldUpdates: ~Copyable {
  let updatesMax: Int
  let levelsMax: Int
  private(set) var updates: GrowingBuffer<DepthUpdate>
  private(set) var levels: GrowingBuffer<DepthLevel>
  /// Updates that were let go for want of room.
  private(set) var droppedCount = 0

  init(updatesMax: Int, levelsMax: Int) {
    precondition(updatesMax >= 2 && levelsMax >= 2, "room for two")
    self.updatesMax = updatesMax
    self.levelsMax = levelsMax
    updates = GrowingBuffer()
    levels = GrowingBuffer()
  }

  enum Outcome { case held, doubled }

  /// Keeps `update` with the `content`.
  ///
  /// - Complexity: O(levels), amortised; a late update costs the number of those behind it.
  mutating func add(
    _ update: DepthUpdate, _ content: borrowing GrowingBuffer<DepthLevel>
  ) -> Outcome {
    var place = updates.count
    while place > 0, updates[place - 1].last > update.last { place -= 1 }
    if place > 0, updates[place - 1].last == update.last { return .doubled }
    while !updates.isEmpty,
      updates.count >= updatesMax || levels.count + content.count > levelsMax
    {
      let gone = (updates.count + 1) / 2
      removeFirst(gone)
      place -= gone
      droppedCount += gone
    }
    // The late one is older than all that is left: it is gone with them.
    guard place >= 0, content.count <= levelsMax else {
      droppedCount += 1
      return .held
    }
    var kept = update
    kept.levelStart = levels.count
    kept.levelCount = content.count
    for index in content.indices { levels.append(content[index]) }
    updates.append(kept)
    var index = updates.count - 1
    while index > place {
      updates[index] = updates[index - 1]
      index -= 1
    }
    updates[place] = kept
    return .held
  }

  /// Lets the first `count` updates go, and their levels.
  mutating func removeFirst(_ count: Int) {
    let left = updates.count - count
    guard left > 0 else {
      updates.removeAll()
      levels.removeAll()
      return
    }
    var rest = GrowingBuffer<DepthLevel>(capacity: levels.count)
    for index in 0..<left {
      var update = updates[count + index]
      let from = update.levelStart
      update.levelStart = rest.count
      for level in from..<from + update.levelCount { rest.append(levels[level]) }
      updates[index] = update
    }
    updates.removeAll(from: left)
    levels = rest
  }

  /// How many updates end at or before `number`.
  func countThrough(_ number: Int64) -> Int {
    var count = 0
    while count < updates.count, updates[count].last <= number { count += 1 }
    return count
  }
}
