/// A bounded first-in, first-out queue in memory of its own.
///
/// - Invariant: `count` is never above `capacity`; elements leave in the order in which they came.
/// - Complexity: every operation is O(1), with no allocation.
@frozen
public struct Ring<Element>: ~Copyable {
  @usableFromInline var storage: OwnedBuffer<Element?>
  @usableFromInline var head = 0
  @usableFromInline var number = 0

  /// How many elements wait.
  @inlinable
  public var count: Int { number }

  /// Creates an empty queue for at most `capacity` elements.
  ///
  /// - Precondition: `capacity` is greater than zero.
  @inlinable
  public init(capacity: Int) {
    precondition(capacity > 0, "a capacity above zero")
    storage = OwnedBuffer(repeating: nil, count: capacity)
  }

  /// The largest number of elements that can wait.
  @inlinable
  public var capacity: Int { storage.count }

  /// Whether nothing waits.
  @inlinable
  public var isEmpty: Bool { count == 0 }

  /// Whether another element would be refused.
  @inlinable
  public var isFull: Bool { count == storage.count }

  /// Adds `element` at the end, or returns false and changes nothing when the queue is full.
  @inlinable
  public mutating func append(_ element: Element) -> Bool {
    if isFull { return false }
    storage[place(of: count)] = element
    number += 1
    return true
  }

  /// Removes the element that has waited longest, or returns nil when there is none.
  @inlinable @inline(__always)
  public mutating func popFirst() -> Element? {
    if count == 0 { return nil }
    let element = storage[head]
    storage[head] = nil
    head = head + 1 == storage.count ? 0 : head + 1
    number -= 1
    return element
  }

  /// The element that has waited longest, `offset` places from the front, or nil behind the end.
  @inlinable
  public func peek(_ offset: Int = 0) -> Element? {
    offset >= 0 && offset < count ? storage[place(of: offset)] : nil
  }

  /// Removes every element.
  @inlinable
  public mutating func removeAll() {
    while popFirst() != nil {}
  }

  @inlinable
  func place(of offset: Int) -> Int {
    let sum = head + offset
    return sum >= storage.count ? sum - storage.count : sum
  }
}
