import Foundation
import OmniEncoding
import OmniMarketData
import OmniModel
import OmniMoney
import OmniTestKit
import OmniTime
import Testing

@Suite("BarImportReader")
struct BarImportReaderTests {
  // MARK: Forms of files

  @Test func `times with changing distances from UTC become instants in order`() throws {
    let text = """
      Datetime,Open,High,Low,Close,Adj Close,Volume
      2021-10-27 07:00:00+01:00,60971.0234375,61028.7,60738.57,60771.2617,60771.2617,101240832
      2021-10-27 07:15:00+01:00,60771.0,60800,60700,60750.5,60750.5,0
      2021-10-27 07:30:00+01:00,60750.0,60760,60740,60755,60755,5
      2021-10-27 07:31:02+01:00,60755,60755,60755,60755,60755,0
      2021-10-27 06:15:00+00:00,60771.0,60800,60700,60750.5,60750.5,0
      2021-10-27 06:30:00+00:00,60750.0,60770,60740,60765,60765,9
      2021-10-27 06:45:00+00:00,60765,60766,60764,60765,60765,1

      """
    let series = try single(text, .init(symbol: "btc-usd"))

    #expect(
      series.bars.map { "\($0.closedAt)" } == [
        "2021-10-27T06:15:00Z", "2021-10-27T06:30:00Z", "2021-10-27T06:45:00Z",
        "2021-10-27T07:00:00Z",
      ])
    #expect(series.bars[0].open == Price(ticks: 6_097_102))
    #expect(series.bars[2].close == Price(ticks: 6_076_500), "the later line is kept")
    let report = series.report
    #expect(report.interval == .minutes(15))
    #expect(report.duplicates.identical == 1 && report.duplicates.conflicting == 1)
    #expect(report.duplicates.examples.first?.droppedLine == 3)
    #expect(report.timeGoesBack == 1)
    #expect(report.offGrid == 1 && report.offGridLines == [5])
    #expect(report.quarantined == [.overlappingTime: 1])
    #expect(report.offsets.map(\.seconds) == [3_600, 0])
    #expect(report.offsets.map(\.count) == [4, 3])
    #expect(report.zeroVolume == 1 && report.zeroVolumeShare == 0.25)
    #expect(report.roundedPrices == 2)
    #expect(report.rows == 7 && report.bars == 4)
  }

  @Test func `a bar of a day closes at the end of that day in UTC`() throws {
    let text =
      "Date,Adj Close,Close,High,Low,Open,Volume\r\n"
      + "1999-01-22,0.037615169,0.041016001,0.048827998,0.038802002,0.043749999,2714688000\r\n"
      + "1999-01-25,0.041555878,0.045313001,0.045832999,0.041016001,0.044271,510480000\r\n"
    let series = try single(text, .init(symbol: "nvda"))

    #expect(series.bars.first?.closedAt.description == "1999-01-23T00:00:00Z")
    #expect(series.bars.first?.open == Price(ticks: 43_750))
    #expect(series.bars.first?.volume == 2_714_688_000)
    #expect(series.report.gaps.count == 0, "a weekend is no gap")
  }

  @Test func `month and day without zeros, and a time of day, make a daily bar`() throws {
    let text =
      "Date,Open,High,Low,Close,Volume\n4/1/2015 16:00:00,40.6,40.76,40.31,40.72,36865322\n"
      + "4/2/2015 16:00:00,40.66,40.74,40.12,40.29,37487476\n"
      + "4/6/2015 16:00:00,40.34,41.78,40.18,41.55,39223692\n"
      + "4/7/2015 16:00:00,41.61,41.91,41.31,41.53,28809375"
    let series = try single(text, .init(symbol: "msft"))
    #expect(series.bars.map { "\($0.closedAt.date)" }.first == "2015-04-02")
    #expect(series.bars.count == 4 && series.report.interval == .days(1))
  }

  @Test func `days before months with points are hours of a currency pair`() throws {
    let text =
      "Time,Open,High,Low,Close,Volume\r\n"
      + "01.01.2017 22:00:00.000,1.05236,1.05253,1.05221,1.05227,143539993.3\r\n"
      + "01.01.2017 23:00:00.000,1.05227,1.05426,1.05226,1.05282,253139999.4\r\n"
    let series = try single(text, .init(symbol: "eurusd"))
    #expect(series.bars.first?.closedAt.description == "2017-01-01T23:00:00Z")
    #expect(series.bars.first?.close == Price(ticks: 105_227))
    #expect(series.bars.first?.volume == 1_435_399_933)
    #expect(series.report.roundedPrices == 0)
  }

  @Test func `a wide file gives a series for each column`() throws {
    let text = "Date,AAPL,AMD,XOM\r\n1990-01-02,0.264,4.125,4.068\r\n1990-01-03,0.266,,4.027\r\n"
    let result = try read(text, .init())
    #expect(result.series.map(\.symbol) == ["AAPL", "AMD", "XOM"])
    #expect(result.series.map(\.bars.count) == [2, 1, 2])
    #expect(result.series[1].report.missingValues == 1)
    #expect(result.series[2].bars.first?.instrument == InstrumentID(2))
    let bar = try #require(result.series[0].bars.first)
    #expect(bar.open == bar.close && bar.high == bar.low && bar.close == Price(ticks: 264))
    #expect(result.series[0].report.zeroVolumeShare == nil)

    var options = ImportOptions()
    options.only = ["XOM"]
    #expect(try read(text, options).series.map(\.symbol) == ["XOM"])
  }

  @Test func `one column of values is a series of closes`() throws {
    let series = try single("Date,Value\n1970-01-01,35.2\n1970-04-01,35.1\n", .init(symbol: "gold"))
    #expect(series.bars.map(\.close.ticks) == [3_520, 3_510])
    #expect(series.report.gaps.count == 1)
    #expect(series.report.gaps.missingBars == 89)
  }

  @Test func `symbols, contracts and epochs in milliseconds come apart`() throws {
    let text =
      "symbol,expiry,ts_ms,open,high,low,close,volume\n"
      + "ES,201312,1381096800000,1676.75,1677.25,1673.5,1675.25,1884\n"
      + "ES,201312,1381096860000,1675.5,1675.75,1674.0,1674.25,753\n"
      + "ES,201403,1381096800000,1670.75,1671,1670.5,1671,4\n"
      + "ES,201403,1381096860000,1671,1671,1671,1671,4\n"
    var options = ImportOptions()
    #expect(throws: ImportError.self) { try read(text, options) }
    options.fallbackTerms = try quarterTick()
    let result = try read(text, options)
    #expect(result.series.map(\.symbol) == ["ES-201312", "ES-201403"])
    #expect(result.series[0].bars[0].closedAt.description == "2013-10-06T22:01:00Z")
    #expect(result.series[0].bars[0].open == Price(ticks: 6_707))
  }

  @Test(arguments: [
    (ImportOptions.Side.bid, Int64(131_927), 0), (.ask, 132_028, 0), (.mid, 131_978, 4),
  ])
  func `bid and ask give the side that is asked for`(
    side: ImportOptions.Side, open: Int64, rounded: Int
  ) throws {
    let text =
      "symbol,ts_ms,bid_open,bid_high,bid_low,bid_close,"
      + "ask_open,ask_high,ask_low,ask_close\n"
      + "EURUSD,1167685200000,1.31927,1.31955,1.3187,1.31935,1.32028,1.32056,1.3197,1.32036\n"
      + "EURUSD,1167688800000,1.31935,1.3202,1.31925,1.32,1.32035,1.3212,1.32025,1.32101\n"
    var options = ImportOptions()
    options.side = side
    let series = try single(text, options)
    #expect(series.bars[0].open == Price(ticks: open))
    #expect(series.report.roundedPrices == rounded)
  }

  @Test func `exponents and the noise of binary fractions are read as decimals`() throws {
    let text =
      "symbol,ts_ms,open,high,low,close,volume\n"
      + "ADABTC,1515560100000,5.330000000000001e-05,5.33e-05,5.288E-05,0.00005290000000000001,1\n"
    var options = ImportOptions()
    options.interval = .minutes(5)
    options.fallbackTerms = try terms(FixedDecimal(coefficient: 1, scale: 8))
    let series = try single(text, options)
    #expect(series.bars.first?.open == Price(ticks: 5_330))
    #expect(series.bars.first?.close == Price(ticks: 5_290))
    #expect(series.report.roundedPrices == 2)
    #expect(series.report.largestShift < 1e-12)
  }

  @Test func `ties between two ticks go to the even one, and the shift is reported`() throws {
    let text = "Date,Close\n2020-01-01,100.005\n2020-01-02,100.015\n2020-01-03,-0.005\n"
    let series = try single(text, .init(symbol: "gold"))
    #expect(series.bars.map(\.close.ticks) == [10_000, 10_002, 0])
    #expect(series.report.roundedPrices == 3)
    #expect(series.report.largestShift == 1)
  }

  @Test func `a file of OMNI's own with prices off the tick is rounded to it`() throws {
    let text =
      "ts_ns,open,high,low,close,volume\n"
      + "1641006120000000000,46823.0,46831.0,46811.0,46813.0,303383.4627\n"
      + "1641006180000000000,46821.75,46830.5,46809.0,46810.75,289169.9847625\n"
    let series = try single(text, .init(symbol: "btc-perp"))
    #expect(series.bars[1].closedAt.nanoseconds == 1_641_006_180_000_000_000)
    #expect(series.bars[1].open == Price(ticks: 468_218))
    #expect(series.bars[1].close == Price(ticks: 468_108))
    #expect(series.report.roundedPrices == 2)
  }

  @Test func `a symbol of which no row can be taken keeps its report`() throws {
    let text = "Date,AAPL,AMD\n1990-01-02,0.264,\n1990-01-03,0.266,\n"
    let result = try read(text, .init())
    #expect(result.series.map(\.bars.count) == [2, 0])
    #expect(result.series[1].report.missingValues == 2)
  }

  // MARK: Faults

  @Test func `rows with a fault are set aside by code and the rest is taken`() throws {
    let text =
      "Date,Open,High,Low,Close,Volume\n"
      + "2020-01-01,1,2,1,2,5\n2020-01-02,null,null,null,null,null\n2020-01-03,1,2,1,2,\n"
      + "2020-01-04,1,2,1,3,5\n2020-01-05,1,2,1,2,-5\n2020-13-06,1,2,1,2,5\n2020-01-07,1,2\n"
      + "2020-01-08,1,2,1,\u{0},5\n\n2020-01-09,1,2,1,x,5\n2020-01-10,1,2,1,2,5\n"
    let result = try read(text, .init(symbol: "gold"))
    let report = try #require(result.series.first?.report)
    #expect(report.bars == 2)
    #expect(
      report.quarantined == [
        .notANumber: 1, .missingValue: 1, .inconsistentPrices: 1, .negativeVolume: 1,
        .malformedNumber: 1,
      ])
    #expect(report.missingValues == 2)
    #expect(result.rowFaults == [.malformedTime: 1, .shortRow: 1, .nulByte: 1])
    #expect(report.quarantinedExamples.first?.line == 3)
    #expect(result.rows == 10)
  }

  @Test func `a gap is counted with its length and place`() throws {
    var text = "Time,Close\n"
    for minute in [0, 1, 2, 3, 10, 11] {
      text += "2020-01-01 23:\(minute < 10 ? "0" : "")\(minute):00,1\n"
    }
    text += "2020-01-02 00:00:00,1\n"
    let gaps = try single(text, .init(symbol: "gold")).report.gaps
    #expect(gaps.count == 2 && gaps.missingBars == 6 + 48 && gaps.acrossDays == 1)
    #expect(gaps.longest == .minutes(48))
    #expect(gaps.longestAfter?.description == "2020-01-01T23:12:00Z")
  }

  @Test func `a return far from the hundred before it is an outlier and stays`() throws {
    var text = "ts_ms,close\n"
    var random = SeededRandom(seed: 1)
    for minute in 0..<200 {
      let close = minute == 150 ? 12_000 : Int.random(in: 10_000...10_009, using: &random)
      text += "\(1_600_000_020_000 + minute * 60_000),\(close)\n"
    }
    let series = try single(text, .init(symbol: "gold"))
    #expect(series.bars.count == 200)
    #expect(series.report.outliers.count == 2, "there and back")
    #expect(series.report.outliers.examples.first?.closedAt == series.bars[150].closedAt)
  }

  @Test func `what cannot be taken at all is refused by code`() throws {
    let bars = "Date,Close\n2020-01-01,1\n"
    var unmapped = ImportOptions(symbol: "gold")
    unmapped.mapping = ImportMapping(
      time: "When", timeForm: .text(.yearMonthDay), prices: .close("Close"))
    var few = ImportOptions(symbol: "gold")
    few.rowsMax = 1
    let cases: [(String, ImportOptions, String)] = [
      ("", .init(), "BAR-006"), ("Date,Close\n", .init(), "BAR-008"),
      ("Dear reader,\nno bars\n", .init(), "IMP-001"),
      ("Month,Sales\n1960-01,2\n", .init(), "IMP-001"),
      (bars, unmapped, "IMP-002"), (bars, .init(), "IMP-003"),
      (bars, .init(symbol: "gould"), "IMP-004"),
      ("Time,Close\n2020-01-01 10:00:00,1\n", .init(symbol: "gold"), "IMP-005"),
      (bars + "2020-01-02,1\n", few, "IMP-006"),
      ("Date,Close\n2020-01-01,x\n", .init(symbol: "gold"), "IMP-007"),
      (
        "meat_type,date,price\nbeef,2018-01-03,1\nlamb,2018-01-03,2\npork,2018-01-03,3\n",
        .init(symbol: "gold"), "IMP-008"
      ),
      ("D\u{0}a\u{0}t\u{0}e\u{0}", .init(), "BAR-011"),
    ]
    for (text, options, code) in cases {
      let error = #expect(throws: ImportError.self) { try read(text, options) }
      #expect(error?.code == code, "\(text)")
      #expect(error?.description.hasPrefix("error[\(code)]: ") == true, "\(text)")
    }
    let miss = #expect(throws: ImportError.self) { try read(bars, .init(symbol: "gould")) }
    #expect(miss?.description.contains("did you mean gold?") == true)
  }

  @Test func `a mapping given by hand wins over the header`() throws {
    var options = ImportOptions(symbol: "gold")
    options.mapping = ImportMapping(
      time: "Date", timeForm: .text(.dayMonthYear), prices: .close("Adj"))
    let result = try read("Date,Close,Adj\n03/04/2020,1,2\n", options)
    #expect(result.series.first?.bars.first?.close == Price(ticks: 200))
    #expect(result.series.first?.bars.first?.closedAt.description == "2020-04-04T00:00:00Z")
    #expect(result.ignoredColumns == ["Close"])
  }

  @Test func `the report is text for people and figures for programs`() throws {
    let series = try single("Date,Close\n2020-01-01,1\n2020-01-02,1\n", .init(symbol: "gold"))
    #expect(series.report.text.hasPrefix("gold: 2 bars from 2 rows, good, score 100\n"))
    let data = try JSONEncoder().encode(series.report)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["bars"] as? Int == 2)
    #expect(object["intervalSeconds"] as? Int == 86_400)
    #expect(object["first"] as? String == "2020-01-02T00:00:00Z")
  }

  // MARK: Properties

  @Test func `mutated files neither trap nor hang, and what they give are bars in order`() {
    let samples = [
      "Datetime,Open,High,Low,Close,Adj Close,Volume\n"
        + "2021-10-27 07:00:00+01:00,6.5,7.25,6,7,7,10\n2021-10-27 07:15:00+01:00,7,8,6,7,7,0\n"
        + "2021-10-27 06:30:00+00:00,7,8,6,7,7,0\n",
      "Date,AAPL,AMD\r\n1990-01-02,0.264,4.125\r\n1990-01-03,0.266,4\r\n1990-01-04,0.27,4\r\n",
      "symbol,ts_ms,open,high,low,close,volume\nGOLD,1515560100000,5.33e1,53.4,53.2,53.3,1\n"
        + "GOLD,1515560400000,53,53.4,53,53.3,1\nGOLD,1515560700000,53,53.4,53,53.3,1\n",
    ]
    let pieces = [
      "e", "-", "9999999999", "\"", "\n\n", ",", "\u{0}", "1e99", "null", "+18:00", "/",
    ]
    for seed in UInt64(0)..<900 {
      var random = SeededRandom(seed: seed)
      let bytes = random.mutated(Array(samples[Int(seed % 3)].utf8), inserting: pieces)
      var options = ImportOptions(symbol: "gold")
      options.fallbackTerms = seed % 2 == 0 ? ImportOptions().catalogue.instruments[0].terms : nil
      options.seriesMax = 8
      guard let result = try? BarImportReader.read(ByteArraySource(bytes), options: options) else {
        continue
      }
      for series in result.series {
        #expect(series.bars.count <= bytes.count, "seed \(seed)")
        #expect(series.report.rows >= series.bars.count, "seed \(seed)")
        for (bar, next) in zip(series.bars, series.bars.dropFirst()) {
          #expect(bar.closedAt < next.closedAt, "seed \(seed)")
        }
      }
    }
  }
}

// MARK: - Words for the tests

private func read(_ text: String, _ options: ImportOptions) throws(ImportError) -> ImportResult {
  try BarImportReader.read(ByteArraySource(text, chunkBytes: 61), options: options)
}

private func single(_ text: String, _ options: ImportOptions) throws -> ImportedSeries {
  let result = try read(text, options)
  try #require(result.series.count == 1)
  return result.series[0]
}

private func terms(_ tick: FixedDecimal) throws -> InstrumentTerms {
  try #require(
    InstrumentTerms(
      tick: tick, lot: FixedDecimal(coefficient: 1, scale: 0), currency: .usd,
      settlement: .margined, costs: .init()))
}

private func quarterTick() throws -> InstrumentTerms {
  try terms(FixedDecimal(coefficient: 25, scale: 2))
}
