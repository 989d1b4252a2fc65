/// Quoting and shortening, shared by errors, paths and the JSON text of a value.
enum ConfigurationText {
  /// Quotes text as a JSON string, with everything escaped that could disturb a terminal or a log.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars { append(scalar, to: &result) }
    return result + "\""
  }

  /// Quotes text and cuts it at the limit for excerpts.
  static func excerpt(ofQuoted text: String) -> String {
    var result = "\""
    var room = ConfigurationLimits.excerptCharactersMax
    for scalar in text.unicodeScalars {
      guard room > 0 else { return result + "…\"" }
      append(scalar, to: &result)
      room -= 1
    }
    return result + "\""
  }

  /// Cuts text that needs no quotes, such as a number, at the limit for excerpts.
  static func excerpt(of text: String) -> String {
    let cut = text.unicodeScalars.prefix(ConfigurationLimits.excerptCharactersMax)
    return cut.endIndex == text.unicodeScalars.endIndex ? text : String(cut) + "…"
  }

  private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
    switch scalar.value {
    case 0x22: result += "\\\""
    case 0x5C: result += "\\\\"
    case 0x0A: result += "\\n"
    case 0x0D: result += "\\r"
    case 0x09: result += "\\t"
    // Control characters, line separators, and marks that turn the direction of writing.
    case 0...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
}
