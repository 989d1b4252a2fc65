public import OmniEncoding
public import OmniModel

/// Reads bars of one instrument from a strict bar file: every row is right, or it is refused.
///
/// The file is comma-separated text with the columns `ts_ns` (when the bar closed, in nanoseconds
/// since 1970, UTC), `open`, `high`, `low`, `close`, `volume`, in any order; other columns are
/// allowed and named in ``unknownColumns``. Prices are plain decimals on the instrument's tick.
/// Volume is information and not money: it is rounded half to even to the instrument's decimals.
///
/// A row that is right but for prices off the tick is taken if it belongs to a gap that the data's
/// vendor filled with straight lines: each of its off-tick prices is exactly the mean of the prices
/// in the rows before and behind it (``GapRule`` has the whole of it). Its prices are rounded half
/// to even to the tick, and it is counted in `facts.interpolated`, which programs report. Every
/// other off-tick price is refused. Only for such a row does the reader look one row ahead; it
/// passes over rows that cannot be bars and are not later, since a row that stands twice hides the
/// one that belongs there.
///
/// Times are compared with that of the last bar: a row that was refused leaves no trace. Refused
/// rows are reported in the order of the file's lines.
///
///     var reader = try BarFileReader(source, instrument: id, terms: terms)
///     while let bar = try reader.next() { … }
///
/// - Invariant: the bars' times rise strictly.
/// - Complexity: O(bytes); a row on the tick does not allocate.
public struct BarFileReader<Source: ByteSource & ~Copyable>: ~Copyable {
  private var source: Source
  private var reader: CSVReader
  private var decoder: BarRowDecoder
  private var gaps: GapRule
  /// A row with off-tick prices about which nothing is decided yet.
  private var waiting: OffTickRow?
  private var ahead = Ahead.nothing
  /// Refusals of rows that were passed over, about which everything is decided; last one first.
  private var decided: [RowRefusal] = []

  /// What was read beyond the waiting row.
  private enum Ahead {
    case nothing
    /// The reader's present record.
    case record
    /// A row that could not be read; the reader stands behind it.
    case refusal(RowRefusal)
  }

  /// What was read so far.
  public private(set) var facts: BarFileFacts

  /// Creates a reader behind the header of `source`.
  ///
  /// - Throws: An error of the file or of its header.
  public init(
    _ source: consuming Source, instrument: InstrumentID, terms: InstrumentTerms,
    limits: CSVReader.Limits = .init()
  ) throws(BarFileError) {
    var reader = CSVReader(limits: limits)
    var source = source
    let hasHeader: Bool
    do throws(CSVError) {
      hasHeader = try reader.next(from: &source)
    } catch {
      throw BarFileError(error)
    }
    guard hasHeader else {
      throw BarFileError(.emptyFile, place: .init(line: 1), found: "the file is empty")
    }
    decoder = try BarRowDecoder(reader, instrument: instrument, terms: terms)
    gaps = GapRule(tick: terms.tick)
    facts = BarFileFacts(unknownColumns: decoder.unknownColumns)
    self.source = source
    self.reader = reader
  }

  /// Columns of the file that are not a bar's.
  public var unknownColumns: [String] { decoder.unknownColumns }

  /// The next bar, or nil at the end.
  ///
  /// - Throws: The first fault of the next row. The row is then left, so that a caller may go on.
  public mutating func next() throws(BarFileError) -> Bar? {
    do throws(RowRefusal) {
      return try nextBar()
    } catch {
      throw error.error
    }
  }

  /// The next bar, or nil at the end; rows that are wrong are handed to `setAside` and counted.
  ///
  /// - Throws: What is wrong with the file and not with one row, such as cut-off compressed data.
  public mutating func next(
    settingAside setAside: (QuarantinedRow) -> Void
  ) throws(BarFileError) -> Bar? {
    while true {
      do throws(RowRefusal) {
        return try nextBar()
      } catch {
        guard error.error.code.isOfOneRow else { throw error.error }
        facts.addQuarantined(error.error.code)
        setAside(error.row)
      }
    }
  }

  private mutating func nextBar() throws(RowRefusal) -> Bar? {
    if let refusal = decided.popLast() { throw refusal }
    if let row = waiting { return try judge(row) }
    guard try nextRecord() else {
      try finish()
      return nil
    }
    do throws(BarFileError) {
      let bar = try decoder.decode(reader)
      facts.add(bar)
      gaps.takeClean(bar)
      return bar
    } catch {
      guard error.code == .offTick, let row = decoder.offTickRow(reader, gaps) else {
        gaps.refuse()
        throw refusal(error)
      }
      waiting = row
      return try judge(row)
    }
  }

  // MARK: Rows off the tick

  /// Takes or refuses the waiting row by what stands behind it.
  private mutating func judge(_ waitingRow: OffTickRow) throws(RowRefusal) -> Bar {
    var row = waitingRow
    while true {
      var behind = try lookAhead()
      let other = rival(of: row)
      // A row that is a bar in place of this one cannot be its neighbour.
      if case .bar = other { behind = .unreadable }
      guard let column = gaps.firstFault(in: row.prices, behind: behind) else {
        return try take(row)
      }
      guard case .refused(let passed) = other, row.passed.count < OffTickRow.passedMax else {
        throw refuse(row, row.faults[column])
      }
      row.passed.append(passed)
      waiting = row
      ahead = .nothing
    }
  }

  /// What the row behind is if it is not later, so that at most one of the two is a bar.
  private enum Rival {
    case none
    /// It is a bar, unless the waiting row is one.
    case bar
    /// It is refused, whatever becomes of the waiting row.
    case refused(OffTickRow.Passed)
  }

  private func rival(of row: OffTickRow) -> Rival {
    guard case .record = ahead, let late = decoder.timeFault(reader, after: row.closedAt) else {
      return .none
    }
    // An off-tick row cannot be a bar here, since it would lean on the waiting row.
    var trial = decoder
    do throws(BarFileError) {
      _ = try trial.decode(reader)
      return .bar
    } catch {
      return .refused(.init(ifTaken: refusal(late), ifRefused: refusal(error)))
    }
  }

  private mutating func take(_ row: OffTickRow) throws(RowRefusal) -> Bar {
    let bar: Bar
    do throws(BarFileError) {
      bar = try row.rounded.get()
    } catch {
      throw refuse(row, error)
    }
    waiting = nil
    decided = row.passed.reversed().map(\.ifTaken)
    decoder.last = row.closedAt
    gaps.takeInterpolated(row.prices)
    facts.add(bar)
    facts.interpolated.add(line: row.line)
    return bar
  }

  private mutating func refuse(_ row: OffTickRow, _ error: BarFileError) -> RowRefusal {
    waiting = nil
    decided = row.passed.reversed().map(\.ifRefused)
    gaps.refuse()
    return row.refusal(error)
  }

  private mutating func lookAhead() throws(RowRefusal) -> GapRule.Behind {
    if case .nothing = ahead {
      do throws(RowRefusal) {
        guard try readRecord() else { return .endOfFile }
        ahead = .record
      } catch {
        guard error.error.code.isOfOneRow else { throw error }
        ahead = .refusal(error)
      }
    }
    guard case .record = ahead, let prices = decoder.exactPrices(reader) else {
      return .unreadable
    }
    return .prices(prices)
  }

  // MARK: Records

  private mutating func nextRecord() throws(RowRefusal) -> Bool {
    do throws(RowRefusal) {
      switch ahead {
      case .nothing: return try readRecord()
      case .record:
        ahead = .nothing
        return true
      case .refusal(let refusal):
        ahead = .nothing
        throw refusal
      }
    } catch {
      gaps.refuse()
      throw error
    }
  }

  private mutating func readRecord() throws(RowRefusal) -> Bool {
    do throws(CSVError) {
      guard try reader.next(from: &source) else { return false }
    } catch {
      if error.code != .source { facts.rows += 1 }
      let refusal = refusal(BarFileError(error, columnName: name(ofColumn: error.column)))
      // The rest of a line that cannot be read is passed over, unless there is no end of it.
      if refusal.error.code.isOfOneRow { try leaveLine() }
      throw refusal
    }
    facts.rows += 1
    return true
  }

  private mutating func leaveLine() throws(RowRefusal) {
    do throws(CSVError) {
      try reader.skipLine(from: &source)
    } catch {
      throw refusal(BarFileError(error))
    }
  }

  /// `error` of the present record.
  private func refusal(_ error: BarFileError) -> RowRefusal {
    RowRefusal(
      row: QuarantinedRow(
        line: reader.line, byteOffset: reader.byteOffset, error: error, text: reader.recordText))
  }

  private mutating func finish() throws(RowRefusal) {
    facts.bytes = reader.bytesRead
    if facts.rows == 0 {
      throw refusal(
        BarFileError(
          .noRows, place: .init(line: reader.line), found: "the file ends after its header"))
    }
  }

  private func name(ofColumn column: Int) -> String {
    decoder.header.names.indices.contains(column - 1) ? decoder.header.names[column - 1] : ""
  }
}
