/// What gives bytes piece by piece: an array, a file, or a compressed file as it is unpacked.
///
/// Decoders are written against it, so that they never open anything themselves.
public protocol ByteSource: ~Copyable {
  /// Writes the next bytes into `buffer` from index `start` on, and returns how many; 0 at the end.
  ///
  /// The count of `buffer` stays as it is and says how many bytes there is room for.
  mutating func read(into buffer: inout [UInt8], from start: Int) throws(ByteSourceFailure) -> Int

  /// Hands over what is next without copying it, if it is in memory; the source goes on behind it.
  ///
  /// - Parameter padding: How many further bytes must be readable behind what is handed over.
  /// - Returns: An array, and how many bytes at its beginning are meant; nil if ``read(into:from:)``
  ///   is to be used.
  mutating func lend(padding: Int) -> (bytes: [UInt8], count: Int)?
}

extension ByteSource where Self: ~Copyable {
  /// Nothing: most sources have nothing in memory.
  public mutating func lend(padding: Int) -> (bytes: [UInt8], count: Int)? { nil }
}

/// Why a source cannot give its next bytes; the text is the cause in the words of its owner.
public enum ByteSourceFailure: Error, Equatable, Sendable {
  /// The device or file does not answer.
  case unreadable(String)
  /// Compressed bytes end before their end.
  case truncated(String)
  /// Compressed bytes contradict themselves.
  case corrupt(String)
}

extension ByteSourceFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .unreadable(let cause): "the bytes cannot be read: \(cause)"
    case .truncated(let cause): "the compressed bytes end too early: \(cause)"
    case .corrupt(let cause): "the compressed bytes are damaged: \(cause)"
    }
  }
}

/// Gives the bytes of an array, at most `chunkBytes` at a time.
public struct ByteArraySource: ByteSource, Sendable {
  private let bytes: [UInt8]
  private let chunkBytes: Int
  private var index = 0

  /// Creates a source of `bytes`.
  ///
  /// - Precondition: `chunkBytes` is greater than zero.
  public init(_ bytes: [UInt8], chunkBytes: Int = .max) {
    precondition(chunkBytes > 0, "a chunk of at least one byte")
    self.bytes = bytes
    self.chunkBytes = chunkBytes
  }

  /// Creates a source of the UTF-8 bytes of `text`.
  public init(_ text: String, chunkBytes: Int = .max) {
    self.init(Array(text.utf8), chunkBytes: chunkBytes)
  }

  /// Writes the next bytes into `buffer` from index `start` on, and returns how many.
  public mutating func read(
    into buffer: inout [UInt8], from start: Int
  ) throws(ByteSourceFailure) -> Int {
    let count = min(chunkBytes, bytes.count - index, buffer.count - start)
    buffer.replaceSubrange(start..<start + count, with: bytes[index..<index + count])
    index += count
    return count
  }

  /// Hands the array over, unless it was begun or is to be given in chunks.
  public mutating func lend(padding: Int) -> (bytes: [UInt8], count: Int)? {
    guard chunkBytes == .max, index == 0, bytes.count > padding else { return nil }
    index = bytes.count - padding
    return (bytes, index)
  }
}
