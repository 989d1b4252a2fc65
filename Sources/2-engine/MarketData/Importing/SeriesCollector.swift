import OmniEncoding
import OmniModel
import OmniMoney
import OmniTime

/// A row of a foreign file with its numbers read, before time and order have been looked at.
struct ImportedRow: Equatable {
  let line: Int
  /// When the bar opened, or the day that it is of.
  let instant: Timestamp
  let isOfDay: Bool
  let prices: OpenHighLowClose
  let volume: Int64

  func saysTheSame(as other: Self) -> Bool { prices == other.prices && volume == other.volume }
}

/// Takes the rows of one symbol as they come, and reads their numbers.
struct SeriesCollector {
  let symbol: String
  let instrument: Instrument
  var rows: [ImportedRow] = []
  var report: QualityReport

  init(symbol: String, instrument: Instrument, hasVolume: Bool) {
    self.symbol = symbol
    self.instrument = instrument
    report = QualityReport(symbol: symbol)
    report.hasVolume = hasVolume
  }

  /// The price of `number` on the tick; rounding is counted.
  mutating func price(_ number: LooseDecimal) -> Price? {
    let terms = instrument.terms
    guard
      let (ticks, isExact) = number.rounded(
        toScale: terms.tick.scale, step: terms.tick.coefficient),
      ticks.magnitude <= InstrumentTerms.ticksMax,
      ticks.magnitude.multipliedFullWidth(by: terms.tick.coefficient.magnitude).high == 0,
      UInt128(ticks.magnitude) * UInt128(terms.tick.coefficient.magnitude)
        <= InstrumentTerms.unitsMax
    else { return nil }
    let price = Price(ticks: ticks)
    if !isExact {
      report.roundedPrices += 1
      let exact = number.statistic
      if exact != 0 {
        let shift = abs(terms.statistic(of: price) - exact) / abs(exact)
        report.largestShift = max(report.largestShift, shift)
      }
    }
    return price
  }

  func volume(_ number: LooseDecimal) -> Int64? {
    number.rounded(toScale: instrument.terms.volumeDecimals, step: 1)?.units
  }
}
