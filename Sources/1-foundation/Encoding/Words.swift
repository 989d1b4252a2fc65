/// Takes the canonical form of a value, word by word.
///
/// Everything that OMNI writes to a journal, a snapshot or a digest is a series of 64-bit words in
/// little-endian order, so one description of a value serves all three.
public protocol WordSink: ~Copyable {
  /// Takes the next word.
  mutating func put(_ word: UInt64)
}

/// Gives the words of a value back, in the order in which a ``WordSink`` took them.
public protocol WordSource: ~Copyable {
  /// The next word.
  mutating func take() throws(WordFailure) -> UInt64
}

/// Why words do not make up a value.
public enum WordFailure: Error, Equatable, Sendable {
  /// The words end where another was wanted.
  case exhausted
  /// A word is not one of those that `what` allows.
  case senseless(word: UInt64, what: StaticWord)

  /// A name for what was being read, kept as static text so that a failure allocates nothing.
  public struct StaticWord: Sendable, Equatable, ExpressibleByStringLiteral {
    /// The text.
    public let text: StaticString

    /// Creates a name from a literal.
    public init(stringLiteral text: StaticString) { self.text = text }

    /// Whether the two say the same.
    public static func == (lhs: Self, rhs: Self) -> Bool {
      "\(lhs.text)" == "\(rhs.text)"
    }
  }
}

extension WordFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .exhausted: "the record ends where another word was wanted"
    case .senseless(let word, let what): "the word \(word) is no \(what.text)"
    }
  }
}

extension WordSink where Self: ~Copyable {
  /// Takes a signed number.
  @inlinable
  public mutating func put(_ number: Int64) { put(UInt64(bitPattern: number)) }

  /// Takes a wide number, low word first.
  @inlinable
  public mutating func put(_ number: Int128) {
    put(UInt64(truncatingIfNeeded: number))
    put(UInt64(truncatingIfNeeded: number >> 64))
  }

  /// Takes a statistic, by its bits, so that equal bits give equal words.
  @inlinable
  public mutating func put(_ statistic: Double) { put(statistic.bitPattern) }

  /// Takes a flag.
  @inlinable
  public mutating func put(_ flag: Bool) { put(UInt64(flag ? 1 : 0)) }

  /// Takes a text: its length in bytes, then its UTF-8 bytes in words, the last filled with zeros.
  public mutating func put(_ text: String) {
    let bytes = Array(text.utf8)
    put(UInt64(bytes.count))
    var index = 0
    while index < bytes.count {
      var word: UInt64 = 0
      for offset in 0..<min(8, bytes.count - index) {
        word |= UInt64(bytes[index + offset]) << (8 * UInt64(offset))
      }
      put(word)
      index += 8
    }
  }
}

extension WordSource where Self: ~Copyable {
  /// The next word as a signed number.
  @inlinable
  public mutating func takeSigned() throws(WordFailure) -> Int64 {
    Int64(bitPattern: try take())
  }

  /// The next two words as a wide number.
  @inlinable
  public mutating func takeWide() throws(WordFailure) -> Int128 {
    let low = try take()
    let high = try takeSigned()
    return Int128(high) << 64 | Int128(low)
  }

  /// The next word as a statistic.
  @inlinable
  public mutating func takeDouble() throws(WordFailure) -> Double {
    Double(bitPattern: try take())
  }

  /// The next word as a flag.
  @inlinable
  public mutating func takeFlag() throws(WordFailure) -> Bool {
    switch try take() {
    case 0: return false
    case 1: return true
    case let word: throw .senseless(word: word, what: "flag")
    }
  }

  /// The next word as a count that is at most `limit`.
  @inlinable
  public mutating func takeCount(limit: Int) throws(WordFailure) -> Int {
    let word = try take()
    guard word <= UInt64(limit) else { throw .senseless(word: word, what: "count within bounds") }
    return Int(word)
  }

  /// The next text, of at most `limit` bytes.
  public mutating func takeText(limit: Int = 65_536) throws(WordFailure) -> String {
    let count = try takeCount(limit: limit)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      let word = try take()
      for offset in 0..<min(8, count - bytes.count) {
        bytes.append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(offset))))
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .senseless(word: UInt64(count), what: "UTF-8 text")
    }
    return text
  }
}

/// Keeps the words in an array; for snapshots, digests and tests, not for hot paths.
public struct WordArray: WordSink, Sendable, Equatable {
  /// The words so far.
  public private(set) var words: [UInt64]

  /// Creates a sink that already holds `words`.
  public init(_ words: [UInt64] = []) { self.words = words }

  /// Takes the next word.
  public mutating func put(_ word: UInt64) { words.append(word) }

  /// The words as bytes, least significant first.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(words.count * 8)
    for word in words {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return bytes
  }
}

/// Gives the words of an array back.
public struct WordArrayReader: WordSource, Sendable {
  private let words: [UInt64]
  private var index = 0

  /// Creates a reader at the first of `words`.
  public init(_ words: [UInt64]) { self.words = words }

  /// Whether every word has been taken.
  public var isAtEnd: Bool { index == words.count }

  /// The next word.
  public mutating func take() throws(WordFailure) -> UInt64 {
    guard index < words.count else { throw .exhausted }
    defer { index += 1 }
    return words[index]
  }
}
