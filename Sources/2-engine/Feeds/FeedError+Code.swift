extension FeedError {
  /// The kinds of fault; the raw value is the stable code, and this is their one table.
  public enum Code: String, Sendable, CaseIterable {
    /// The bytes are of no format that is known.
    case unknownFormat = "FED-001"
    /// A record of more bytes than the limit.
    case recordTooLong = "FED-002"
    /// The source of the bytes failed.
    case source = "FED-003"
    /// A byte that is no printable ASCII character.
    case notASCII = "FED-004"
    /// A record that ends in the middle.
    case truncated = "FED-005"
    /// Text that is not of the record's form.
    case malformed = "FED-006"
    /// A field that the record must have is missing.
    case missingField = "FED-007"
    /// A field that stands twice.
    case repeatedField = "FED-008"
    /// A message or action of an unknown type.
    case unknownType = "FED-009"
    /// Text where a number is wanted.
    case malformedNumber = "FED-010"
    /// A number larger than can be held.
    case numberTooLarge = "FED-011"
    /// A price between two ticks.
    case offTick = "FED-012"
    /// A size between two lots.
    case offLot = "FED-013"
    /// A number that is out of its range, such as a price of zero.
    case outOfRange = "FED-014"
    /// Numbers of an update that contradict each other.
    case contradiction = "FED-015"
    /// The record is of another instrument.
    case otherInstrument = "FED-016"
    /// Values are nested too deeply.
    case tooDeep = "FED-017"
    /// An order that is not in the book, or is in it already.
    case unknownOrder = "FED-018"
    /// More of something than is kept.
    case tooMany = "FED-019"
    /// The vendor marks the record as suspicious.
    case markedSuspicious = "FED-020"
  }
}

extension FeedError.Code {
  /// What is wrong, in a few words.
  public var meaning: String { entry.meaning }

  /// What the decoder accepts instead.
  public var wanted: String { entry.wanted }

  /// What to do about it.
  public var remedy: String { entry.remedy }

  /// Whether a record with this fault can be set aside so that reading goes on.
  public var isOfOneRecord: Bool {
    switch self {
    case .unknownFormat, .source: false
    default: true
    }
  }

  private typealias Entry = (meaning: String, wanted: String, remedy: String)

  private var entry: Entry {
    switch self {
    case .unknownFormat, .recordTooLong, .source, .notASCII, .truncated, .malformed:
      entryOfBytes
    case .missingField, .repeatedField, .unknownType, .otherInstrument, .tooDeep, .unknownOrder,
      .tooMany, .markedSuspicious:
      entryOfRecord
    case .malformedNumber, .numberTooLarge, .offTick, .offLot, .outOfRange, .contradiction:
      entryOfNumber
    }
  }

  private var entryOfBytes: Entry {
    switch self {
    case .unknownFormat:
      ("no format of a feed that is known", "one of the formats of FeedFormat", "name the format")
    case .recordTooLong:
      ("a record that is too long", "a record within the limit", "raise the limit, or cut the file")
    case .source:
      ("the bytes cannot be read", "a source that can be read to its end", "fetch the file again")
    case .notASCII:
      ("a byte that is no printable ASCII", "ASCII text", "record the feed again")
    case .truncated:
      ("a record that ends too early", "a whole record", "record the feed again")
    default:
      ("text that does not belong here", "a record as the venue documents it", Self.setAside)
    }
  }

  private var entryOfRecord: Entry {
    switch self {
    case .missingField:
      ("a field is missing", "every field that the venue documents", Self.setAside)
    case .repeatedField: ("a field that stands twice", "each field once", Self.setAside)
    case .unknownType:
      ("a message of an unknown type", "a type that the decoder knows", Self.setAside)
    case .otherInstrument:
      ("another instrument", "records of one instrument", "give each instrument a decoder")
    case .unknownOrder:
      ("an order that does not fit the book", "an order as the book has it", Self.setAside)
    case .tooMany: ("too many", "a message within the limit", Self.setAside)
    case .markedSuspicious:
      ("a mark of the vendor", "a record that the vendor trusts", Self.setAside)
    default: ("values nested too deeply", "at most 16 levels", Self.setAside)
    }
  }

  private var entryOfNumber: Entry {
    switch self {
    case .malformedNumber: ("no plain number", "digits with at most one point", Self.setAside)
    case .numberTooLarge: ("a number too large", "a number of at most 18 digits", Self.setAside)
    case .offTick: ("a price off the tick", "a multiple of the tick", "name the right tick")
    case .offLot: ("a size off the lot", "a multiple of the lot", "name the right lot")
    case .outOfRange: ("a number out of its range", "a number in its range", Self.setAside)
    default:
      ("numbers that contradict each other", "numbers in their order", Self.setAside)
    }
  }

  private static var setAside: String { "set the record aside; a snapshot heals the book" }
}
