extension BarFileError {
  /// The kinds of fault; the raw value is the stable code, and this is their one table.
  public enum Code: String, Sendable, CaseIterable {
    /// There is no file of that name.
    case missingFile = "BAR-001"
    /// The name is that of a directory.
    case directory = "BAR-002"
    /// The file may not be read.
    case noPermission = "BAR-003"
    /// The file cannot be read to its end.
    case unreadable = "BAR-004"
    /// Compressed bytes are cut off or damaged.
    case damagedCompression = "BAR-005"
    /// There is not one byte.
    case emptyFile = "BAR-006"
    /// A price between two ticks.
    case offTick = "BAR-007"
    /// A header and no row.
    case noRows = "BAR-008"
    /// A column that is needed is not in the header.
    case missingColumn = "BAR-009"
    /// A column name stands twice in the header.
    case repeatedColumn = "BAR-010"
    /// The text is UTF-16 or UTF-32.
    case wideText = "BAR-011"
    /// A NUL byte.
    case nulByte = "BAR-012"
    /// Bytes that are not UTF-8.
    case invalidUTF8 = "BAR-013"
    /// A control character.
    case controlCharacter = "BAR-014"
    /// A line of more bytes than the limit.
    case lineTooLong = "BAR-015"
    /// A line of more fields than the limit.
    case tooManyColumns = "BAR-016"
    /// A quoted field that is never closed.
    case unterminatedQuote = "BAR-017"
    /// A quote in the wrong place.
    case strayQuote = "BAR-018"
    /// A carriage return that no line feed follows.
    case bareCarriageReturn = "BAR-019"
    /// A row of fewer fields than the header.
    case shortRow = "BAR-020"
    /// A row of more fields than the header.
    case longRow = "BAR-021"
    /// A line with nothing on it.
    case blankLine = "BAR-022"
    /// The header again, among the rows.
    case repeatedHeader = "BAR-023"
    /// A field with nothing in it.
    case missingValue = "BAR-024"
    /// A field that is no plain decimal number.
    case malformedNumber = "BAR-025"
    /// A number with an exponent.
    case exponent = "BAR-026"
    /// A word such as NaN, inf or null in place of a number.
    case notANumber = "BAR-027"
    /// A number larger, or with more digits, than can be held.
    case numberTooLarge = "BAR-028"
    /// A time that is no whole number of nanoseconds.
    case malformedTime = "BAR-029"
    /// A row that is earlier than the one before it.
    case timeGoesBack = "BAR-030"
    /// A row with the time of the one before it.
    case duplicateTime = "BAR-031"
    /// A high below, or a low above, another price of its bar.
    case inconsistentPrices = "BAR-032"
    /// A volume below zero.
    case negativeVolume = "BAR-033"
    /// A bar that begins inside the bar before it; found by the importer.
    case overlappingTime = "BAR-034"
  }
}

extension BarFileError.Code {
  /// What is wrong, in a few words.
  public var meaning: String { entry.meaning }

  /// What the reader accepts instead.
  public var wanted: String { entry.wanted }

  /// What to do about it.
  public var remedy: String { entry.remedy }

  /// Whether a row with this fault can be set aside so that reading goes on.
  public var isOfOneRow: Bool {
    switch self {
    case .missingFile, .directory, .noPermission, .unreadable, .damagedCompression, .emptyFile,
      .noRows, .missingColumn, .repeatedColumn, .wideText, .lineTooLong:
      false
    default: true
    }
  }

  private typealias Entry = (meaning: String, wanted: String, remedy: String)

  private var entry: Entry {
    switch self {
    case .missingFile, .directory, .noPermission, .unreadable, .damagedCompression, .emptyFile:
      entryOfFile
    case .noRows, .missingColumn, .repeatedColumn, .wideText, .nulByte, .invalidUTF8,
      .controlCharacter, .lineTooLong, .tooManyColumns, .unterminatedQuote, .strayQuote,
      .bareCarriageReturn:
      entryOfText
    case .shortRow, .longRow, .blankLine, .repeatedHeader, .missingValue, .malformedNumber,
      .exponent, .notANumber, .numberTooLarge:
      entryOfRow
    case .malformedTime, .timeGoesBack, .duplicateTime, .inconsistentPrices, .negativeVolume,
      .overlappingTime, .offTick:
      entryOfBar
    }
  }

  private var entryOfFile: Entry {
    switch self {
    case .missingFile: ("no such file", "a bar file", "check the name and the folder")
    case .directory: ("it is a directory", "a bar file", "name a file in it")
    case .noPermission:
      ("it may not be read", "a readable file", "change its permissions or its owner")
    case .damagedCompression:
      ("the compressed data is cut off or damaged", "a whole gzip file", "fetch the file again")
    case .emptyFile: ("the file is empty", "a header line and rows", "fetch the file again")
    default:
      ("the file cannot be read", "a file that reads to its end", "check the disk, then try again")
    }
  }

  private var entryOfText: Entry {
    switch self {
    case .noRows: ("a header and no row", "at least one row", "fetch the file again")
    case .missingColumn:
      (
        "a column is missing", "ts_ns,open,high,low,close,volume in any order",
        "run `omni data import` on files of other forms"
      )
    case .repeatedColumn:
      ("a column stands twice", "each name once", "rename or remove one of the columns")
    case .lineTooLong:
      ("a line is too long", "a line within the limit", "check that this is a bar file")
    case .tooManyColumns:
      ("a line has too many columns", "columns within the limit", "check that this is a bar file")
    case .unterminatedQuote: ("a quote is never closed", "a closing quote", "add the quote")
    case .strayQuote:
      ("a quote in the wrong place", "quotes around whole fields", "remove the quote")
    case .bareCarriageReturn:
      ("a carriage return alone", "LF or CRLF", "convert the line ends to LF")
    case .wideText: ("the text is UTF-16 or UTF-32", "UTF-8 text", "save the file as UTF-8")
    case .nulByte: ("a NUL byte", "UTF-8 text", "check that this is a text file")
    case .invalidUTF8: ("bytes that are not UTF-8", "UTF-8 text", "save the file as UTF-8")
    default: ("a control character", "UTF-8 text", "check that this is a text file")
    }
  }

  private var entryOfRow: Entry {
    switch self {
    case .shortRow:
      ("a row has too few fields", "as many fields as the header has", "complete the row")
    case .longRow:
      (
        "a row has too many fields", "as many fields as the header has",
        "remove the excess, or thousands separators"
      )
    case .blankLine: ("an empty line", "a row", "remove the line")
    case .repeatedHeader: ("the header again", "a row", "remove the line")
    case .missingValue:
      ("an empty field", "a number", "complete the row, or run `omni data import` on the file")
    case .exponent: ("a number with an exponent", "plain decimals", "write the number out")
    case .notANumber:
      ("not a number", "a plain decimal number", "remove the row, or run `omni data import`")
    case .numberTooLarge:
      (
        "the number is too large or has too many digits", "a number that fits",
        "check the column and the instrument"
      )
    default:
      (
        "not a plain decimal number", "digits and at most one point",
        "remove blanks, signs of currency and thousands separators"
      )
    }
  }

  private var entryOfBar: Entry {
    switch self {
    case .malformedTime:
      (
        "not a time in nanoseconds", "whole nanoseconds since 1970, UTC",
        "run `omni data import` on files with other forms of time"
      )
    case .timeGoesBack:
      ("the time goes back", "times that rise", "sort the rows by ts_ns")
    case .duplicateTime: ("the time stands twice", "each time once", "remove one of the rows")
    case .inconsistentPrices:
      ("the prices contradict each other", "low <= open, close <= high", "check the row's source")
    case .overlappingTime:
      (
        "the bar begins inside the one before it", "bars that follow each other",
        "remove the row, which is a snapshot of an unfinished bar"
      )
    case .negativeVolume: ("the volume is negative", "0 or more", "check the row's source")
    default:
      (
        "the price is off the tick", "a multiple of the tick",
        "name the right instrument, or run `omni data import` to round and count"
      )
    }
  }
}
