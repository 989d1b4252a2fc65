/// Why bytes are not an event.
public enum EnvelopeFailure: Error, Equatable, Sendable {
  /// There are fewer bytes than the event has.
  case truncated(bytes: Int, wanted: Int)
  /// There are more bytes than the event has.
  case trailing(bytes: Int, wanted: Int)
  /// The bytes do not begin as an event does.
  case notAnEvent(magic: UInt32)
  /// The envelope is of a version that this program does not know, or of version 0.
  case unsupportedVersion(found: UInt16, newest: UInt16)
  /// The header is not as it was written.
  case headerChecksum(found: UInt32, wanted: UInt32)
  /// The payload is not as it was written.
  case payloadChecksum(found: UInt32, wanted: UInt32)
  /// A value that no publisher may give, though its checksum is right.
  case senseless(field: String, value: UInt64)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .truncated: "BUS-024"
    case .trailing: "BUS-025"
    case .notAnEvent: "BUS-026"
    case .unsupportedVersion: "BUS-027"
    case .headerChecksum: "BUS-028"
    case .payloadChecksum: "BUS-029"
    case .senseless: "BUS-030"
    }
  }
}

extension EnvelopeFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .truncated(let bytes, let wanted): "\(code): \(bytes) bytes; wanted \(wanted)"
    case .trailing(let bytes, let wanted): "\(code): \(bytes) bytes; wanted only \(wanted)"
    case .notAnEvent(let magic):
      "\(code): the first word is \(magic); wanted \(EventEnvelope.magic)"
    case .unsupportedVersion(let found, let newest):
      "\(code): an envelope of version \(found); wanted one from 1 to \(newest)"
    case .headerChecksum(let found, let wanted):
      "\(code): the header's checksum is \(found); wanted \(wanted)"
    case .payloadChecksum(let found, let wanted):
      "\(code): the payload's checksum is \(found); wanted \(wanted)"
    case .senseless(let field, let value):
      "\(code): \(field) is \(value); wanted one that a bus gives"
    }
  }
}
