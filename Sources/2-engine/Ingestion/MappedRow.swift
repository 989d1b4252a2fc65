import OmniCrypto
import OmniEncoding
import OmniLedger
import OmniMoney

/// Makes transactions of rows, as a mapping says.
struct MappedRow {
  private let mapping: PayloadMapping
  private let columns: [String: Int]
  private var row: UInt64 = 0

  /// The column that every table has: the number of the row, from 1.
  private static let rowColumn = "row"

  /// Holds the mapping against the table's columns.
  init(_ mapping: PayloadMapping, columns: [String: Int]) throws(IngestFailure) {
    self.mapping = mapping
    self.columns = columns
    for name in mapping.columns where columns[name] == nil && name != Self.rowColumn {
      throw .header(
        "the mapping speaks of a column \(name), and there are "
          + columns.keys.sorted().joined(separator: ", "))
    }
  }

  /// Fills the draft; says false when the mapping leaves the row out.
  mutating func fill(
    _ draft: inout Draft, _ csv: CSVReader, _ reader: inout FieldReader
  ) throws(FieldFault) -> Bool {
    row += 1
    for (column, values) in mapping.wanted {
      if !values.contains(csv.text(columns[column] ?? 0)) { return false }
    }
    let fields = try fields(csv)
    draft.id = try identifier(csv, reader)
    draft.sender = try account(fields.sender, "sender", csv, &reader)
    let asset = try reader.asset(text(mapping.asset, csv))
    let amountText = csv.text(columns[mapping.amountColumn] ?? 0)
    let amount = try reader.amount(
      amountText, digits: asset.minorDigits, rounds: mapping.rounds)
    draft.legs.append(
      TransferLeg(
        debit: try account(fields.debit, "debit", csv, &reader),
        credit: try account(fields.credit, "credit", csv, &reader), amount: amount,
        asset: asset.packedCode, digits: asset.minorDigits))
    draft.timestamp = try instant(csv, &reader)
    draft.flags = mapping.flags
    if let column = mapping.nonceColumn {
      guard let nonce = UInt64(csv.text(columns[column] ?? 0)), nonce > 0 else {
        throw FieldFault(.type, "nonce", "no whole number from 1 to 2^64 - 1")
      }
      draft.nonce = nonce
    } else {
      // Another system's history has no series of nonces; the identifiers alone keep it single.
      draft.nonce = 0
      draft.flags.insert(.imported)
    }
    if draft.legs[0].debit == draft.legs[0].credit {
      throw FieldFault(.name, "credit", "the debited account itself")
    }
    return true
  }

  private func fields(_ csv: CSVReader) throws(FieldFault) -> PayloadMapping.Fields {
    guard let column = mapping.caseColumn else { return mapping.fields }
    guard let fields = mapping.cases[csv.text(columns[column] ?? 0)] else {
      throw FieldFault(.mapping, column, "a value that the mapping has no case for")
    }
    return fields
  }

  private func text(_ template: PayloadMapping.Template, _ csv: CSVReader) -> String {
    var text = ""
    for piece in template.pieces {
      switch piece {
      case .text(let part): text += part
      case .column(let name):
        text += columns[name].map { csv.text($0) } ?? String(row)
      }
    }
    return text
  }

  private func account(
    _ template: PayloadMapping.Template?, _ field: String, _ csv: CSVReader,
    _ reader: inout FieldReader
  ) throws(FieldFault) -> AccountKey {
    guard let template else { throw FieldFault(.mapping, field, "nothing in the mapping") }
    return try reader.account(text(template, csv), field)
  }

  private func identifier(
    _ csv: CSVReader, _ reader: borrowing FieldReader
  ) throws(FieldFault) -> TransactionID {
    switch mapping.identifier {
    case .digits(let template):
      return try reader.identifier(text(template, csv), "id")
    case .digest(let namespace, let template):
      let words = SHA256.digest(of: Array("omni:id:\(namespace):\(text(template, csv))".utf8)).words
      return TransactionID(low: words.1, high: words.0)
    }
  }

  private func instant(
    _ csv: CSVReader, _ reader: inout FieldReader
  ) throws(FieldFault) -> Int64 {
    switch mapping.instant {
    case .text(let column):
      return try reader.instant(csv.text(columns[column] ?? 0), isUTC: true)
    case .steps(let column, let nanoseconds, let start):
      guard let steps = Int64(csv.text(columns[column] ?? 0)) else {
        throw FieldFault(.instant, "ts", "no whole number of steps")
      }
      let (span, first) = steps.multipliedReportingOverflow(by: nanoseconds)
      let (instant, second) = start.addingReportingOverflow(span)
      guard !first, !second else { throw FieldFault(.instant, "ts", "outside of 1678 to 2261") }
      return instant
    }
  }
}

extension PayloadMapping {
  /// Every column that the mapping speaks of.
  var columns: [String] {
    var columns = [amountColumn] + asset.columns + wanted.keys
    switch identifier {
    case .digest(_, let template), .digits(let template): columns += template.columns
    }
    switch instant {
    case .text(let column), .steps(let column, _, _): columns.append(column)
    }
    if let nonceColumn { columns.append(nonceColumn) }
    if let caseColumn { columns.append(caseColumn) }
    for part in [fields] + cases.values {
      for template in [part.sender, part.debit, part.credit] { columns += template?.columns ?? [] }
    }
    return columns
  }
}
