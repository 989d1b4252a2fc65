public import OmniEncoding

/// The body of a frame as it is put together or taken apart, word by word.
///
/// It keeps room for the header in front and zeros behind, so that a frame is written in one piece
/// and a body is never copied.
///
/// - Complexity: putting is amortised O(1), and allocates only when it has never been as long.
@safe public struct FrameBody: WordSink, WordSource, ~Copyable {
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var room: Int
  @usableFromInline var end = FrameBody.front
  @usableFromInline var next = FrameBody.front

  @usableFromInline static let front = 128

  /// Creates an empty body.
  public init() {
    room = 1 << 16
    unsafe base = .allocate(byteCount: room, alignment: 4_096)
  }

  deinit { unsafe base.deallocate() }

  /// How many bytes there are.
  @inlinable
  public var byteCount: Int { end - 128 }

  /// Whether every word has been taken.
  @inlinable
  public var isAtEnd: Bool { next == end }

  /// Removes all words.
  public mutating func removeAll() {
    end = Self.front
    next = Self.front
  }

  /// Puts a word at the end.
  @inlinable
  public mutating func put(_ word: UInt64) {
    if end + 8 > room { reserve(end + 8) }
    unsafe base.storeBytes(of: word.littleEndian, toByteOffset: end, as: UInt64.self)
    end += 8
  }

  /// Takes the next word.
  @inlinable
  public mutating func take() throws(WordFailure) -> UInt64 {
    guard next + 8 <= end else { throw .exhausted }
    let word = unsafe base.load(fromByteOffset: next, as: UInt64.self)
    next += 8
    return UInt64(littleEndian: word)
  }

  /// How many words have not been taken.
  @inlinable
  public var wordsLeft: Int { (end - next) / 8 }

  /// The word `offset` words behind the next one, which stays to be taken.
  ///
  /// - Precondition: there is one.
  @inlinable
  public func peek(_ offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset < wordsLeft, "a word of the body")
    return unsafe UInt64(
      littleEndian: base.load(fromByteOffset: next + 8 * offset, as: UInt64.self))
  }

  /// Passes over `count` words.
  ///
  /// - Precondition: there are as many.
  @inlinable
  public mutating func skip(_ count: Int) {
    precondition(count >= 0 && count <= wordsLeft, "words of the body")
    next += 8 * count
  }

  /// Makes room for `bytes` in all.
  @usableFromInline
  mutating func reserve(_ bytes: Int) {
    guard bytes > room else { return }
    let larger = max(bytes, 2 * room)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 4_096)
    unsafe moved.copyMemory(from: base, byteCount: end)
    unsafe base.deallocate()
    unsafe base = moved
    room = larger
  }

  /// The body's bytes.
  var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base + Self.front, count: byteCount)
  }

  /// Makes the body `count` bytes long, to be filled, and begins to take from its start.
  mutating func resize(to count: Int) -> UnsafeMutableRawBufferPointer {
    reserve(Self.front + count)
    end = Self.front + count
    next = Self.front
    return unsafe UnsafeMutableRawBufferPointer(start: base + Self.front, count: count)
  }

  /// The whole frame: `header`, the body, and zeros up to the next boundary.
  mutating func frame(_ header: LogFrame) -> UnsafeRawBufferPointer {
    reserve(header.size)
    for (index, word) in header.words.enumerated() {
      unsafe base.storeBytes(of: word.littleEndian, toByteOffset: 8 * index, as: UInt64.self)
    }
    unsafe (base + end).initializeMemory(as: UInt8.self, repeating: 0, count: header.size - end)
    return unsafe UnsafeRawBufferPointer(start: base, count: header.size)
  }
}

// The memory belongs to the value, and a value that cannot be copied has one owner at a time.
extension FrameBody: @unchecked Sendable {}
