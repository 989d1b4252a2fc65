public import OmniEncoding
public import OmniLedger
public import OmniMoney

/// Reads payloads from a source of bytes into batches of transactions.
///
///     while try ingestor.fill(&batch, deadLetters: { … }) { commit(batch) }
///
/// What cannot be taken is handed to the caller as a dead letter, and the next record is read. A
/// linked group is never parted: it comes in one batch, or all of it is dead.
///
/// - Complexity: O(bytes); memory is bounded by the longest record, the batch and the names' cache.
public struct Ingestor<Source: ByteSource & ~Copyable>: ~Copyable {
  private var source: PeekedSource<Source>
  private var reader: FieldReader
  private var parser = PayloadParser(capacity: RecordScanner.recordBytesMax)
  private var scanner = RecordScanner(isArray: false)
  private var table: TableReader?
  private var format: PayloadFormat?
  private let mapping: PayloadMapping?
  private var draft = Draft()
  /// What went through so far.
  public private(set) var statistics = IngestStatistics()
  /// A linked group that did not fit into the batch before.
  private var carried: [(Transaction, UInt64)] = []
  /// Whether what follows belongs to a group of which a member is dead.
  private var isGroupBroken = false

  /// Creates a reader of `source`.
  ///
  /// - Parameters:
  ///   - format: The form, or nil to tell it from the first byte.
  ///   - mapping: How another schema becomes OMNI's; nil for OMNI's own.
  public init(
    _ source: consuming Source, format: PayloadFormat? = nil,
    currencies: CurrencyTable = CurrencyTable(), mapping: PayloadMapping? = nil
  ) {
    self.source = PeekedSource(source)
    self.format = format ?? (mapping == nil ? nil : .csv)
    if format == .array { scanner = RecordScanner(isArray: true) }
    self.mapping = mapping
    reader = FieldReader(currencies)
  }

  /// Names that were met for the first time since the last call, in their order.
  public mutating func takeNewNames() -> [String] { reader.takeNewNames() }

  /// How many bytes of the source have been used up.
  public var bytesRead: UInt64 { table?.bytesRead ?? scanner.bytesRead }

  /// Empties the batch and fills it with the next transactions.
  ///
  /// - Parameter deadLetters: Gets every record that cannot be taken.
  /// - Returns: whether there is any; false only at the end.
  public mutating func fill(
    _ batch: inout TransactionBatch, deadLetters: (DeadLetter) -> Void
  ) throws(IngestFailure) -> Bool {
    batch.removeAll()
    for (transaction, origin) in carried { batch.append(transaction, origin: origin) }
    carried.removeAll()
    if format == nil {
      guard let first = try source.firstByte() else { return batch.count > 0 }
      format = PayloadFormat(firstByte: first)
      if format == .array { scanner = RecordScanner(isArray: true) }
    }
    while !batch.isFull {
      guard try takeNext(&batch, deadLetters) else { return batch.count > 0 }
    }
    keepGroupWhole(&batch, deadLetters)
    return true
  }

  private mutating func takeNext(
    _ batch: inout TransactionBatch, _ deadLetters: (DeadLetter) -> Void
  ) throws(IngestFailure) -> Bool {
    if format == .csv { return try takeRow(&batch, deadLetters) }
    // A line of the usual form is read at once; any other is found and read field by field.
    let usual = isGroupBroken ? nil : scanner.nextUsual(&parser)
    if let usual, parser.append(to: &batch, origin: usual.line, &reader) {
      statistics.records += 1
      statistics.taken += 1
      statistics.bytes = scanner.bytesRead
      return true
    }
    let found = if let usual { usual } else { try scanner.next(&source) }
    guard let record = found else { return false }
    statistics.records += 1
    statistics.bytes = scanner.bytesRead
    do throws(FieldFault) {
      if record.isTooLong {
        throw FieldFault(.tooLong, "", "longer than a mebibyte, the longest record")
      }
      try parse(record.range)
      try take(&batch, line: record.line)
    } catch {
      let bytes = scanner.buffer[record.range].prefix(DeadLetter.recordBytesMax)
      let origin = Origin(line: record.line, byteOffset: record.byteOffset, record: Array(bytes))
      bury(error, origin, &batch, deadLetters)
    }
    return true
  }

  private mutating func parse(_ range: Range<Int>) throws(FieldFault) {
    var fault: FieldFault?
    unsafe scanner.buffer.withUnsafeBytes { bytes in
      do throws(FieldFault) {
        try unsafe parser.parse(.init(rebasing: bytes[range]), into: &draft, &reader)
      } catch {
        fault = error
      }
    }
    if let fault { throw fault }
  }

  private mutating func takeRow(
    _ batch: inout TransactionBatch, _ deadLetters: (DeadLetter) -> Void
  ) throws(IngestFailure) -> Bool {
    if table == nil { table = TableReader(mapping: mapping) }
    guard var rows = table.take() else { return false }
    defer { table = rows }
    let step = try rows.next(&source, into: &draft, &reader)
    statistics.bytes = rows.bytesRead
    switch step {
    case .end: return false
    case .leftOut:
      statistics.records += 1
      statistics.leftOut += 1
    case .row:
      statistics.records += 1
      do throws(FieldFault) {
        try take(&batch, line: rows.line)
      } catch {
        bury(error, Origin(rows), &batch, deadLetters)
      }
    case .fault(let fault):
      statistics.records += 1
      bury(fault, Origin(rows), &batch, deadLetters)
    }
    return true
  }

  /// Puts the draft into the batch, unless its group has lost a member.
  private mutating func take(
    _ batch: inout TransactionBatch, line: UInt64
  ) throws(FieldFault) {
    if isGroupBroken {
      isGroupBroken = draft.flags.contains(.linked)
      throw FieldFault(.group, "flags", "in a linked group of which another member is dead")
    }
    draft.append(to: &batch, origin: line)
    statistics.taken += 1
  }

  // MARK: Dead letters and groups

  /// Where a record stands, and its first bytes.
  private struct Origin {
    let line: UInt64
    let byteOffset: UInt64
    let record: [UInt8]

    init(line: UInt64, byteOffset: UInt64, record: [UInt8]) {
      self.line = line
      self.byteOffset = byteOffset
      self.record = record
    }

    init(_ rows: borrowing TableReader) {
      self.init(line: rows.line, byteOffset: rows.byteOffset, record: rows.record)
    }
  }

  private mutating func bury(
    _ fault: FieldFault, _ origin: Origin, _ batch: inout TransactionBatch,
    _ deadLetters: (DeadLetter) -> Void
  ) {
    statistics.dead += 1
    deadLetters(
      DeadLetter(
        line: origin.line, byteOffset: origin.byteOffset, field: fault.field, fault: fault.fault,
        reason: "\(fault.reason)", record: origin.record))
    if fault.fault == .group { return }
    // Whether a record that cannot be read was to be linked can only be told from its text.
    let mayBeLinked = origin.record.contains("linked")
    let group = openGroup(batch)
    if mayBeLinked || !group.isEmpty { isGroupBroken = mayBeLinked }
    buryGroup(group, &batch, deadLetters)
  }

  /// The transactions at the end of the batch that wait for the next one.
  private func openGroup(_ batch: borrowing TransactionBatch) -> Range<Int> {
    var first = batch.count
    while first > 0 && batch.header(first - 1).flags.contains(.linked) { first -= 1 }
    return first..<batch.count
  }

  private mutating func buryGroup(
    _ group: Range<Int>, _ batch: inout TransactionBatch, _ deadLetters: (DeadLetter) -> Void
  ) {
    for index in group {
      statistics.dead += 1
      statistics.taken -= 1
      deadLetters(
        DeadLetter(
          line: batch.origin(index), byteOffset: 0, field: "flags", fault: .group,
          reason: "in a linked group of which another member is dead, or which no batch can hold",
          record: Array("\(batch.header(index).id)".utf8)))
    }
    batch.removeLast(from: group.lowerBound)
  }

  /// Keeps a group that the batch cuts for the next one.
  private mutating func keepGroupWhole(
    _ batch: inout TransactionBatch, _ deadLetters: (DeadLetter) -> Void
  ) {
    let group = openGroup(batch)
    if group.isEmpty { return }
    if group.lowerBound == 0 {
      isGroupBroken = true
      return buryGroup(group, &batch, deadLetters)
    }
    for index in group { carried.append((Transaction(batch, at: index), batch.origin(index))) }
    batch.removeLast(from: group.lowerBound)
  }
}

extension [UInt8] {
  /// Whether the bytes of `text` stand somewhere.
  fileprivate func contains(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard count >= wanted.count else { return false }
    return (0...count - wanted.count).contains {
      self[$0..<$0 + wanted.count].elementsEqual(wanted)
    }
  }
}
