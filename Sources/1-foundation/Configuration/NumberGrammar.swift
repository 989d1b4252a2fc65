/// Tells numbers from other text, by the grammar of RFC 8259 section 6, in both formats.
///
/// YAML has more forms (`0x1F`, `010`, `1_000`, `.5`, `12:30`), on whose meaning its versions
/// disagree. None of them is a number here, so a typed read refuses them.
enum NumberGrammar {
  enum Kind: Equatable {
    case integer, decimal
  }

  /// Says which kind of number the text is, or nil if it is none.
  static func kind(of text: some StringProtocol) -> Kind? { kind(of: text.utf8) }

  /// Says which kind of number the bytes are, or nil if they are none.
  static func kind(of bytes: some Collection<UInt8>) -> Kind? {
    var rest = bytes[...]
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    guard let first = rest.first, isDigit(first) else { return nil }
    let whole = rest.prefix(while: isDigit)
    if first == UInt8(ascii: "0") && whole.dropFirst().first != nil { return nil }
    rest = rest[whole.endIndex...]
    if rest.isEmpty { return .integer }

    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      let fraction = rest.prefix(while: isDigit)
      if fraction.isEmpty { return nil }
      rest = rest[fraction.endIndex...]
    }
    if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
      rest.removeFirst()
      if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
        rest.removeFirst()
      }
      let exponent = rest.prefix(while: isDigit)
      if exponent.isEmpty { return nil }
      rest = rest[exponent.endIndex...]
    }
    return rest.isEmpty ? .decimal : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
