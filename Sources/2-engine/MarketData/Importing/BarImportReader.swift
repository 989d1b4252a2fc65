public import OmniEncoding
import OmniModel
import OmniTime

/// Reads bars from files of many forms, tolerant where ``BarFileReader`` is strict, and says what
/// it tolerated.
///
/// What a row says is never invented: prices are rounded to the tick and counted, rows with a fault
/// are set aside and counted, and contradictory duplicates are settled by one rule and counted.
/// A bar's time in a file is taken for its opening, unless the mapping says otherwise, and its close
/// follows from the interval. The bar of a day closes at the end of that day in UTC, which is not
/// before the true close of a market that ends its day before midnight in UTC.
///
/// - Complexity: O(n log n) for n rows, which are all held in memory.
public struct BarImportReader {
  private var reader: CSVReader
  private let options: ImportOptions
  private let columns: ImportColumns
  private let header: CSVHeader
  private var collectors: [SeriesCollector] = []
  private var places: [String: Int?] = [:]
  private var rows = 0
  private var rowFaults: [BarFileError.Code: Int] = [:]
  private var rowFaultExamples: [QuarantinedRow] = []

  /// Reads everything that `source` holds.
  public static func read(
    _ source: consuming some ByteSource & ~Copyable, options: ImportOptions
  ) throws(ImportError) -> ImportResult {
    var source = source
    var reader = CSVReader(limits: options.limits)
    let header: CSVHeader
    let hasRow: Bool
    do throws(CSVError) {
      guard try reader.next(from: &source) else {
        throw CSVError(.empty, line: 1)
      }
      header = CSVHeader(reader)
      hasRow = try reader.next(from: &source)
    } catch {
      throw .file(BarFileError(error))
    }
    guard hasRow else {
      throw .file(
        BarFileError(.noRows, place: .init(line: 2), found: "the file ends after its header"))
    }
    let columns = try ImportColumns(header, firstRow: reader, options: options)
    var importer = BarImportReader(
      reader: reader, options: options, columns: columns, header: header)
    repeat { try importer.takeRow() } while try importer.nextRow(from: &source)
    return try importer.finish()
  }

  private init(
    reader: CSVReader, options: ImportOptions, columns: ImportColumns, header: CSVHeader
  ) {
    self.reader = reader
    self.options = options
    self.columns = columns
    self.header = header
  }

  /// Goes to the next row that is text at all.
  private mutating func nextRow(
    from source: inout some ByteSource & ~Copyable
  ) throws(ImportError) -> Bool {
    while true {
      do throws(CSVError) {
        return try reader.next(from: &source)
      } catch {
        let refusal = BarFileError(error)
        guard refusal.code.isOfOneRow else { throw .file(refusal) }
        rows += 1
        setAside(refusal)
      }
      do throws(CSVError) {
        try reader.skipLine(from: &source)
      } catch {
        throw .file(BarFileError(error))
      }
    }
  }

  private mutating func setAside(_ error: BarFileError) {
    rowFaults[error.code, default: 0] += 1
    if rowFaultExamples.count < QualityReport.examplesMax {
      rowFaultExamples.append(row(error))
    }
  }

  private func row(_ error: BarFileError) -> QuarantinedRow {
    QuarantinedRow(
      line: reader.line, byteOffset: reader.byteOffset, error: error, text: reader.recordText)
  }

  // MARK: One row

  private mutating func takeRow() throws(ImportError) {
    if reader.isBlank && header.names.count > 1 { return }
    rows += 1
    guard rows <= options.rowsMax else {
      throw .tooMuch(what: "rows", limit: options.rowsMax)
    }
    guard reader.fieldCount == header.names.count else {
      let isShort = reader.fieldCount < header.names.count
      setAside(
        BarFileError(
          isShort ? .shortRow : .longRow, place: .init(line: reader.line),
          found: "the row has \(reader.fieldCount) fields"))
      return
    }
    if header.matches(reader) {
      setAside(
        BarFileError(.repeatedHeader, place: .init(line: reader.line), found: "the header again"))
      return
    }
    let time: ImportColumns.Time
    do throws(BarFileError) {
      time = try columns.time(reader)
    } catch {
      setAside(error)
      return
    }
    if case .wide(let closes) = columns.prices {
      for column in closes {
        guard let place = try place(of: header.names[column]) else { continue }
        take(.close(column), time, at: place)
      }
    } else if let place = try place(of: columns.symbol(reader) ?? options.symbol ?? "") {
      take(columns.prices, time, at: place)
    }
  }

  /// The place of the collector of `symbol`, or nil when the symbol is not wanted.
  private mutating func place(of symbol: String) throws(ImportError) -> Int? {
    if let known = places[symbol] { return known }
    guard !symbol.isEmpty else { throw .noSymbol }
    if let only = options.only, !only.contains(symbol) {
      guard places.count < 1_000_000 else {
        throw .tooMuch(what: "symbols", limit: places.count)
      }
      places[symbol] = .some(nil)
      return nil
    }
    guard collectors.count < options.seriesMax else {
      throw .tooMuch(what: "symbols", limit: options.seriesMax)
    }
    places[symbol] = collectors.count
    collectors.append(
      SeriesCollector(
        symbol: symbol, instrument: try instrument(of: symbol), hasVolume: columns.volume != nil))
    return collectors.count - 1
  }

  private func instrument(of symbol: String) throws(ImportError) -> Instrument {
    do throws(InstrumentCatalogue.Miss) {
      return try options.catalogue.instrument(options.aliases[symbol] ?? symbol)
    } catch {
      guard let terms = options.fallbackTerms else { throw .unknownInstrument(error) }
      return Instrument(symbol: symbol.lowercased(), name: symbol, terms: terms)
    }
  }

  private mutating func take(
    _ prices: ImportColumns.Prices, _ time: ImportColumns.Time, at place: Int
  ) {
    collectors[place].report.rows += 1
    do throws(BarFileError) {
      let row = try columns.row(
        reader, prices, time, side: options.side, collector: &collectors[place])
      collectors[place].report.addOffset(time.offset)
      collectors[place].rows.append(row)
    } catch {
      collectors[place].report.quarantine(row(error))
    }
  }

  private consuming func finish() throws(ImportError) -> ImportResult {
    var series: [ImportedSeries] = []
    var counts = DistanceCounts()
    for collector in collectors { counts.add(collector.rows) }
    for (index, collector) in collectors.enumerated() {
      let finisher = SeriesFinisher(
        collector, options: options, marksClose: columns.mapping.timeMarksClose,
        instrument: InstrumentID(UInt32(index)))
      series.append(try finisher.finish(counts))
    }
    guard series.contains(where: { !$0.bars.isEmpty }) else { throw .nothingTaken(rows: rows) }
    let used = columns.mapping.columns
    return ImportResult(
      series: series, mapping: columns.mapping,
      ignoredColumns: header.names.filter { !used.contains($0) }, rows: rows,
      rowFaults: rowFaults, rowFaultExamples: rowFaultExamples)
  }
}
