import OmniEncoding
import OmniLedger
import OmniMoney

/// Reads the rows of a table: OMNI's own columns, or another's through a mapping.
struct TableReader {
  enum Step {
    case row
    /// The mapping does not want the row.
    case leftOut
    case fault(FieldFault)
    case end
  }

  private var csv = CSVReader(limits: .init(lineBytesMax: 1 << 20))
  private var header: CSVHeader?
  private var columns: [String: Int] = [:]
  private let mapping: PayloadMapping?
  private var mapped: MappedRow?

  init(mapping: PayloadMapping?) { self.mapping = mapping }

  var line: UInt64 { UInt64(csv.line) }
  var byteOffset: UInt64 { csv.byteOffset }
  var bytesRead: UInt64 { csv.bytesRead }
  var record: [UInt8] { Array(csv.recordText.utf8.prefix(DeadLetter.recordBytesMax)) }

  mutating func next(
    _ source: inout some ByteSource & ~Copyable, into draft: inout Draft,
    _ reader: inout FieldReader
  ) throws(IngestFailure) -> Step {
    while header == nil {
      do throws(CSVError) {
        guard try csv.next(from: &source) else { return .end }
      } catch {
        return try fault(error, &source)
      }
      if !csv.isBlank { try takeHeader() }
    }
    do throws(CSVError) {
      guard try csv.next(from: &source) else { return .end }
    } catch {
      return try fault(error, &source)
    }
    if csv.isBlank { return try next(&source, into: &draft, &reader) }
    guard csv.fieldCount == header?.names.count else {
      return .fault(FieldFault(.syntax, "", "more or fewer fields than the header has"))
    }
    draft.clear()
    do throws(FieldFault) {
      if mapped != nil { return try mapped?.fill(&draft, csv, &reader) == true ? .row : .leftOut }
      try fill(&draft, &reader)
      return .row
    } catch {
      return .fault(error)
    }
  }

  /// A row out of form is a fault of its own; a source that fails, or a header, is the end.
  private mutating func fault(
    _ error: CSVError, _ source: inout some ByteSource & ~Copyable
  ) throws(IngestFailure) -> Step {
    if let cause = error.cause { throw .source(cause.description) }
    if header == nil { throw .header(error.description) }
    do throws(CSVError) { try csv.skipLine(from: &source) } catch {
      throw .source(error.description)
    }
    return .fault(FieldFault(.syntax, "", "a row out of form"))
  }

  private static let own = [
    "id", "sender", "debit", "credit", "amount", "asset", "nonce", "parents", "flags", "timeout_ms",
    "ts", "sig",
  ]
  private static let needed = ["id", "sender", "debit", "credit", "amount", "asset", "nonce", "ts"]

  private mutating func takeHeader() throws(IngestFailure) {
    let found = CSVHeader(csv)
    if let name = found.repeatedName { throw .header("the column \(name) stands twice") }
    for (place, name) in found.names.enumerated() { columns[name] = place }
    if let mapping {
      mapped = try MappedRow(mapping, columns: columns)
    } else {
      if let name = found.names.first(where: { !Self.own.contains($0) }) {
        throw .header(
          "there is no column \(name); wanted \(Self.own.joined(separator: ", ")), or a mapping")
      }
      if let name = Self.needed.first(where: { columns[$0] == nil }) {
        throw .header("the column \(name) is missing")
      }
    }
    header = found
  }

  /// The text of a column, or nil when there is none or it is empty.
  private func text(_ name: String) -> String? {
    guard let place = columns[name], !csv.isEmpty(place) else { return nil }
    return csv.text(place)
  }

  private func needed(_ name: String) throws(FieldFault) -> String {
    guard let text = text(name) else {
      throw FieldFault(.missingKey, name, "an empty field that is needed")
    }
    return text
  }

  /// Fills the draft from OMNI's own columns.
  private func fill(_ draft: inout Draft, _ reader: inout FieldReader) throws(FieldFault) {
    draft.id = try reader.identifier(try needed("id"), "id")
    draft.sender = try reader.account(try needed("sender"), "sender")
    let asset = try reader.asset(try needed("asset"))
    draft.legs.append(
      TransferLeg(
        debit: try reader.account(try needed("debit"), "debit"),
        credit: try reader.account(try needed("credit"), "credit"),
        amount: try reader.amount(try needed("amount"), digits: asset.minorDigits),
        asset: asset.packedCode, digits: asset.minorDigits))
    guard let nonce = number("nonce", UInt64.self) else {
      throw FieldFault(.type, "nonce", "no whole number from 0 to 2^64 - 1")
    }
    draft.nonce = nonce
    draft.timestamp = try reader.instant(try needed("ts"))
    try fillRest(&draft, reader)
  }

  private func number<Number: FixedWidthInteger>(_ name: String, _: Number.Type) -> Number? {
    guard let place = columns[name] else { return nil }
    let text = csv.text(place)
    return text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) ? Number(text) : nil
  }

  private func fillRest(
    _ draft: inout Draft, _ reader: borrowing FieldReader
  ) throws(FieldFault) {
    if text("timeout_ms") != nil {
      guard let timeout = number("timeout_ms", UInt32.self) else {
        throw FieldFault(.type, "timeout_ms", "no whole number from 0 to 4294967295")
      }
      draft.timeoutMilliseconds = timeout
    }
    for word in (text("parents") ?? "").split(separator: " ") {
      guard draft.parents.count < TransactionHeader.parentsMax else {
        throw FieldFault(.tooMany, "parents", "more than 64 parents")
      }
      draft.parents.append(try reader.identifier(String(word), "parents"))
    }
    try draft.sortParents()
    for word in (text("flags") ?? "").split(separator: " ") { try draft.addFlag(String(word)) }
    if let signature = text("sig") { draft.signature = try reader.signature(signature) }
  }
}
