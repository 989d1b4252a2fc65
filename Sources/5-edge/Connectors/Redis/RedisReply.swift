/// What a server answers to one command.
///
/// An error is a reply like others as long as it is data, as in a pipeline or a transaction; where
/// one reply is asked for, it is thrown.
public enum RedisReply: Sendable, Hashable {
  /// Nothing: a key that does not exist, or a wait that ended without result.
  case null
  /// A short word of the server, such as `OK`.
  case status(String)
  /// A whole number.
  case integer(Int64)
  /// Bytes, which may be text or anything else.
  case bytes([UInt8])
  /// Replies in a row, which may themselves be arrays, at most ``depthMax`` deep.
  case array([RedisReply])
  /// The server's words for what it refused.
  case error(String)

  /// How deep arrays lie in each other at most; hiredis reads no deeper ones.
  public static let depthMax = 8
  /// How many elements the arrays of one reply have together, at most.
  public static let elementCountMax = 16_777_216
  /// How large one reply may be, in bytes: the longest value that Redis stores, twice.
  public static let bytesMax = 1 << 30

  /// Whether there is nothing.
  public var isNull: Bool { self == .null }

  /// The bytes of a value or of a status.
  ///
  /// - Throws: `unexpectedReply` for all others, null among them.
  public func bytes() throws(RedisFailure) -> [UInt8] {
    switch self {
    case .bytes(let bytes): return bytes
    case .status(let word): return Array(word.utf8)
    default: throw unexpected("bytes")
    }
  }

  /// The bytes of a value, or nil if there is none.
  ///
  /// - Throws: `unexpectedReply` for what is neither.
  public func bytesIfAny() throws(RedisFailure) -> [UInt8]? {
    if case .null = self { return nil }
    return try bytes()
  }

  /// The text of a value or of a status; bytes that are no UTF-8 are replaced.
  ///
  /// - Throws: `unexpectedReply` for all others, null among them.
  public func text() throws(RedisFailure) -> String {
    switch self {
    case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .status(let word): return word
    default: throw unexpected("text")
    }
  }

  /// The text of a value, or nil if there is none.
  ///
  /// - Throws: `unexpectedReply` for what is neither.
  public func textIfAny() throws(RedisFailure) -> String? {
    if case .null = self { return nil }
    return try text()
  }

  /// The number, also one that is stored as a value's digits.
  ///
  /// - Throws: `unexpectedReply` for what is none.
  public func integer() throws(RedisFailure) -> Int64 {
    switch self {
    case .integer(let value): return value
    case .bytes(let digits):
      if digits.count <= 20, let value = Int64(String(decoding: digits, as: UTF8.self)) {
        return value
      }
      throw unexpected("a whole number")
    default: throw unexpected("a whole number")
    }
  }

  /// The replies in a row.
  ///
  /// - Throws: `unexpectedReply` for all others, null among them.
  public func array() throws(RedisFailure) -> [RedisReply] {
    guard case .array(let replies) = self else { throw unexpected("an array") }
    return replies
  }

  /// Makes sure that the server said OK.
  ///
  /// - Throws: `unexpectedReply` for all others.
  public func expectOK() throws(RedisFailure) {
    guard self == .status("OK") else { throw unexpected("OK") }
  }

  private func unexpected(_ wanted: String) -> RedisFailure {
    .unexpectedReply(wanted: wanted, found: kind)
  }

  /// What it is, without what is in it: values may be private.
  private var kind: String {
    switch self {
    case .null: "null"
    case .status(let word): "the status \(word)"
    case .integer: "a whole number"
    case .bytes(let bytes): "\(bytes.count) bytes"
    case .array(let replies): "an array of \(replies.count)"
    case .error(let message): "the error \(message)"
    }
  }
}
