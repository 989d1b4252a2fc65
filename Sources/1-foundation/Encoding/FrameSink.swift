/// Puts words straight into memory of a known size.
///
/// - Precondition: the memory outlives the sink, and nobody else writes to it meanwhile.
@frozen
@safe public struct FrameSink: WordSink, ~Copyable {
  @usableFromInline var next: UnsafeMutableRawPointer
  @usableFromInline let end: UnsafeMutableRawPointer

  /// Creates a sink for `wordCount` words from `base` on, an address divisible by 8.
  @inlinable
  @unsafe public init(at base: UnsafeMutableRawPointer, wordCount: Int) {
    precondition(wordCount >= 0, "a word count that is not negative")
    unsafe next = base
    unsafe end = base + 8 * wordCount
  }

  /// Whether no further word fits.
  @inlinable
  public var isFull: Bool { unsafe next == end }

  /// Takes the next word; stops the program if there is no room, as the payload misstated its size.
  @inlinable
  public mutating func put(_ word: UInt64) {
    precondition(unsafe next < end, "a payload puts more words than it announced")
    unsafe next.storeBytes(of: word.littleEndian, as: UInt64.self)
    unsafe next += 8
  }
}

/// Holds the words of a value against words in memory, without keeping them.
///
/// - Precondition: the memory outlives the sink.
@frozen
@safe public struct FrameComparison: WordSink, ~Copyable {
  @usableFromInline let base: UnsafeRawPointer
  @usableFromInline let wordCount: Int
  @usableFromInline var index = 0
  /// How many words were put.
  @inlinable
  public var count: Int { index }
  /// The place of the first word that differs, or nothing so far.
  @inlinable
  public var firstDifference: Int? { difference }
  @usableFromInline var difference: Int?

  /// Creates a comparison with `wordCount` words from `base` on.
  @inlinable
  @unsafe public init(with base: UnsafeRawPointer, wordCount: Int) {
    unsafe self.base = base
    self.wordCount = wordCount
    difference = nil
  }

  /// Whether each word that stands in memory was put, no other, and no further one.
  @inlinable
  public var isEqual: Bool { difference == nil && index == wordCount }

  /// Compares the next word.
  @inlinable
  public mutating func put(_ word: UInt64) {
    if index >= wordCount
      || (unsafe UInt64(
        littleEndian: base.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)))
        != word
    {
      note()
    }
    index += 1
  }

  @usableFromInline
  mutating func note() {
    if difference == nil { difference = index }
  }
}
