public import OmniCollections
public import OmniModel

/// An order in the simulated venue's book, linked to its neighbours by age.
@frozen @usableFromInline
struct RestingOrder: Sendable {
  @usableFromInline var order: OrderIntent
  /// Whether it can be filled; an exit sleeps until its entry is filled.
  @usableFromInline var isActive: Bool
  /// Whether no price has been held against it yet.
  @usableFromInline var isFresh: Bool
  /// Whether it was awake when a bar opened; found anew in each bar, so no part of a snapshot.
  @usableFromInline var sawOpen = false
  /// The place of the next younger order of the instrument, or ``none``.
  @usableFromInline var younger: Int
  /// The place of the next older order of the instrument, or ``none``.
  @usableFromInline var older: Int

  @usableFromInline static let none = -1

  @usableFromInline
  init(_ order: OrderIntent, isActive: Bool) {
    self.order = order
    self.isActive = isActive
    isFresh = true
    younger = Self.none
    older = Self.none
  }
}

/// The working orders of all instruments, each instrument's linked by age.
///
/// - Invariant: following `younger` from an instrument's oldest order meets each of its orders once.
/// - Complexity: O(1) an operation, with no allocation.
@usableFromInline
struct RestingBook: ~Copyable {
  @usableFromInline var places: OwnedBuffer<RestingOrder?>
  @usableFromInline var free: Ring<Int>
  @usableFromInline var byID: WordMap
  @usableFromInline var oldest: OwnedBuffer<Int>
  @usableFromInline var youngest: OwnedBuffer<Int>

  @usableFromInline
  init(instrumentCount: Int, capacity: Int) {
    places = OwnedBuffer(repeating: nil, count: capacity)
    free = Ring(capacity: capacity)
    for place in 0..<capacity { _ = free.append(place) }
    byID = WordMap(capacity: capacity)
    oldest = OwnedBuffer(repeating: RestingOrder.none, count: instrumentCount)
    youngest = OwnedBuffer(repeating: RestingOrder.none, count: instrumentCount)
  }

  @usableFromInline
  var count: Int { places.count - free.count }

  /// The place of the oldest order of the instrument at `index`, or `RestingOrder.none`.
  @inlinable
  func first(_ index: Int) -> Int { oldest[index] }

  @usableFromInline
  func place(of id: OrderID) -> Int? { byID[id.value].map { Int($0) } }

  /// Adds `order` as the youngest, or returns nil when the book is full.
  @usableFromInline
  mutating func insert(_ order: OrderIntent, isActive: Bool) -> Int? {
    guard let place = free.popFirst() else { return nil }
    let instrument = Int(order.instrument.index)
    var resting = RestingOrder(order, isActive: isActive)
    resting.older = youngest[instrument]
    if resting.older == RestingOrder.none {
      oldest[instrument] = place
    } else {
      places[resting.older]?.younger = place
    }
    youngest[instrument] = place
    places[place] = resting
    byID.set(order.id.value, to: UInt64(place))
    return place
  }

  /// Removes the order at `place`, and returns it.
  @usableFromInline
  mutating func remove(at place: Int) -> OrderIntent? {
    guard let resting = places[place] else { return nil }
    let instrument = Int(resting.order.instrument.index)
    if resting.older == RestingOrder.none {
      oldest[instrument] = resting.younger
    } else {
      places[resting.older]?.younger = resting.younger
    }
    if resting.younger == RestingOrder.none {
      youngest[instrument] = resting.older
    } else {
      places[resting.younger]?.older = resting.older
    }
    places[place] = nil
    byID.remove(resting.order.id.value)
    _ = free.append(place)
    return resting.order
  }
}
