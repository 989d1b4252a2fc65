public import OmniEncoding
public import OmniModel
public import OmniTime

/// How a foreign file is to be taken.
public struct ImportOptions: Sendable, Equatable {
  /// Which price makes the bar where a file has bid and ask.
  public enum Side: String, Sendable, CaseIterable {
    /// The best price to sell at.
    case bid
    /// The best price to buy at.
    case ask
    /// Half of the sum, rounded half to even to the tick, and counted where it is rounded.
    case mid
  }

  /// Where the terms of the file's symbols are looked up.
  public var catalogue: InstrumentCatalogue
  /// Terms for symbols that the catalogue does not have; without them such a symbol is refused.
  public var fallbackTerms: InstrumentTerms?
  /// The catalogue's symbol for one of the file, such as `SP500` for `sp500-index`.
  public var aliases: [String: String] = ["SP500": "sp500-index", "BTCUSD": "btc-usd"]
  /// The catalogue's symbol for a file that names none.
  public var symbol: String?
  /// The only symbols to take, as the file writes them; nil for all.
  public var only: Set<String>?
  /// What the columns mean; nil to find out from the header.
  public var mapping: ImportMapping?
  /// How long a bar is; nil to find out from the times.
  public var interval: Interval?
  /// Which price is taken from bid and ask.
  public var side = Side.mid
  /// What issuers did, by the symbol of the file: a jump at a known split is no fault.
  public var actions: [String: [CorporateAction]] = [:]
  /// What a line may at most contain.
  public var limits = CSVReader.Limits()
  /// How many rows may at most be held.
  public var rowsMax = 20_000_000
  /// How many symbols a file may at most have.
  public var seriesMax = 1_024
  /// From which robust z-score on a return is reported as an outlier.
  public var outlierScore = 12.0  // statistic: a threshold for a report

  /// Creates options: symbols of `catalogue`, everything else found out.
  public init(symbol: String? = nil, catalogue: InstrumentCatalogue = .builtIn) {
    self.symbol = symbol
    self.catalogue = catalogue
  }
}

/// Why a foreign file could not be taken as a whole.
public enum ImportError: Error, Equatable, Sendable {
  /// The file, or its text, is at fault.
  case file(BarFileError)
  /// The header means nothing that is known.
  case unknownLayout(header: String)
  /// The mapping names a column that the file does not have.
  case noSuchColumn(String)
  /// The file names no symbol, and none was given.
  case noSymbol
  /// A symbol is not in the catalogue, and there are no terms to fall back on.
  case unknownInstrument(InstrumentCatalogue.Miss)
  /// The times of a series do not tell how long its bars are.
  case noInterval(symbol: String)
  /// There are more rows or symbols than the options allow.
  case tooMuch(what: String, limit: Int)
  /// More rows contradict another of their time than do not: there are several series in one.
  case notOneSeries(symbol: String, conflicting: Int)
  /// Not one row could be taken.
  case nothingTaken(rows: Int)

  /// The stable code.
  public var code: String {
    switch self {
    case .file(let error): error.code.rawValue
    case .unknownLayout: "IMP-001"
    case .noSuchColumn: "IMP-002"
    case .noSymbol: "IMP-003"
    case .unknownInstrument: "IMP-004"
    case .noInterval: "IMP-005"
    case .tooMuch: "IMP-006"
    case .nothingTaken: "IMP-007"
    case .notOneSeries: "IMP-008"
    }
  }
}

extension ImportError: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    if case .file(let error) = self { return error.description }
    return "error[\(code)]: \(sentence)"
  }

  private var sentence: String {
    switch self {
    case .file(let error): error.description
    case .unknownLayout(let header):
      "the header \(header) is of no known form; wanted a time with open, high, low, close, or "
        + "with closes; give a mapping"
    case .noSuchColumn(let name):
      "there is no column \(name); wanted one of the file's; correct the mapping"
    case .noSymbol: "the file names no symbol; wanted one; give it"
    case .unknownInstrument(let miss): "\(miss.sentence); add it, or give terms to fall back on"
    case .noInterval(let symbol):
      "the times of \(symbol) do not tell how long its bars are; wanted an interval; give it"
    case .tooMuch(let what, let limit):
      "there are more than \(limit) \(what); wanted fewer; split the file"
    case .notOneSeries(let symbol, let conflicting):
      "\(conflicting) rows of \(symbol) contradict others of their time; wanted one series; "
        + "name the column that tells them apart"
    case .nothingTaken(let rows):
      "none of \(rows) rows could be taken; wanted bars; look at the mapping"
    }
  }
}
