/// The name of a stream of events: one to 255 bytes of UTF-8, any characters.
public struct StreamName: Sendable, Hashable, Comparable {
  /// The longest name, in bytes of UTF-8.
  public static let bytesMax = 255

  /// Why a text is no name of a stream.
  public enum Refusal: Error, Equatable, Sendable {
    /// It has no bytes.
    case empty
    /// It has more bytes than a name may have.
    case tooLong(bytes: Int, limitBytes: Int)
  }

  /// The name.
  public let text: String

  /// Creates a name from `text`.
  ///
  /// - Throws: ``Refusal`` if `text` is empty or longer than ``bytesMax``.
  public init(_ text: String) throws(Refusal) {
    let bytes = text.utf8.count
    guard bytes > 0 else { throw .empty }
    guard bytes <= Self.bytesMax else { throw .tooLong(bytes: bytes, limitBytes: Self.bytesMax) }
    self.text = text
  }

  /// Whether the two are the same bytes; texts that only look alike are different streams.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.text.utf8.elementsEqual(rhs.text.utf8)
  }

  /// Feeds the bytes of the name.
  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    hasher.combine(text.utf8.count)
  }

  /// Whether the bytes of `lhs` come first.
  public static func < (lhs: Self, rhs: Self) -> Bool {
    lhs.text.utf8.lexicographicallyPrecedes(rhs.text.utf8)
  }
}

extension StreamName.Refusal: CustomStringConvertible {
  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .empty: "SNP-001"
    case .tooLong: "SNP-002"
    }
  }

  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .empty: "\(code): a stream's name is empty, and at least one byte was wanted"
    case .tooLong(let bytes, let limitBytes):
      "\(code): a stream's name has \(bytes) bytes, and at most \(limitBytes) are allowed"
    }
  }
}
