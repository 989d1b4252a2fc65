import OmniSnapshotter

/// How the parts of keys are written in databases.
///
/// Numbers have as many digits as the greatest needs, so that the order of the texts is that of the
/// numbers, and no number is too great.
enum KeyText {
  /// The version, in 20 decimal digits.
  static func version(_ version: UInt64) -> String { padded(String(version), 20) }

  /// The reducer's fingerprint, in 16 hexadecimal digits.
  static func reducer(_ fingerprint: UInt64) -> String {
    padded(String(fingerprint, radix: 16), 16)
  }

  /// The key without its stream, such as `v00000000000000000042-s00000003-r0123456789abcdef`.
  static func member(_ key: SnapshotKey) -> String {
    let schema = padded(String(key.schemaVersion, radix: 16), 8)
    return "v\(version(key.version))-s\(schema)-r\(reducer(key.reducerFingerprint))"
  }

  /// The key of `stream` that `member` writes, or nil if it writes none.
  static func key(_ member: String, of stream: StreamName) -> SnapshotKey? {
    let parts = member.split(separator: "-")
    guard parts.count == 3, let version = UInt64(parts[0].dropFirst()),
      let schema = UInt32(parts[1].dropFirst(), radix: 16),
      let reducer = UInt64(parts[2].dropFirst(), radix: 16)
    else { return nil }
    let key = SnapshotKey(
      stream: stream, version: version, schemaVersion: schema, reducerFingerprint: reducer)
    // Other ways of writing the same numbers lead to no record.
    return self.member(key) == member ? key : nil
  }

  /// The key of `stream` at the numbers of a row, or nil if they are none of ours.
  static func key(
    of stream: StreamName, version: String, schema: Int64, reducer: String
  ) -> SnapshotKey? {
    guard let version = UInt64(version), let schema = UInt32(exactly: schema),
      let fingerprint = UInt64(reducer, radix: 16), self.reducer(fingerprint) == reducer
    else { return nil }
    return SnapshotKey(
      stream: stream, version: version, schemaVersion: schema, reducerFingerprint: fingerprint)
  }

  /// The name of `stream` in letters, digits, `-` and `_`, with `%` and two digits for other bytes.
  static func escaped(_ stream: StreamName) -> String {
    var text: [UInt8] = []
    for byte in stream.text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        text.append(byte)
      default: text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Two hexadecimal digits for each of `bytes`.
  ///
  /// - Complexity: O(bytes), with two allocations.
  static func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes that two digits each write, or nil if something else stands there.
  ///
  /// - Complexity: O(bytes).
  static func bytes(hexadecimal text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 2)
    var high: UInt8?
    for character in text.utf8 {
      guard let nibble = nibble(character) else { return nil }
      if let first = high {
        bytes.append(first << 4 | nibble)
        high = nil
      } else {
        high = nibble
      }
    }
    return high == nil ? bytes : nil
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func nibble(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  private static func padded(_ digits: String, _ width: Int) -> String {
    String(repeating: "0", count: width - digits.utf8.count) + digits
  }
}
