/// One command to Redis: its name and its arguments, which may be any bytes.
///
///     let get = RedisCommand("GET", "price:7")
///     var set = RedisCommand("SET", "frame:7")
///     set.append(frameBytes)
///     set.append("PX")
///     set.append(250)
///
/// The parts are kept in one buffer, in the form in which they are sent (the array of bulk strings
/// of the Redis serialization protocol, RESP2), so that a pipeline is put together by copying and
/// leaves in one write.
///
/// - Invariant: there is a name, and it is not empty.
public struct RedisCommand: Sendable, Hashable {
  /// The most parts, which is the server's own limit.
  public static let partCountMax = 1_048_576
  /// The most bytes of a part, which is the server's usual limit (`proto-max-bulk-len`).
  public static let partBytesMax = 512 << 20

  /// What a command does to the connection that it runs on.
  enum Effect: Sendable {
    /// Nothing: one command, one reply.
    case none
    /// It opens a transaction.
    case opensTransaction
    /// It ends a transaction.
    case endsTransaction
    /// It changes what later commands of the connection do: for a connection of one's own.
    case changesConnection
    /// Replies would no longer come one for each command.
    case breaksOrder
  }

  /// How many parts there are, the name among them.
  public private(set) var partCount: Int
  /// What it does to its connection, as far as the name tells.
  private let effectOfName: Effect
  /// `$length CR LF bytes CR LF` for each part.
  private var body: [UInt8]
  /// Whether a part is longer than ``partBytesMax``.
  private var isTooLong = false

  /// Creates a command of a name and arguments that are text.
  ///
  /// - Precondition: the name is not empty.
  public init(_ name: String, _ arguments: String...) { self.init(name, arguments) }

  /// Creates a command of a name and arguments that are text.
  ///
  /// - Precondition: the name is not empty.
  /// - Complexity: O(bytes), with one allocation.
  public init(_ name: String, _ arguments: [String]) {
    precondition(!name.isEmpty, "a command has a name")
    let bytes = arguments.reduce(name.utf8.count + 16) { $0 + $1.utf8.count + 16 }
    self.init(name: Array(name.utf8), reserving: bytes)
    for argument in arguments { append(argument) }
  }

  /// Creates a command of a name and arguments that are bytes.
  ///
  /// - Precondition: the name is not empty.
  public init(_ name: String, _ arguments: [[UInt8]]) {
    precondition(!name.isEmpty, "a command has a name")
    let bytes = arguments.reduce(name.utf8.count + 16) { $0 + $1.count + 16 }
    self.init(name: Array(name.utf8), reserving: bytes)
    for argument in arguments { append(argument) }
  }

  /// Creates a command of its parts, the name first.
  ///
  /// - Throws: `callInvalid` if there is no name.
  public init(parts: [[UInt8]]) throws(RedisFailure) {
    guard let name = parts.first, !name.isEmpty else {
      throw .callInvalid(message: "a command has no name; wanted at least one part")
    }
    self.init(name: name, reserving: parts.reduce(0) { $0 + $1.count + 16 })
    for part in parts.dropFirst() { append(part) }
  }

  private init(name: [UInt8], reserving bytes: Int) {
    body = []
    body.reserveCapacity(bytes)
    partCount = 0
    effectOfName = Self.effect(ofName: name)
    append(name)
  }

  // MARK: Arguments

  /// Adds an argument of bytes.
  public mutating func append(_ bytes: [UInt8]) {
    appendLength(bytes.count)
    body += bytes
    endPart()
  }

  /// Adds an argument of text.
  public mutating func append(_ text: String) {
    let utf8 = text.utf8
    appendLength(utf8.count)
    body.append(contentsOf: utf8)
    endPart()
  }

  /// Adds an argument that is a whole number, as its digits.
  public mutating func append(_ value: Int64) { append(String(value)) }

  // MARK: Facts

  /// The parts, the name first.
  ///
  /// - Complexity: O(bytes); they are cut out of the form in which they are sent.
  public var parts: [[UInt8]] {
    var result: [[UInt8]] = []
    result.reserveCapacity(partCount)
    var index = 0
    while index < body.count {
      let part = bounds(ofPartAt: index)
      result.append(Array(body[part]))
      index = part.upperBound + 2
    }
    return result
  }

  /// The name, for messages; arguments are in none, since they may be secret.
  public var name: String {
    String(decoding: body[bounds(ofPartAt: 0)].prefix(64), as: UTF8.self)
  }

  /// How many bytes are sent.
  public var encodedBytes: Int { 1 + String(partCount).utf8.count + 2 + body.count }

  /// Appends the command as it is sent.
  func encode(into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "*"))
    Self.append(partCount, to: &bytes)
    bytes += Self.lineEnd
    bytes += body
  }

  /// What it does to its connection.
  var effect: Effect {
    // CLIENT is harmless but for REPLY, which leaves commands without replies.
    guard case .changesConnection = effectOfName, partCount > 1,
      Self.uppercased(body[bounds(ofPartAt: 0)]) == "CLIENT"
    else { return effectOfName }
    let second = bounds(ofPartAt: bounds(ofPartAt: 0).upperBound + 2)
    switch Self.uppercased(body[second]) {
    case "REPLY": return .breaksOrder
    case "LIST", "INFO", "ID", "GETNAME", "KILL", "PAUSE", "UNPAUSE", "UNBLOCK", "HELP":
      return .none
    default: return .changesConnection
    }
  }

  /// Makes sure that the server would read it and answer once.
  func check() throws(RedisFailure) {
    guard partCount <= Self.partCountMax, !isTooLong else {
      throw .callInvalid(
        message: "\(name) has more than \(Self.partCountMax) parts or a part of more than "
          + "\(Self.partBytesMax) bytes")
    }
    if case .breaksOrder = effect {
      throw .callInvalid(
        message: "\(name) would part replies from commands; to subscribe, take RedisSubscription")
    }
  }

  // MARK: Parts of the form

  private static let lineEnd: [UInt8] = [0x0D, 0x0A]

  private mutating func appendLength(_ count: Int) {
    if count > Self.partBytesMax { isTooLong = true }
    body.append(UInt8(ascii: "$"))
    Self.append(count, to: &body)
    body += Self.lineEnd
  }

  private mutating func endPart() {
    body += Self.lineEnd
    partCount += 1
  }

  /// Where the bytes of the part lie whose `$` is at `index`.
  private func bounds(ofPartAt index: Int) -> Range<Int> {
    var index = index + 1
    var count = 0
    while body[index] != 0x0D {
      count = count * 10 + Int(body[index] - 0x30)
      index += 1
    }
    return (index + 2)..<(index + 2 + count)
  }

  private static func append(_ count: Int, to bytes: inout [UInt8]) {
    if count >= 10 { append(count / 10, to: &bytes) }
    bytes.append(0x30 + UInt8(count % 10))
  }

  private static func uppercased(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: bytes.map { (0x61...0x7A).contains($0) ? $0 - 32 : $0 }, as: UTF8.self)
  }

  /// What names of 4 letters and more in the list below begin with, by their length.
  private static let letters: [[UInt8]] = [
    "sqae", "phrmw", "sca", "mdu", "r", "sr", "ps", "u", "ps",
  ]
  .map { Array($0.utf8) }

  private static func effect(ofName name: [UInt8]) -> Effect {
    // Most commands are told apart by their length and first letter, so that none is spelled out.
    guard let first = name.first.map({ $0 | 0x20 }), (4...12).contains(name.count),
      letters[name.count - 4].contains(first)
    else { return .none }
    switch uppercased(name) {
    case "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE",
      "MONITOR", "SYNC", "PSYNC", "HELLO", "RESET":
      return .breaksOrder
    case "MULTI": return .opensTransaction
    case "EXEC", "DISCARD": return .endsTransaction
    case "AUTH", "CLIENT", "SELECT", "QUIT", "WATCH", "UNWATCH", "READONLY", "READWRITE", "ASKING":
      return .changesConnection
    default: return .none
    }
  }
}

extension RedisCommand: CustomStringConvertible, CustomReflectable {
  /// The name and how many arguments there are, of which none is shown.
  public var description: String {
    partCount == 2 ? "\(name) with an argument" : "\(name) with \(partCount - 1) arguments"
  }

  /// What a dump shows: the description.
  public var customMirror: Mirror { Mirror(self, children: ["command": description]) }
}
