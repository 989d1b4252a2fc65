/// A Lua script that the server runs as one step, with the digest by which the server knows it.
///
///     let take = RedisScript("return redis.call('DECRBY', KEYS[1], ARGV[1])")
///     let rest = try connection.evaluate(take, keys: ["stock"], arguments: ["3"]).integer()
///
/// It is worth keeping: the digest is computed once.
public struct RedisScript: Sendable, Hashable {
  /// The text of the script.
  public let text: String
  /// The SHA-1 of the text, in 40 hexadecimal digits.
  public let digest: String

  /// Creates a script.
  ///
  /// - Complexity: O(bytes).
  public init(_ text: String) {
    self.text = text
    digest = Self.sha1(Array(text.utf8))
  }

  /// The command that gives the script to the server.
  var load: RedisCommand { RedisCommand("SCRIPT", "LOAD", text) }

  /// The command that runs the script which the server has.
  func run(keys: [String], arguments: [[UInt8]]) -> RedisCommand {
    command("EVALSHA", digest, keys, arguments)
  }

  /// The command that sends the script and runs it, whatever the server has.
  func send(keys: [String], arguments: [[UInt8]]) -> RedisCommand {
    command("EVAL", text, keys, arguments)
  }

  /// What the script gave, by the replies to ``load`` and `run`; nil if it was forgotten between
  /// the two, since others may flush the server's scripts at any time.
  func result(of replies: [RedisReply]) throws(RedisFailure) -> RedisReply? {
    for case .error(let message) in replies {
      if message.hasPrefix("NOSCRIPT") { return nil }
      throw .refused(command: "EVALSHA", message: message)
    }
    return replies.last
  }

  private func command(
    _ name: String, _ first: String, _ keys: [String], _ arguments: [[UInt8]]
  ) -> RedisCommand {
    var command = RedisCommand(name, first)
    command.append(Int64(keys.count))
    for key in keys { command.append(key) }
    for argument in arguments { command.append(argument) }
    return command
  }

  /// SHA-1 as FIPS 180-4 has it, section 6.1: here a name, and no proof of anything.
  ///
  /// Rounds use its letters; additions are modulo 2³², which wrapping is. Checked in tests against
  /// the standard's examples and against what the server computes.
  private static func sha1(_ message: [UInt8]) -> String {
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    var padded = message + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    for shift in stride(from: 56, through: 0, by: -8) {
      padded.append(UInt8(truncatingIfNeeded: (UInt64(message.count) * 8) >> UInt64(shift)))
    }
    var w = [UInt32](repeating: 0, count: 80)
    for block in stride(from: 0, to: padded.count, by: 64) {
      for t in 0..<16 {
        w[t] = padded[(block + 4 * t)..<(block + 4 * t + 4)].reduce(0) { $0 << 8 | UInt32($1) }
      }
      for t in 16..<80 { w[t] = rotated(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], by: 1) }
      var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
      for t in 0..<80 {
        let (f, k): (UInt32, UInt32) =
          switch t {
          case ..<20: ((b & c) | (~b & d), 0x5A82_7999)
          case ..<40: (b ^ c ^ d, 0x6ED9_EBA1)
          case ..<60: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
          default: (b ^ c ^ d, 0xCA62_C1D6)
          }
        let next = rotated(a, by: 5) &+ f &+ e &+ k &+ w[t]
        (a, b, c, d, e) = (next, a, rotated(b, by: 30), c, d)
      }
      for (index, word) in [a, b, c, d, e].enumerated() { state[index] &+= word }
    }
    let digits = Array("0123456789abcdef".utf8)
    let text = state.flatMap { word in
      stride(from: 28, through: 0, by: -4).map { digits[Int(word >> UInt32($0) & 15)] }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func rotated(_ word: UInt32, by count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }
}
