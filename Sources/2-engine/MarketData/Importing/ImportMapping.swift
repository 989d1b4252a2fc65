public import OmniTime

/// What the columns of a foreign bar file mean.
public struct ImportMapping: Sendable, Equatable {
  /// How a file writes a bar's time.
  public enum TimeForm: Sendable, Equatable {
    /// A day, with or without a time of day.
    case text(TimeText.Order)
    /// A whole number of this many nanoseconds since 1970.
    case epoch(unitNanoseconds: Int64)
  }

  /// Which columns hold prices.
  public enum Prices: Sendable, Equatable {
    /// Four columns.
    case bar(open: String, high: String, low: String, close: String)
    /// One column; open, high and low are taken to be equal to it.
    case close(String)
    /// Eight columns, `bid_open` to `ask_close`.
    case bidAsk
    /// One column of closes for each symbol, named after it.
    case wide([String])
  }

  /// The column of the time.
  public var time: String
  /// How the time is written.
  public var timeForm: TimeForm
  /// Whether a bar's time is that of its close, as in OMNI's own files, and not of its opening.
  public var timeMarksClose = false
  /// The columns of prices.
  public var prices: Prices
  /// The column of the volume, if there is one.
  public var volume: String?
  /// The column of the symbol, if the file holds several series.
  public var symbol: String?
  /// The column of a contract's month, if one symbol has several contracts at a time.
  public var contract: String?

  /// Creates a mapping.
  public init(
    time: String, timeForm: TimeForm, prices: Prices, volume: String? = nil,
    symbol: String? = nil
  ) {
    self.time = time
    self.timeForm = timeForm
    self.prices = prices
    self.volume = volume
    self.symbol = symbol
  }

  /// Every column that the mapping uses.
  public var columns: [String] {
    var names = [time]
    switch prices {
    case .bar(let open, let high, let low, let close): names += [open, high, low, close]
    case .close(let close): names.append(close)
    case .bidAsk: names += Self.bidColumns + Self.askColumns
    case .wide(let symbols): names += symbols
    }
    return names + [volume, symbol, contract].compactMap { $0 }
  }

  static let bidColumns = ["bid_open", "bid_high", "bid_low", "bid_close"]
  static let askColumns = ["ask_open", "ask_high", "ask_low", "ask_close"]
}

extension ImportMapping {
  /// Finds out what `names` mean, with the fields of the first row to tell how times are written.
  ///
  /// Names are compared without regard to case. The forms that are known: `open` to `close` with a
  /// time; `close`, `price` or `value` alone; `bid_open` to `ask_close`; and a time with nothing
  /// but columns that are named like symbols, in capitals. Days apart by strokes are read as month,
  /// day, year; days apart by points as day, month, year.
  ///
  /// - Returns: Nil when the names mean nothing, or the time is written in no known way.
  public init?(detecting names: [String], firstRow: [String]) {
    func find(_ wanted: [String]) -> String? {
      for name in wanted {
        if let found = names.first(where: { $0.lowercased() == name }) { return found }
      }
      return nil
    }
    let known = ["ts_ns", "ts_ms", "datetime", "timestamp", "date", "time"]
    guard let time = find(known), let place = names.firstIndex(of: time),
      place < firstRow.count, let form = Self.timeForm(name: time, example: firstRow[place])
    else { return nil }
    let prices: Prices
    if (Self.bidColumns + Self.askColumns).allSatisfy({ names.contains($0) }) {
      prices = .bidAsk
    } else if let open = find(["open"]), let high = find(["high"]), let low = find(["low"]),
      let close = find(["close"])
    {
      prices = .bar(open: open, high: high, low: low, close: close)
    } else if let close = find(["close", "price", "value"]) {
      prices = .close(close)
    } else {
      let symbols = names.filter { $0 != time }
      guard !symbols.isEmpty, symbols.allSatisfy(Self.looksLikeSymbol) else { return nil }
      prices = .wide(symbols)
    }
    self.init(
      time: time, timeForm: form, prices: prices, volume: find(["volume", "tick_volume"]),
      symbol: find(["symbol"]))
    contract = find(["expiry"])
    timeMarksClose = time.lowercased() == "ts_ns"
  }

  private static func looksLikeSymbol(_ name: String) -> Bool {
    (1...12).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || [0x2E, 0x2D, 0x3A].contains($0)
      }
  }

  private static func timeForm(name: String, example: String) -> TimeForm? {
    switch name.lowercased() {
    case "ts_ns": return .epoch(unitNanoseconds: 1)
    case "ts_ms": return .epoch(unitNanoseconds: 1_000_000)
    default: break
    }
    if !example.isEmpty, example.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      switch example.utf8.count {
      case 9...10: return .epoch(unitNanoseconds: 1_000_000_000)
      case 12...13: return .epoch(unitNanoseconds: 1_000_000)
      case 18...19: return .epoch(unitNanoseconds: 1)
      default: return nil
      }
    }
    switch example.first(where: { "-/.".contains($0) }) {
    case "-": return .text(.yearMonthDay)
    case "/": return .text(.monthDayYear)
    case ".": return .text(.dayMonthYear)
    default: return nil
    }
  }
}
