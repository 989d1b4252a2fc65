public import CPrefetch

/// A fixed number of elements in memory that this value alone owns.
///
/// Take it where an `Array` inside a class or a copy of an `Array` would cost: it has no reference
/// count, so reading and changing an element is a bounds check and a load or store. It never grows.
/// Memory of a page or more begins at a line of the processor's cache, so that an element whose size
/// divides a line does not lie in two.
///
/// - Invariant: each of the `count` elements is initialised from creation to the end.
/// - Complexity: every access is O(1), with no allocation.
@frozen
@safe public struct OwnedBuffer<Element: ~Copyable>: ~Copyable {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  /// How many elements there are.
  public let count: Int

  /// Creates `count` elements, each made from its index.
  ///
  /// - Precondition: `count` is not negative.
  @inlinable
  public init(count: Int, _ make: (Int) -> Element) {
    precondition(count >= 0, "a count that is not negative")
    unsafe base = Self.allocate(count)
    for index in 0..<count { unsafe (base + index).initialize(to: make(index)) }
    self.count = count
  }

  /// Memory for `count` elements.
  @inlinable
  static func allocate(_ count: Int) -> UnsafeMutablePointer<Element> {
    let byteCount = count * MemoryLayout<Element>.stride
    guard byteCount >= 4_096, MemoryLayout<Element>.alignment <= 64 else {
      return .allocate(capacity: count)
    }
    return unsafe UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
      .bindMemory(to: Element.self, capacity: count)
  }

  @inlinable
  deinit {
    unsafe base.deinitialize(count: count)
    unsafe base.deallocate()
  }

  /// The element at `index`.
  ///
  /// - Precondition: `index` is from 0 to `count` - 1.
  @inlinable
  public subscript(index: Int) -> Element {
    unsafeAddress {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
      return unsafe UnsafePointer(base + index)
    }
    unsafeMutableAddress {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
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
  public var indices: Range<Int> { 0..<count }
}

extension OwnedBuffer {
  /// Creates `count` elements, each equal to `element`.
  ///
  /// - Precondition: `count` is not negative.
  @inlinable
  public init(repeating element: Element, count: Int) {
    precondition(count >= 0, "a count that is not negative")
    unsafe base = Self.allocate(count)
    unsafe base.initialize(repeating: element, count: count)
    self.count = count
  }
}

// The memory belongs to the value, and a value that cannot be copied has one owner at a time, so
// handing it to another thread hands over the memory too.
extension OwnedBuffer: @unchecked Sendable where Element: Sendable & ~Copyable {}
