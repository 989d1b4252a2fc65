public import CPrefetch

/// Elements in memory that this value alone owns, as many as were appended.
///
/// Take it for what an ``OwnedBuffer`` is too rigid: columns that grow with the data. Elements are
/// plain bytes, so that growing copies memory and letting go frees it, and nothing else.
///
/// - Invariant: the first `count` elements are initialised.
/// - Complexity: appending is amortised O(1) and allocates only when the capacity doubles; every
///   other access is O(1), with no allocation.
@frozen
@safe public struct GrowingBuffer<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<Element>
  @usableFromInline var room: Int
  @usableFromInline var number = 0

  /// How many elements there are.
  @inlinable
  public var count: Int { number }

  /// Whether there is no element.
  @inlinable
  public var isEmpty: Bool { number == 0 }

  /// Creates no elements, with room for `capacity` of them.
  ///
  /// - Precondition: `capacity` is not negative.
  @inlinable
  public init(capacity: Int = 0) {
    precondition(capacity >= 0, "a capacity that is not negative")
    room = max(capacity, 1)
    unsafe base = .allocate(capacity: room)
  }

  @inlinable
  deinit { unsafe base.deallocate() }

  /// The element at `index`.
  ///
  /// - Precondition: `index` is from 0 to `count` - 1.
  @inlinable
  public subscript(index: Int) -> Element {
    unsafeAddress {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: number), "index out of range")
      return unsafe UnsafePointer(base + index)
    }
    unsafeMutableAddress {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: number), "index out of range")
      return unsafe base + index
    }
  }

  /// Asks for the element at `index` ahead of its use; out of range, or on a machine that does not
  /// listen, it does nothing.
  @inlinable @inline(__always)
  public func prefetch(_ index: Int) {
    if UInt(bitPattern: index) < UInt(bitPattern: count) { unsafe omni_prefetch(base + index) }
  }

  /// The positions of all elements.
  @inlinable
  public var indices: Range<Int> { 0..<number }

  /// Adds `element` at the end.
  @inlinable
  public mutating func append(_ element: Element) {
    if number == room { reserve(number + 1) }
    unsafe (base + number).initialize(to: element)
    number += 1
  }

  /// Adds `count` times `element` at the end.
  @inlinable
  public mutating func append(repeating element: Element, count: Int) {
    reserve(number + count)
    unsafe (base + number).initialize(repeating: element, count: count)
    number += count
  }

  /// Removes the elements from `count` on, and keeps the room.
  ///
  /// - Precondition: `count` is from 0 to the present count.
  @inlinable
  public mutating func removeAll(from count: Int = 0) {
    precondition(count >= 0 && count <= number, "a count that is not above the present one")
    number = count
  }

  /// Makes the elements those of `other`.
  public mutating func replaceAll(with other: borrowing Self) {
    reserve(other.number)
    unsafe base.update(from: other.base, count: other.number)
    number = other.number
  }

  /// Makes room for `capacity` elements in all.
  @inlinable
  public mutating func reserve(_ capacity: Int) {
    guard capacity > room else { return }
    let larger = max(capacity, room * 2)
    let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    unsafe moved.update(from: base, count: number)
    unsafe base.deallocate()
    unsafe base = moved
    room = larger
  }

  /// Calls `body` with the bytes of all elements.
  @inlinable
  @unsafe public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(
      UnsafeRawBufferPointer(start: base, count: number * MemoryLayout<Element>.stride))
  }
}

// The memory belongs to the value, and a value that cannot be copied has one owner at a time, so
// handing it to another thread hands over the memory too.
extension GrowingBuffer: @unchecked Sendable where Element: Sendable {}
