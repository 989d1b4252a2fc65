import OmniMoney

extension InstrumentCatalogue {
  /// The instruments of the sample files.
  ///
  /// Fees are assumptions, and stated with each group below: they are of the order that venues
  /// publish for small accounts, and a serious run sets its own. Ticks are those of the *files*,
  /// which hold prices that were adjusted for splits and dividends or went through binary floating
  /// point; an exchange's tick of one cent would shift old, adjusted prices by whole percents.
  public static let builtIn = InstrumentCatalogue(
    [perpetual, bitcoin, euroDollar, index, gold].compactMap { $0 } + shares + funds)

  /// Terms of a perpetual as in the golden trade lists: 0.02 % maker, 0.05 % taker, leverage 100.
  private static let perpetual = make(
    "btc-perp", "Bitcoin perpetual, linear, in USDT",
    InstrumentTerms(
      tick: FixedDecimal(coefficient: 1, scale: 1), lot: FixedDecimal(coefficient: 1, scale: 3),
      currency: .usdt, settlement: .margined,
      costs: .init(
        makerFee: Rate(billionths: 200_000), takerFee: Rate(billionths: 500_000), leverageMax: 100
      ), volumeDecimals: 4))

  /// Bitcoin for dollars.
  ///
  /// Assumed: 0.40 % maker, 0.60 % taker, the entry tier of a retail venue.
  ///
  /// The lot is 0.00001 bitcoin, less than a dollar for most of the file; values are booked in
  /// cents, so the notional of a trade is rounded by at most half a cent.
  private static let bitcoin = make(
    "btc-usd", "Bitcoin in US dollars, spot",
    InstrumentTerms(
      tick: FixedDecimal(coefficient: 1, scale: 2), lot: FixedDecimal(coefficient: 1, scale: 5),
      currency: .usd, settlement: .cash,
      costs: .init(makerFee: Rate(billionths: 4_000_000), takerFee: Rate(billionths: 6_000_000)),
      volumeDecimals: 4))

  /// Euro against dollar.
  ///
  /// Assumed: 0.002 % both ways; leverage 30 as retail rules in the European
  /// Union allow for major pairs. Lot: a micro lot of 1,000 euros, so a tick is one cent.
  private static let euroDollar = make(
    "eurusd", "Euro in US dollars",
    InstrumentTerms(
      tick: FixedDecimal(coefficient: 1, scale: 5),
      lot: FixedDecimal(coefficient: 1_000, scale: 0), currency: .usd, settlement: .margined,
      costs: .init(
        makerFee: Rate(billionths: 20_000), takerFee: Rate(billionths: 20_000), leverageMax: 30),
      volumeDecimals: 1))

  /// The index as if a fund followed it without error.
  ///
  /// Assumed: 0.01 % both ways.
  private static let index = share(
    "sp500-index", "S&P 500 index", FixedDecimal(coefficient: 1, scale: 2))

  /// Gold by the ounce.
  ///
  /// Assumed: 0.01 % both ways.
  private static let gold = share(
    "gold", "Gold, one troy ounce, in US dollars", FixedDecimal(coefficient: 1, scale: 2))

  /// Shares, whole ones, for cash.
  ///
  /// Assumed: 0.01 % (one basis point) both ways.
  ///
  /// The tick is 0.0001, since the files hold adjusted prices with four and more decimals; 0.000001
  /// for NVDA, whose adjusted price begins at 0.04; 0.001 where the file has three decimals.
  private static let shares: [Instrument] =
    ["amzn", "googl", "msft", "nflx", "tsla"].compactMap {
      share($0, "\($0.uppercased()), adjusted", FixedDecimal(coefficient: 1, scale: 4))
    }
    + ["nvda"].compactMap {
      share($0, "\($0.uppercased()), adjusted", FixedDecimal(coefficient: 1, scale: 6))
    }
    + [
      "aapl", "amd", "bac", "bby", "cvx", "ge", "hd", "jnj", "jpm", "ko", "lly", "mrk", "pep",
      "pfe", "pg", "rrc", "unh", "wmt", "xom",
    ].compactMap {
      share($0, "\($0.uppercased()), adjusted", FixedDecimal(coefficient: 1, scale: 3))
    }

  /// Exchange-traded funds that stand for factors.
  ///
  /// Assumed: 0.01 % both ways.
  private static let funds: [Instrument] = ["mtum", "qual", "size", "usmv", "vlue"].compactMap {
    share($0, "\($0.uppercased()), adjusted", FixedDecimal(coefficient: 1, scale: 3))
  }

  private static func share(_ symbol: String, _ name: String, _ tick: FixedDecimal) -> Instrument? {
    make(
      symbol, name,
      InstrumentTerms(
        tick: tick, lot: FixedDecimal(coefficient: 1, scale: 0), currency: .usd,
        settlement: .cash,
        costs: .init(makerFee: Rate(billionths: 100_000), takerFee: Rate(billionths: 100_000)),
        volumeDecimals: 0))
  }

  private static func make(
    _ symbol: String, _ name: String, _ terms: InstrumentTerms?
  ) -> Instrument? {
    terms.map { Instrument(symbol: symbol, name: name, terms: $0) }
  }
}
