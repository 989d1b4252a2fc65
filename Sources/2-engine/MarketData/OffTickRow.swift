import OmniEncoding
import OmniModel
import OmniMoney
import OmniTime

/// A row with off-tick prices that waits for the row behind it, since the reader moves on to that.
struct OffTickRow: Sendable {
  /// How many rows may be passed over while one waits.
  static let passedMax = GapRule.rowsMax

  /// A row behind this one that is refused, by what becomes of this one.
  struct Passed: Sendable {
    let ifTaken: RowRefusal
    let ifRefused: RowRefusal
  }

  let line: Int
  let byteOffset: UInt64
  let text: String
  let closedAt: Timestamp
  /// The four prices as they are written, in units of 10⁻¹⁸.
  let prices: [Int128]
  /// For each price, the error if it is the one that is off the tick.
  let faults: [BarFileError]
  /// The bar with prices on the tick, or what else is wrong with the row.
  let rounded: Result<Bar, BarFileError>
  /// The rows behind this one that were passed over.
  var passed: [Passed] = []

  func refusal(_ error: BarFileError) -> RowRefusal {
    RowRefusal(
      row: QuarantinedRow(line: line, byteOffset: byteOffset, error: error, text: text))
  }
}

extension BarRowDecoder {
  /// The four prices of the present record in units of 10⁻¹⁸, or nil unless all are numbers.
  func exactPrices(_ reader: borrowing CSVReader) -> [Int128]? {
    guard reader.fieldCount == header.names.count else { return nil }
    var prices: [Int128] = []
    for column in priceColumns {
      guard let decimal = try? decimal(reader, column) else { return nil }
      prices.append(GapRule.exact(decimal))
    }
    return prices
  }

  /// The present record, whose time is right and which has a price off the tick; nil when its other
  /// prices are no numbers.
  func offTickRow(_ reader: borrowing CSVReader, _ gaps: GapRule) -> OffTickRow? {
    guard let prices = exactPrices(reader), let closedAt = try? instant(reader) else { return nil }
    let rounded: Result<Bar, BarFileError>
    do throws(BarFileError) {
      rounded = .success(try bar(reader, closedAt: closedAt, exact: prices, gaps))
    } catch {
      rounded = .failure(error)
    }
    return OffTickRow(
      line: reader.line, byteOffset: reader.byteOffset, text: reader.recordText,
      closedAt: closedAt, prices: prices, faults: priceColumns.map { offTick(reader, $0) },
      rounded: rounded)
  }

  private func bar(
    _ reader: borrowing CSVReader, closedAt: Timestamp, exact: [Int128], _ gaps: GapRule
  ) throws(BarFileError) -> Bar {
    var rounded: [Price] = []
    for (column, price) in zip(priceColumns, exact) {
      let units = gaps.ticks(price) * Int128(terms.tick.coefficient)
      guard let coefficient = Int64(exactly: units),
        let price = terms.price(FixedDecimal(coefficient: coefficient, scale: terms.tick.scale))
      else { throw fault(.numberTooLarge, reader, column) }
      rounded.append(price)
    }
    // Rounding keeps the order, so what is right as it is written is right on the tick, too.
    let (open, high, low, close) = (exact[0], exact[1], exact[2], exact[3])
    guard high >= max(open, close, low) else { throw inconsistent(reader, isHigh: true) }
    guard low <= min(open, close) else { throw inconsistent(reader, isHigh: false) }
    let prices = OpenHighLowClose(
      open: rounded[0], high: rounded[1], low: rounded[2], close: rounded[3])
    return Bar(
      instrument: instrument, closedAt: closedAt, prices: prices, volume: try volume(reader))
  }

  /// What is wrong with the time of the present record, if it has one that is not after `instant`.
  func timeFault(_ reader: borrowing CSVReader, after instant: Timestamp) -> BarFileError? {
    guard reader.fieldCount == header.names.count, let next = try? self.instant(reader),
      next <= instant
    else { return nil }
    return outOfOrder(reader, last: instant, instant: next)
  }
}
