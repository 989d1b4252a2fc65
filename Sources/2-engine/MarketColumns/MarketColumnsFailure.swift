/// Why rows cannot become a block, or bytes are none.
public enum MarketColumnsFailure: Error, Equatable, Sendable {
  /// The bytes end before the block does.
  case truncated(bytes: Int, wanted: Int)
  /// The bytes do not begin as a block does.
  case foreign(found: UInt32)
  /// The block is of a version or of rows that this program does not read.
  case unsupported(version: UInt8, rows: UInt8)
  /// The checksum does not fit the bytes.
  case checksum(found: UInt32, computed: UInt32)
  /// The checksum fits, and a part contradicts the rest.
  case senseless(what: Part)
  /// A row is earlier than the one before it.
  case outOfOrder(row: Int)
  /// There are no rows, or more than a block holds.
  case rowCount(Int)
  /// A row is of another instrument than the first.
  case mixedInstruments(row: Int)

  /// A part of a block.
  public enum Part: Equatable, Sendable {
    /// The fixed words at the beginning.
    case header
    /// The places where the columns end.
    case columnEnds
    /// The column with this number.
    case column(Int)
    /// Values that no row has.
    case rows
  }

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .truncated: "MCS-001"
    case .foreign: "MCS-002"
    case .unsupported: "MCS-003"
    case .checksum: "MCS-004"
    case .senseless: "MCS-005"
    case .outOfOrder: "MCS-006"
    case .rowCount: "MCS-007"
    case .mixedInstruments: "MCS-008"
    }
  }
}

extension MarketColumnsFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    let text =
      switch self {
      case .truncated(let bytes, let wanted): "a block has \(bytes) of its \(wanted) bytes"
      case .foreign(let found): "a block begins with \(found), and no block does"
      case .unsupported(let version, let rows):
        "a block is of version \(version) and of rows of kind \(rows), which are not read here"
      case .checksum(let found, let computed):
        "a block has the checksum \(found), and its bytes have \(computed)"
      case .senseless(let what): "the \(what) of a block with a sound checksum makes no sense"
      case .outOfOrder(let row): "row \(row) is earlier than the row before it"
      case .rowCount(let count): "\(count) rows, where a block has 1 to \(MarketBlock.rowsMax)"
      case .mixedInstruments(let row): "row \(row) is of another instrument than the first"
      }
    return "\(code): \(text)"
  }
}

extension MarketColumnsFailure.Part: CustomStringConvertible {
  /// The part in words.
  public var description: String {
    switch self {
    case .header: "header"
    case .columnEnds: "list of columns"
    case .column(let number): "column \(number)"
    case .rows: "rows"
    }
  }
}
