public import OmniLedger
public import OmniModel
public import OmniMoney

/// Where each strategy's cash, positions, gains and fees stand in the books.
///
/// For each strategy: `capital`, `cash`, `realised`, `fees`. For each strategy and instrument:
/// `cost` (what the open lots cost), `clearing` (what stands against it when only gains and losses
/// change hands), `lots`. For each instrument: `market`, the other side of every lot.
@frozen
public struct ChartOfAccounts: Sendable {
  /// How many strategies have books.
  public let strategyCount: Int
  /// How many instruments there are.
  public let instrumentCount: Int

  /// Lays out the books of so many strategies and instruments.
  @inlinable
  public init(strategyCount: Int, instrumentCount: Int) {
    self.strategyCount = strategyCount
    self.instrumentCount = instrumentCount
  }

  /// What the owner put in.
  @inlinable
  public func capital(_ strategy: StrategyID) -> AccountID { own(strategy, 0) }
  /// Money at the venue.
  @inlinable
  public func cash(_ strategy: StrategyID) -> AccountID { own(strategy, 1) }
  /// Gains and losses of closed lots.
  @inlinable
  public func realised(_ strategy: StrategyID) -> AccountID { own(strategy, 2) }
  /// Fees paid.
  @inlinable
  public func fees(_ strategy: StrategyID) -> AccountID { own(strategy, 3) }

  /// What the open lots cost.
  @inlinable
  public func cost(_ strategy: StrategyID, _ instrument: InstrumentID) -> AccountID {
    held(strategy, instrument, 0)
  }
  /// What stands against the cost of margined lots.
  @inlinable
  public func clearing(_ strategy: StrategyID, _ instrument: InstrumentID) -> AccountID {
    held(strategy, instrument, 1)
  }
  /// The open lots themselves, counted in lots.
  @inlinable
  public func lots(_ strategy: StrategyID, _ instrument: InstrumentID) -> AccountID {
    held(strategy, instrument, 2)
  }
  /// The other side of every lot of an instrument.
  @inlinable
  public func market(_ instrument: InstrumentID) -> AccountID {
    AccountID(
      UInt32(4 * strategyCount + 3 * strategyCount * instrumentCount + Int(instrument.index)))
  }

  @inlinable
  func own(_ strategy: StrategyID, _ offset: Int) -> AccountID {
    AccountID(UInt32(4 * Int(strategy.index) + offset))
  }

  @inlinable
  func held(_ strategy: StrategyID, _ instrument: InstrumentID, _ offset: Int) -> AccountID {
    let pair = Int(strategy.index) * instrumentCount + Int(instrument.index)
    return AccountID(UInt32(4 * strategyCount + 3 * pair + offset))
  }

  /// The accounts, in the order of their identifiers.
  ///
  /// Lots are kept in a unit of their own, `L` and the instrument's number, so that lots and money
  /// can never be added.
  public func accounts(
    strategies: [String], instruments: [Instrument], currency: Currency
  ) -> [Account] {
    var accounts: [Account] = []
    for name in strategies {
      accounts.append(Account(name: "equity:capital:\(name)", kind: .equity, currency: currency))
      accounts.append(Account(name: "assets:cash:\(name)", kind: .asset, currency: currency))
      accounts.append(Account(name: "income:realised:\(name)", kind: .income, currency: currency))
      accounts.append(Account(name: "expenses:fees:\(name)", kind: .expense, currency: currency))
    }
    for name in strategies {
      for (index, instrument) in instruments.enumerated() {
        let unit = Self.lotUnit(index)
        let path = "\(name):\(instrument.symbol)"
        accounts.append(Account(name: "assets:cost:\(path)", kind: .asset, currency: currency))
        accounts.append(
          Account(name: "liabilities:clearing:\(path)", kind: .liability, currency: currency))
        accounts.append(Account(name: "assets:lots:\(path)", kind: .asset, currency: unit))
      }
    }
    for (index, instrument) in instruments.enumerated() {
      accounts.append(
        Account(
          name: "equity:market:\(instrument.symbol)", kind: .equity, currency: Self.lotUnit(index)))
    }
    return accounts
  }

  /// The unit in which lots of the instrument at `index` are counted.
  static func lotUnit(_ index: Int) -> Currency {
    var code: UInt64 = UInt64(UInt8(ascii: "L"))
    for (place, digit) in String(index).utf8.prefix(7).enumerated() {
      code |= UInt64(digit) << (8 * UInt64(place + 1))
    }
    return Currency(packedCode: code, minorDigits: 0)
  }
}
