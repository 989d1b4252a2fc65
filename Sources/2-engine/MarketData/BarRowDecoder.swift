import OmniEncoding
import OmniModel
import OmniMoney
import OmniTime

/// Makes a bar of one row, or says what is wrong with it; knows the columns and the last time.
struct BarRowDecoder: Sendable {
  /// The columns of a bar file, in canonical order.
  static let columns = ["ts_ns", "open", "high", "low", "close", "volume"]

  let instrument: InstrumentID
  let terms: InstrumentTerms
  let header: CSVHeader
  let unknownColumns: [String]
  /// The place in the file of each of ``columns``.
  private let time, open, high, low, close, volume: Int
  /// The time of the last row that was taken.
  var last: Timestamp?

  /// The places of open, high, low and close.
  var priceColumns: [Int] { [open, high, low, close] }

  init(
    _ reader: CSVReader, instrument: InstrumentID, terms: InstrumentTerms
  ) throws(BarFileError) {
    let header = CSVHeader(reader)
    if let name = header.repeatedName {
      let first = header.index(of: name) ?? 0
      let second = header.names.indices.first { $0 > first && header.names[$0] == name } ?? first
      throw BarFileError(
        .repeatedColumn,
        place: .init(line: reader.line, column: second + 1, columnName: name),
        found: "the column stands twice")
    }
    func place(_ name: String) throws(BarFileError) -> Int {
      if let index = header.index(of: name) { return index }
      throw BarFileError(
        .missingColumn, place: .init(line: reader.line),
        found: "there is no column \(name) in \(Self.excerpt(reader.recordText))")
    }
    time = try place("ts_ns")
    open = try place("open")
    high = try place("high")
    low = try place("low")
    close = try place("close")
    volume = try place("volume")
    self.instrument = instrument
    self.terms = terms
    self.header = header
    unknownColumns = header.names.filter { !Self.columns.contains($0) }
  }

  /// The bar of the present record; on an error the last time stays as it was.
  mutating func decode(_ reader: borrowing CSVReader) throws(BarFileError) -> Bar {
    guard reader.fieldCount == header.names.count else { throw wrongCount(reader) }
    let instant = try self.instant(reader)
    if let last, instant <= last { throw outOfOrder(reader, last: last, instant: instant) }
    let prices = OpenHighLowClose(
      open: try price(reader, open), high: try price(reader, high),
      low: try price(reader, low), close: try price(reader, close))
    guard prices.isConsistent else {
      let highest = max(prices.open, prices.close, prices.low)
      throw inconsistent(reader, isHigh: prices.high < highest)
    }
    let volume = try volume(reader)
    last = instant
    return Bar(instrument: instrument, closedAt: instant, prices: prices, volume: volume)
  }

  func instant(_ reader: borrowing CSVReader) throws(BarFileError) -> Timestamp {
    do throws(FixedDecimal.Failure) {
      return Timestamp(nanoseconds: try reader.integer(time))
    } catch {
      if header.matches(reader) {
        throw BarFileError(
          .repeatedHeader, place: .init(line: reader.line), found: "the header again")
      }
      switch error {
      case .empty: throw fault(.missingValue, reader, time)
      case .tooLong: throw fault(.numberTooLarge, reader, time)
      default: throw fault(.malformedTime, reader, time)
      }
    }
  }

  private func price(_ reader: borrowing CSVReader, _ column: Int) throws(BarFileError) -> Price {
    let decimal = try decimal(reader, column)
    if let price = terms.price(decimal) { return price }
    let units = decimal.wideCoefficient(atScale: terms.tick.scale)
    if let units, units % Int128(terms.tick.coefficient) == 0 {
      throw fault(.numberTooLarge, reader, column)
    }
    throw offTick(reader, column)
  }

  /// Volume informs and is never booked, so more decimals than are kept are rounded, half to even.
  func volume(_ reader: borrowing CSVReader) throws(BarFileError) -> Int64 {
    let decimal = try decimal(reader, volume)
    if decimal.coefficient < 0 { throw fault(.negativeVolume, reader, volume) }
    let units = decimal.wideCoefficient(atScale: terms.volumeDecimals, rounding: .halfEven)
    guard let volume = Int64(exactly: units) else { throw fault(.numberTooLarge, reader, volume) }
    return volume
  }

  func decimal(
    _ reader: borrowing CSVReader, _ column: Int
  ) throws(BarFileError) -> FixedDecimal {
    do throws(FixedDecimal.Failure) {
      return try reader.decimal(column)
    } catch {
      switch error {
      case .empty: throw fault(.missingValue, reader, column)
      case .exponent: throw fault(.exponent, reader, column)
      case .tooLong: throw fault(.numberTooLarge, reader, column)
      case .unexpected where Self.isWordForNoNumber(reader.text(column)):
        throw fault(.notANumber, reader, column)
      case .unexpected, .noDigits: throw fault(.malformedNumber, reader, column)
      }
    }
  }

  // MARK: Faults

  private func place(_ reader: borrowing CSVReader, _ column: Int) -> BarFileError.Place {
    .init(line: reader.line, column: column + 1, columnName: header.names[column])
  }

  func fault(
    _ code: BarFileError.Code, _ reader: borrowing CSVReader, _ column: Int
  ) -> BarFileError {
    let text = Self.excerpt(reader.text(column))
    return BarFileError(
      code, place: place(reader, column),
      found: text.isEmpty ? code.meaning : "\(text): \(code.meaning)")
  }

  func offTick(_ reader: borrowing CSVReader, _ column: Int) -> BarFileError {
    BarFileError(
      .offTick, place: place(reader, column),
      found: "\(reader.text(column)) is off the tick of \(terms.tick)")
  }

  private func wrongCount(_ reader: borrowing CSVReader) -> BarFileError {
    let place = BarFileError.Place(line: reader.line, column: reader.fieldCount)
    let wanted = "\(header.names.count) fields as in the header"
    if reader.isBlank {
      return BarFileError(.blankLine, place: .init(line: reader.line), found: "an empty line")
    }
    return BarFileError(
      reader.fieldCount < header.names.count ? .shortRow : .longRow, place: place,
      found: "the row has \(reader.fieldCount) fields", wanted: wanted)
  }

  func outOfOrder(
    _ reader: borrowing CSVReader, last: Timestamp, instant: Timestamp
  ) -> BarFileError {
    BarFileError(
      instant == last ? .duplicateTime : .timeGoesBack, place: place(reader, time),
      found: instant == last
        ? "\(instant.nanoseconds) stands in the row before, too"
        : "\(instant.nanoseconds) follows \(last.nanoseconds)")
  }

  func inconsistent(_ reader: borrowing CSVReader, isHigh: Bool) -> BarFileError {
    let column = isHigh ? high : low
    return BarFileError(
      .inconsistentPrices, place: place(reader, column),
      found: "\(header.names[column]) \(reader.text(column)) with open \(reader.text(open)), "
        + "high \(reader.text(high)), low \(reader.text(low)), close \(reader.text(close))")
  }

  static func isWordForNoNumber(_ text: String) -> Bool {
    let word = text.lowercased().drop { $0 == "-" || $0 == "+" }
    return ["nan", "inf", "infinity", "null", "none", "na", "n/a", "nil"].contains(String(word))
  }

  static func excerpt(_ text: String) -> String {
    text.utf8.count <= 60 ? text : String(text.prefix(60)) + "…"
  }
}
