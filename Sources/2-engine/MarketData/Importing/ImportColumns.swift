import OmniEncoding
import OmniModel
import OmniMoney
import OmniTime

/// A mapping with the places of its columns, and how to read a row with it.
struct ImportColumns {
  enum Prices {
    case bar([Int])
    case close(Int)
    case bidAsk(bid: [Int], ask: [Int])
    case wide([Int])
  }

  struct Time {
    let instant: Timestamp
    let isOfDay: Bool
    let offset: Int?
  }

  let mapping: ImportMapping
  let prices: Prices
  let volume: Int?
  private let timePlace: Int
  private let symbolPlace: Int?
  private let contractPlace: Int?
  private let names: [String]

  init(
    _ header: CSVHeader, firstRow: CSVReader, options: ImportOptions
  ) throws(ImportError) {
    let fields = (0..<firstRow.fieldCount).map { firstRow.text($0) }
    guard
      let mapping = options.mapping
        ?? ImportMapping(detecting: header.names, firstRow: fields)
    else {
      throw .unknownLayout(header: BarRowDecoder.excerpt(header.names.joined(separator: ",")))
    }
    func place(_ name: String) throws(ImportError) -> Int {
      if let index = header.index(of: name) { return index }
      throw .noSuchColumn(name)
    }
    func places(_ names: [String]) throws(ImportError) -> [Int] {
      var places: [Int] = []
      for name in names { places.append(try place(name)) }
      return places
    }
    func place(ifAny name: String?) throws(ImportError) -> Int? {
      if let name { return try place(name) }
      return nil
    }
    switch mapping.prices {
    case .bar(let open, let high, let low, let close):
      prices = .bar(try places([open, high, low, close]))
    case .close(let close): prices = .close(try place(close))
    case .bidAsk:
      prices = .bidAsk(
        bid: try places(ImportMapping.bidColumns), ask: try places(ImportMapping.askColumns))
    case .wide(let symbols): prices = .wide(try places(symbols))
    }
    timePlace = try place(mapping.time)
    volume = try place(ifAny: mapping.volume)
    symbolPlace = try place(ifAny: mapping.symbol)
    contractPlace = try place(ifAny: mapping.contract)
    self.mapping = mapping
    names = header.names
  }

  /// The symbol of the present record, with its contract's month.
  func symbol(_ reader: CSVReader) -> String? {
    guard let symbolPlace else { return nil }
    let symbol = reader.text(symbolPlace)
    return contractPlace.map { "\(symbol)-\(reader.text($0))" } ?? symbol
  }

  func time(_ reader: CSVReader) throws(BarFileError) -> Time {
    switch mapping.timeForm {
    case .epoch(let unit):
      let number: Int64
      do throws(FixedDecimal.Failure) {
        number = try reader.integer(timePlace)
      } catch {
        throw fault(error == .empty ? .missingValue : .malformedTime, reader, timePlace)
      }
      let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: unit)
      guard !overflow else { throw fault(.numberTooLarge, reader, timePlace) }
      return try checked(Timestamp(nanoseconds: nanoseconds), nil, reader, isOfDay: false)
    case .text(let order):
      let time: TimeText
      do throws(TimeText.Failure) {
        time = try TimeText(reader.bytes(timePlace), order: order)
      } catch {
        throw BarFileError(
          .malformedTime,
          place: .init(line: reader.line, column: timePlace + 1, columnName: mapping.time),
          found: "\(BarRowDecoder.excerpt(reader.text(timePlace))): \(error)",
          wanted: "a time as in the first row")
      }
      return try checked(time.instant, time.offsetSeconds, reader, isOfDay: !time.hasTimeOfDay)
    }
  }

  /// Between 1823 and 2116, so that the distance of any two instants can be held.
  private func checked(
    _ instant: Timestamp, _ offset: Int?, _ reader: CSVReader, isOfDay: Bool
  ) throws(BarFileError) -> Time {
    guard instant.nanoseconds.magnitude < 1 << 62 else {
      throw fault(.numberTooLarge, reader, timePlace)
    }
    return Time(instant: instant, isOfDay: isOfDay, offset: offset)
  }

  /// The numbers of the present record.
  func row(
    _ reader: CSVReader, _ prices: Prices, _ time: Time, side: ImportOptions.Side,
    collector: inout SeriesCollector
  ) throws(BarFileError) -> ImportedRow {
    let numbers = try self.numbers(reader, prices, side)
    var ticks: [Price] = []
    for (number, column) in numbers {
      guard let price = collector.price(number) else {
        throw fault(.numberTooLarge, reader, column)
      }
      ticks.append(price)
    }
    let four = OpenHighLowClose(
      open: ticks[0], high: ticks[ticks.count > 1 ? 1 : 0], low: ticks[ticks.count > 1 ? 2 : 0],
      close: ticks[ticks.count - 1])
    guard four.isConsistent else {
      let terms = collector.instrument.terms
      throw BarFileError(
        .inconsistentPrices, place: .init(line: reader.line),
        found: "open \(terms.text(four.open)), high \(terms.text(four.high)), "
          + "low \(terms.text(four.low)), close \(terms.text(four.close))")
    }
    var units: Int64 = 0
    if let volume {
      let number = try number(reader, volume)
      guard number.coefficient >= 0 else { throw fault(.negativeVolume, reader, volume) }
      guard let rounded = collector.volume(number) else {
        throw fault(.numberTooLarge, reader, volume)
      }
      units = rounded
    }
    return ImportedRow(
      line: reader.line, instant: time.instant, isOfDay: time.isOfDay, prices: four, volume: units)
  }

  /// One price, or open, high, low and close, each with the column to name in a fault.
  private func numbers(
    _ reader: CSVReader, _ prices: Prices, _ side: ImportOptions.Side
  ) throws(BarFileError) -> [(LooseDecimal, Int)] {
    switch prices {
    case .close(let column): return [(try number(reader, column), column)]
    case .bar(let columns): return try numbers(reader, columns)
    case .wide(let columns): return try numbers(reader, columns)
    case .bidAsk(let bid, let ask):
      switch side {
      case .bid: return try numbers(reader, bid)
      case .ask: return try numbers(reader, ask)
      case .mid:
        var middles: [(LooseDecimal, Int)] = []
        for (bid, ask) in zip(try numbers(reader, bid), try numbers(reader, ask)) {
          guard let middle = LooseDecimal.middle(bid.0, ask.0) else {
            throw fault(.numberTooLarge, reader, bid.1)
          }
          middles.append((middle, bid.1))
        }
        return middles
      }
    }
  }

  private func numbers(
    _ reader: CSVReader, _ columns: [Int]
  ) throws(BarFileError) -> [(LooseDecimal, Int)] {
    var numbers: [(LooseDecimal, Int)] = []
    numbers.reserveCapacity(columns.count)
    for column in columns { numbers.append((try number(reader, column), column)) }
    return numbers
  }

  private func number(_ reader: CSVReader, _ column: Int) throws(BarFileError) -> LooseDecimal {
    do throws(LooseDecimal.Failure) {
      return try LooseDecimal(reader.bytes(column))
    } catch {
      switch error {
      case .empty: throw fault(.missingValue, reader, column)
      case .word: throw fault(.notANumber, reader, column)
      case .malformed: throw fault(.malformedNumber, reader, column)
      case .tooLarge: throw fault(.numberTooLarge, reader, column)
      }
    }
  }

  private func fault(
    _ code: BarFileError.Code, _ reader: CSVReader, _ column: Int
  ) -> BarFileError {
    let text = BarRowDecoder.excerpt(reader.text(column))
    return BarFileError(
      code,
      place: .init(line: reader.line, column: column + 1, columnName: names[column]),
      found: text.isEmpty ? code.meaning : "\(text): \(code.meaning)")
  }
}
