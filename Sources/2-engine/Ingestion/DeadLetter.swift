/// A record that could not be taken, with its place and what is wrong with it.
public struct DeadLetter: Sendable, Equatable {
  /// The kinds of fault; their codes are stable.
  public enum Fault: String, Sendable, CaseIterable {
    /// Not well-formed JSON, or a table's row out of form.
    case syntax = "ING-001"
    /// The bytes are not UTF-8.
    case encoding = "ING-002"
    /// A key that payloads do not have.
    case unknownKey = "ING-003"
    /// A key that stands twice.
    case doubledKey = "ING-004"
    /// A key that is not there.
    case missingKey = "ING-005"
    /// A value of another type, or a number out of range.
    case type = "ING-006"
    /// More elements than a transaction has room for.
    case tooMany = "ING-007"
    /// Something behind the record.
    case trailing = "ING-008"
    /// The record is longer than the limit.
    case tooLong = "ING-009"
    /// No identifier, or an identifier that none may have.
    case identifier = "ING-010"
    /// No name that an account can have.
    case name = "ING-011"
    /// No amount: not a plain decimal above zero, too fine for its asset, or too large.
    case amount = "ING-012"
    /// An asset that is not known.
    case asset = "ING-013"
    /// A flag that there is not, or that stands twice.
    case flag = "ING-014"
    /// No instant.
    case instant = "ING-015"
    /// A parent that stands twice.
    case parent = "ING-016"
    /// No signature of 128 hexadecimal digits.
    case signature = "ING-017"
    /// A linked group that is longer than a batch.
    case group = "ING-018"
    /// A value that the mapping has no case for.
    case mapping = "ING-019"
  }

  /// On which line the record begins, from 1.
  public var line: UInt64
  /// How many bytes stand before it.
  public var byteOffset: UInt64
  /// The field, or empty when it is none in particular.
  public var field: String
  /// What is wrong.
  public var fault: Fault
  /// What was, and what was wanted.
  public var reason: String
  /// The record, at most its first 64 KiB.
  public var record: [UInt8]

  /// How many bytes of a record are kept.
  public static let recordBytesMax = 65_536
}

extension DeadLetter {
  /// The letter as a line of JSON, for a dead-letter file.
  public var jsonLine: String {
    let members: [(String, String)] = [
      ("line", String(line)), ("byte_offset", String(byteOffset)), ("field", Self.quoted(field)),
      ("code", Self.quoted(fault.rawValue)), ("reason", Self.quoted(reason)),
      ("record", Self.quoted(String(decoding: record, as: UTF8.self))),
    ]
    return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7F {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}

extension DeadLetter: CustomStringConvertible {
  /// One line: where, which field, what was and what was wanted.
  public var description: String {
    let place = "line \(line), byte \(byteOffset)"
    return "\(fault.rawValue): \(place)\(field.isEmpty ? "" : ", \(field)"): \(reason)"
  }
}
