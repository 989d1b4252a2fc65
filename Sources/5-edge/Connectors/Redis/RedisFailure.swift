public import OmniTime

/// Why Redis did not do what it was asked.
public enum RedisFailure: Error, Sendable, Hashable {
  /// What is known of a command that was given no reply.
  public enum Fate: Sendable, Hashable {
    /// No byte of it left this process, so that it may be tried again without a second thought.
    case notSent
    /// The server may have executed it or not.
    case mayHaveRun
  }

  /// What is wrong with the text of an address.
  public enum AddressFault: String, Sendable, Hashable, CaseIterable {
    /// It is longer than an address is.
    case length = "it is longer than 4,096 bytes"
    /// It begins in another way.
    case scheme = "it begins with neither redis:// nor unix:/"
    /// What stands before the @ is not a user, a colon and a password.
    case credentials = "before the @ stands no user:password or :password"
    /// A percent sign without two hexadecimal digits, or for bytes that are no text.
    case escape = "a percent sign is not followed by the two digits of a byte of text"
    /// The host is empty or no name and no number.
    case host = "the host is no name, no IPv4 address, and no IPv6 address in brackets"
    /// The port is out of its range.
    case port = "the port is not from 1 to 65535"
    /// The database is no number.
    case database = "the database is not a number from 0 to 2147483647"
    /// The path of the socket is not one.
    case path = "the socket's path is not absolute, or longer than 107 bytes, or holds a zero"
  }

  /// The address cannot be read.
  case addressInvalid(AddressFault)
  /// The address asks for TLS, which the hiredis that this is built with cannot do.
  case tlsUnsupported
  /// Nobody answers at the place; nothing was sent.
  case unreachable(place: String, message: String)
  /// The server answers and refuses the password, the user, the database or the client's name.
  case rejected(place: String, message: String)
  /// The server answered a command with an error; the connection goes on.
  case refused(command: String, message: String)
  /// There was no reply in time.
  case timedOut(command: String, after: Interval, fate: Fate)
  /// The connection was there and is gone.
  case connectionLost(message: String, fate: Fate)
  /// The connection or the client had been closed, or was while the command was under way.
  case closed(fate: Fate)
  /// So many commands or bytes wait already.
  case queueFull(limit: Int)
  /// The reply is of another kind than was asked for.
  case unexpectedReply(wanted: String, found: String)
  /// The server sent what is no reply, or one that is larger or deeper than is allowed.
  case protocolBroken(message: String)
  /// The call asks for what cannot be done here, such as to subscribe on a shared connection.
  case callInvalid(message: String)
  /// The system gives no thread or no descriptor.
  case resourceUnavailable(message: String)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .addressInvalid: "RED-001"
    case .tlsUnsupported: "RED-002"
    case .unreachable: "RED-003"
    case .rejected: "RED-004"
    case .refused: "RED-005"
    case .timedOut: "RED-006"
    case .connectionLost: "RED-007"
    case .closed: "RED-008"
    case .queueFull: "RED-009"
    case .unexpectedReply: "RED-010"
    case .protocolBroken: "RED-011"
    case .callInvalid: "RED-012"
    case .resourceUnavailable: "RED-013"
    }
  }

  /// What is known of the command: `notSent` only if surely no byte of it left this process.
  public var fate: Fate {
    switch self {
    case .addressInvalid, .tlsUnsupported, .unreachable, .rejected, .queueFull, .callInvalid,
      .resourceUnavailable:
      .notSent
    // A script that fails may have written before.
    case .refused, .unexpectedReply, .protocolBroken: .mayHaveRun
    case .timedOut(_, _, let fate), .connectionLost(_, let fate), .closed(let fate): fate
    }
  }

  /// The first word of the server's refusal, such as `WRONGTYPE`; nil for other failures.
  public var serverWord: String? {
    guard case .refused(_, let message) = self else { return nil }
    return message.split(separator: " ", maxSplits: 1).first.map(String.init)
  }

  /// The same failure of a command that has another fate.
  func with(fate: Fate) -> Self {
    switch self {
    case .timedOut(let command, let after, _):
      .timedOut(command: command, after: after, fate: fate)
    case .connectionLost(let message, _): .connectionLost(message: message, fate: fate)
    case .closed: .closed(fate: fate)
    // Who sends nonsense has lost the connection for the commands behind.
    case .protocolBroken(let message) where fate == .notSent:
      .connectionLost(message: message, fate: fate)
    default: self
    }
  }
}

extension RedisFailure: CustomStringConvertible {
  /// One line: what was wanted, and what stood against it; never a password.
  public var description: String { "\(code): \(sentence)" }

  private var sentence: String {
    switch self {
    case .addressInvalid(let fault): "the address of the server cannot be read: \(fault.rawValue)"
    case .tlsUnsupported:
      "the address asks for TLS (rediss://), which the installed hiredis 0.14 cannot do; wanted "
        + "redis:// or unix:/, with a tunnel such as stunnel where the way is not safe"
    case .unreachable(let place, let message):
      "no server answers at \(Self.line(place)): \(Self.line(message))"
    case .rejected(let place, let message):
      "the server at \(Self.line(place)) lets nobody in: \(Self.line(message))"
    case .refused(let command, let message):
      "the server refused \(Self.line(command)): \(Self.line(message))"
    case .timedOut(let command, let after, let fate):
      "no reply to \(Self.line(command)) within \(after.nanoseconds / 1_000_000) ms; "
        + Self.words(fate)
    case .connectionLost(let message, let fate):
      "the connection was lost: \(Self.line(message)); \(Self.words(fate))"
    case .closed(let fate): "the connection was closed on this side; \(Self.words(fate))"
    case .queueFull(let limit): "the queue is full; wanted at most \(limit) to wait"
    case .unexpectedReply(let wanted, let found):
      "the reply is \(Self.line(found)); wanted \(wanted)"
    case .protocolBroken(let message): "the server sent what is no reply: \(Self.line(message))"
    case .callInvalid(let message): "the call does not fit: \(Self.line(message))"
    case .resourceUnavailable(let message): "the system gives no more: \(Self.line(message))"
    }
  }

  private static func words(_ fate: Fate) -> String {
    switch fate {
    case .notSent: "the command was not sent"
    case .mayHaveRun: "the command may have been executed"
    }
  }

  /// At most 200 characters, on one line.
  private static func line(_ text: String) -> String {
    String(text.prefix(200).map { $0.isNewline ? " " : $0 })
  }
}
