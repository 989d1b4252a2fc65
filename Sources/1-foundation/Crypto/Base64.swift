import CSodium

/// Base 64 of RFC 4648, section 4, with padding, done by libsodium.
///
/// There is one text for given bytes: a text with other trailing bits, without its padding, or with a
/// blank in it is refused, so whoever changes a character changes the bytes or is found out.
public enum Base64 {
  /// The text of `bytes`.
  ///
  /// - Complexity: O(bytes), with one allocation.
  public static func encode(_ bytes: [UInt8]) -> String {
    let room = sodium_base64_encoded_len(bytes.count, variant)
    var characters = [CChar](repeating: 0, count: room)
    _ = unsafe sodium_bin2base64(&characters, room, bytes, bytes.count, variant)
    // The text ends with a zero.
    return String(decoding: characters.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The bytes of `text`, or nil if it is not the text of any.
  public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    let characters = text.map(CChar.init(bitPattern:))
    // Some versions of the library take bytes above 127 for a slash.
    guard characters.count.isMultiple(of: 4), characters.allSatisfy({ $0 >= 0 }) else { return nil }
    var bytes = [UInt8](repeating: 0, count: characters.count / 4 * 3)
    var count = 0
    let isRight =
      unsafe sodium_base642bin(
        &bytes, bytes.count, characters, characters.count, nil, &count, nil, variant) == 0
    return isRight ? Array(bytes[..<count]) : nil
  }

  /// The bytes of `text`, or nil if it is not the text of any.
  public static func decode(_ text: String) -> [UInt8]? { decode(text.utf8) }

  private static var variant: Int32 { sodium_base64_VARIANT_ORIGINAL }
}
