/// A JSON value that keeps the order of its members, for `--json`.
indirect enum JSONText: Sendable {
  case text(String)
  /// A number that is exact as written, such as a count or an amount.
  case number(String)
  /// A statistic.
  case statistic(Double?)
  case flag(Bool)
  case null
  case list([JSONText])
  case object([(String, JSONText)])

  static func count(_ number: some BinaryInteger) -> JSONText { .number(String(number)) }

  /// The value as text, on one line.
  var text: String {
    switch self {
    case .text(let text): return Self.quote(text)
    case .number(let digits): return digits
    case .statistic(let value):
      guard let value, value.isFinite else { return "null" }
      return "\(value)"
    case .flag(let flag): return flag ? "true" : "false"
    case .null: return "null"
    case .list(let items): return "[\(items.map(\.text).joined(separator: ","))]"
    case .object(let members):
      let inner = members.map { "\(Self.quote($0.0)):\($0.1.text)" }
      return "{\(inner.joined(separator: ","))}"
    }
  }

  /// The value for people: text without quotes, a list with commas, and a dash for nothing.
  var plain: String {
    switch self {
    case .text(let text): text
    case .null: "-"
    case .list(let items): items.map(\.plain).joined(separator: ",")
    default: text
    }
  }

  private static func quote(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.value < 0x20 {
          let hex = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
