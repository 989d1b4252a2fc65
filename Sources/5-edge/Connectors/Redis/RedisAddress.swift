/// Where a Redis server is, and who asks.
///
///     let address = try RedisAddress("redis://omni:secret@cache.example:6379/2")
///     let local = try RedisAddress("unix:/run/redis/redis.sock")
///
/// In user and password, `%40` and its like stand for characters that would end them. An IPv6
/// address stands in brackets. The password is in no description, dump or error.
public struct RedisAddress: Sendable, Hashable {
  /// Where the server listens.
  public enum Place: Sendable, Hashable {
    /// A name, IPv4 or IPv6 address, and a port from 1 to 65535.
    case host(String, port: Int)
    /// The absolute path of a socket of this machine.
    case socket(path: String)
  }

  /// The port of a server for which none is named.
  public static let usualPort = 6_379
  /// The longest text that is read, in bytes.
  public static let textBytesMax = 4_096
  /// The longest path of a socket, in bytes: what `sockaddr_un` holds.
  public static let pathBytesMax = 107

  /// Where the server listens.
  public let place: Place
  /// The user, or nil for the server's default user.
  public let user: String?
  /// The password, or nil if none is asked for.
  public let password: String?
  /// The number of the database.
  public let database: Int

  /// Creates an address from its parts.
  ///
  /// - Throws: `addressInvalid` when a part is out of its range; a user needs a password.
  public init(
    _ place: Place, user: String? = nil, password: String? = nil, database: Int = 0
  ) throws(RedisFailure) {
    switch place {
    case .host(let host, let port):
      guard Self.isHost(host) else { throw .addressInvalid(.host) }
      guard (1...65_535).contains(port) else { throw .addressInvalid(.port) }
    case .socket(let path):
      let bytes = path.utf8
      guard bytes.first == UInt8(ascii: "/"), bytes.count <= Self.pathBytesMax, !bytes.contains(0)
      else { throw .addressInvalid(.path) }
    }
    let length = (user?.utf8.count ?? 0) + (password?.utf8.count ?? 0)
    guard length <= Self.textBytesMax else { throw .addressInvalid(.length) }
    guard user == nil || password != nil, user != "", password != "" else {
      throw .addressInvalid(.credentials)
    }
    guard (0...Int(Int32.max)).contains(database) else { throw .addressInvalid(.database) }
    self.place = place
    self.user = user
    self.password = password
    self.database = database
  }

  /// Reads `redis://[user:password@]host[:port][/database]` or `unix:/path`.
  ///
  /// - Throws: `addressInvalid` with what is wrong; `tlsUnsupported` for `rediss://`.
  /// - Complexity: O(bytes), of which there are at most ``textBytesMax``.
  public init(_ text: String) throws(RedisFailure) {
    guard text.utf8.count <= Self.textBytesMax else { throw .addressInvalid(.length) }
    let bytes = Array(text.utf8)
    if bytes.starts(with: "rediss://".utf8) { throw .tlsUnsupported }
    if bytes.starts(with: "unix:".utf8) {
      try self.init(.socket(path: String(decoding: bytes.dropFirst(5), as: UTF8.self)))
      return
    }
    guard bytes.starts(with: "redis://".utf8) else { throw .addressInvalid(.scheme) }
    var rest = bytes.dropFirst(8)
    var user: String?
    var password: String?
    // What is not escaped in a password may hold an @; the last one ends it.
    if let at = rest.lastIndex(of: UInt8(ascii: "@")) {
      (user, password) = try Self.credentials(rest[..<at])
      rest = rest[(at + 1)...]
    }
    var database = 0
    if let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
      let digits = rest[(slash + 1)...]
      if !digits.isEmpty {
        guard let number = Self.number(digits) else { throw .addressInvalid(.database) }
        database = number
      }
      rest = rest[..<slash]
    }
    let (host, port) = try Self.hostAndPort(rest)
    try self.init(
      .host(host, port: port), user: user, password: password, database: database)
  }

  // MARK: Parts

  private static func credentials(
    _ bytes: ArraySlice<UInt8>
  ) throws(RedisFailure) -> (String?, String) {
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
      throw .addressInvalid(.credentials)
    }
    let user = try unescaped(bytes[..<colon])
    return (user.isEmpty ? nil : user, try unescaped(bytes[(colon + 1)...]))
  }

  private static func hostAndPort(
    _ bytes: ArraySlice<UInt8>
  ) throws(RedisFailure) -> (String, Int) {
    let host: ArraySlice<UInt8>
    var rest: ArraySlice<UInt8>
    if bytes.first == UInt8(ascii: "[") {
      guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { throw .addressInvalid(.host) }
      host = bytes[(bytes.startIndex + 1)..<end]
      guard host.contains(UInt8(ascii: ":")) else { throw .addressInvalid(.host) }
      rest = bytes[(end + 1)...]
    } else {
      let end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
      host = bytes[..<end]
      rest = bytes[end...]
    }
    let name = String(decoding: host, as: UTF8.self)
    if rest.isEmpty { return (name, usualPort) }
    guard rest.removeFirst() == UInt8(ascii: ":") else { throw .addressInvalid(.host) }
    guard let port = number(rest) else { throw .addressInvalid(.port) }
    return (name, port)
  }

  /// A whole number of one to ten digits and nothing else.
  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...10).contains(digits.count) else { return nil }
    var value = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }

  private static func unescaped(_ bytes: ArraySlice<UInt8>) throws(RedisFailure) -> String {
    var result: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      if bytes[index] == UInt8(ascii: "%") {
        guard index + 2 < bytes.endIndex, let high = nibble(bytes[index + 1]),
          let low = nibble(bytes[index + 2])
        else { throw .addressInvalid(.escape) }
        result.append(high << 4 | low)
        index += 3
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    guard let text = String(validating: result, as: UTF8.self) else {
      throw .addressInvalid(.escape)
    }
    return text
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
  }

  /// Letters, digits, dots, hyphens and underscores; with a colon, what an IPv6 address is made of.
  private static func isHost(_ text: String) -> Bool {
    guard (1...253).contains(text.utf8.count) else { return false }
    let isIPv6 = text.utf8.contains(UInt8(ascii: ":"))
    return text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x46, 0x61...0x66, UInt8(ascii: "."): true
      case UInt8(ascii: ":"): isIPv6
      case UInt8(ascii: "%"): isIPv6
      case 0x47...0x5A, 0x67...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
      default: false
      }
    }
  }
}

extension RedisAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The place alone, as errors name it.
  public var placeText: String {
    switch place {
    case .host(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .socket(let path): path
    }
  }

  /// The address as it is written, with three stars for a password.
  public var description: String {
    switch place {
    case .host:
      let login = password == nil ? "" : "\(user ?? ""):***@"
      return "redis://\(login)\(placeText)" + (database == 0 ? "" : "/\(database)")
    case .socket: return "unix:\(placeText)"
    }
  }

  /// The same as ``description``, so that no dump shows a password.
  public var debugDescription: String { description }

  /// What a dump shows: the description.
  public var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}
