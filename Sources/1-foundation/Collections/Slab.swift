/// A bounded pool of elements in places that stay where they are until they are freed.
///
/// A place is named by a handle of its index and its generation, so a handle that was kept too long
/// is noticed instead of finding the place's next tenant.
///
/// - Invariant: `count` is never above `capacity`; a handle finds an element at most until that
///   element is removed.
/// - Complexity: every operation is O(1), with no allocation.
@frozen
public struct Slab<Element>: ~Copyable {
  /// The name of a place: index and generation.
  @frozen
  public struct Handle: Sendable, Hashable {
    /// Which place, from 0 to `capacity` - 1.
    public let index: UInt32
    /// How often the place had been taken before.
    public let generation: UInt32

    /// Creates the handle of a place.
    @inlinable
    public init(index: UInt32, generation: UInt32) {
      self.index = index
      self.generation = generation
    }
  }

  @usableFromInline var elements: OwnedBuffer<Element?>
  @usableFromInline var generations: OwnedBuffer<UInt32>
  /// For a free place, the next free one.
  @usableFromInline var links: OwnedBuffer<UInt32>
  @usableFromInline var firstFree: UInt32
  @usableFromInline var number = 0

  /// How many places are taken.
  @inlinable
  public var count: Int { number }

  @usableFromInline static var none: UInt32 { .max }

  /// Creates a pool of `capacity` free places.
  ///
  /// - Precondition: `capacity` is from 1 to 2³² - 2.
  @inlinable
  public init(capacity: Int) {
    precondition(capacity > 0 && capacity < Int(UInt32.max), "a capacity from 1 to 2³² - 2")
    elements = OwnedBuffer(repeating: nil, count: capacity)
    generations = OwnedBuffer(repeating: 0, count: capacity)
    links = OwnedBuffer(count: capacity) {
      $0 + 1 == capacity ? Self.none : UInt32($0 + 1)
    }
    firstFree = 0
  }

  /// The largest number of elements.
  @inlinable
  public var capacity: Int { elements.count }

  /// Puts `element` into a free place, or returns nil and changes nothing when there is none.
  @inlinable
  public mutating func insert(_ element: Element) -> Handle? {
    guard firstFree != Self.none else { return nil }
    let index = firstFree
    firstFree = links[Int(index)]
    elements[Int(index)] = element
    number += 1
    return Handle(index: index, generation: generations[Int(index)])
  }

  /// Frees the place of `handle` and returns what it held, or nil when the handle is stale.
  @inlinable
  public mutating func remove(_ handle: Handle) -> Element? {
    guard holds(handle) else { return nil }
    let index = Int(handle.index)
    let element = elements[index]
    elements[index] = nil
    generations[index] = generations[index] &+ 1  // Wraps by design: 2³² tenants later.
    links[index] = firstFree
    firstFree = handle.index
    number -= 1
    return element
  }

  /// Whether `handle` still finds its element.
  @inlinable
  public func holds(_ handle: Handle) -> Bool {
    Int(handle.index) < elements.count && generations[Int(handle.index)] == handle.generation
      && elements[Int(handle.index)] != nil
  }

  /// The element of `handle`, or nil when the handle is stale; assigning to a stale handle stops
  /// the program.
  @inlinable
  public subscript(handle: Handle) -> Element? {
    get { holds(handle) ? elements[Int(handle.index)] : nil }
    set {
      precondition(holds(handle), "a handle that is not stale")
      precondition(newValue != nil, "removal goes through remove(_:)")
      elements[Int(handle.index)] = newValue
    }
  }

  /// Calls `body` with every element, by place.
  @inlinable
  public func forEach(_ body: (Element) -> Void) {
    for index in elements.indices {
      if let element = elements[index] { body(element) }
    }
  }
}
