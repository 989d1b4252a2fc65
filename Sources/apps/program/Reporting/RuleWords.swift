import OmniModel
import OmniMoney
package import OmniRisk

/// The rules of the risk gate in words for people: the one table.
package struct RuleWords: Sendable {
  /// In what a rule counts.
  package enum Unit: Sendable {
    /// Nothing is counted.
    case none
    /// A number of things.
    case count
    /// Ticks of the instrument.
    case price
    /// Lots of the instrument.
    case quantity
    /// Minor units of the books' currency.
    case money
    /// Billionths.
    case share
    /// Nanoseconds.
    case time
  }

  private let rule: RiskRule

  /// The words of `rule`.
  package init(_ rule: RiskRule) { self.rule = rule }

  /// The code by which the rule stands in reports: `RSK-401`.
  package var code: String { "RSK-\(rule.rawValue)" }

  /// Code and name.
  package var title: String { "\(code) \(name)" }

  /// What the rule is called.
  package var name: String {
    switch rule {
    case .noPrice: "no price"
    case .stalePrice: "stale price"
    case .instrumentPaused: "instrument paused"
    case .unknownInstrument: "unknown instrument"
    case .quantityZero: "quantity zero"
    case .priceOutOfRange: "price out of range"
    case .wouldNotReduce: "would not reduce"
    case .bracketInverted: "bracket inverted"
    case .bracketIncomplete: "bracket incomplete"
    case .priceCollar: "price collar"
    case .orderQuantity: "order quantity"
    case .orderNotional: "order value"
    case .positionQuantity: "position quantity"
    case .positionNotional: "position value"
    case .restricted: "restricted"
    case .grossExposure: "gross exposure"
    case .margin: "margin"
    case .cash: "cash"
    case .strategyDrawdown: "strategy drawdown"
    case .totalDrawdown: "total drawdown"
    case .dailyLoss: "daily loss"
    case .orderRate: "order rate"
    case .workingOrders: "working orders"
    case .duplicate: "duplicate"
    case .halted: "halted"
    case .reducingOnly: "reducing only"
    }
  }

  /// Why an order did not pass.
  package var sentence: String {
    switch rule {
    case .noPrice: "No price of the instrument has been seen yet."
    case .stalePrice: "The last price of the instrument is too old."
    case .instrumentPaused: "The instrument is paused, because its data were found bad."
    case .unknownInstrument: "The instrument is not part of the run."
    case .quantityZero: "The order asks for nothing."
    case .priceOutOfRange: "The order's price is beyond what the instrument can quote."
    case .wouldNotReduce: "The order may only reduce, and would open or turn the position."
    case .bracketInverted: "The bracket's stop or target is on the wrong side of its entry."
    case .bracketIncomplete: "Another order of the same bracket was denied."
    case .priceCollar: "The limit is too far from the last price of the instrument."
    case .orderQuantity: "The order asks for more than one order may."
    case .orderNotional: "The order is worth more than one order may be."
    case .positionQuantity: "The position could become larger than it may be."
    case .positionNotional: "The position could become worth more than it may be."
    case .restricted: "The instrument is on the restricted list."
    case .grossExposure:
      "All positions of the strategy together could become worth more than they may be."
    case .margin: "The position needs more margin than the strategy has equity."
    case .cash: "The purchase needs more cash than the strategy has equity."
    case .strategyDrawdown:
      "The strategy is too far below its highest equity, and may only reduce."
    case .totalDrawdown:
      "All strategies together are too far below their highest equity, and may only reduce."
    case .dailyLoss:
      "The strategy has lost too much since the UTC day began, and may only reduce."
    case .orderRate: "The strategy has sent too many orders within a minute."
    case .workingOrders: "Too many orders of the strategy are working at once."
    case .duplicate: "The order is the same as the one before it, at the same instant."
    case .halted: "Trading is halted."
    case .reducingOnly: "Only orders that reduce a position are let by."
    }
  }

  /// In what the rule's limit and value are counted.
  package var unit: Unit {
    switch rule {
    case .noPrice, .instrumentPaused, .unknownInstrument, .wouldNotReduce, .bracketInverted,
      .bracketIncomplete, .restricted, .halted, .reducingOnly:
      .none
    case .stalePrice: .time
    case .priceOutOfRange: .price
    case .quantityZero, .orderQuantity, .positionQuantity: .quantity
    case .orderNotional, .positionNotional, .grossExposure, .margin, .cash: .money
    case .priceCollar, .strategyDrawdown, .totalDrawdown, .dailyLoss: .share
    case .orderRate, .workingOrders, .duplicate: .count
    }
  }

  /// A limit or a value of the rule with its unit, exact; nil where the rule counts nothing.
  func text(_ value: Int128, _ terms: InstrumentTerms, _ figures: Figures) -> String? {
    switch unit {
    case .none: nil
    case .count: "\(value)"
    case .price:
      FixedDecimal.text(of: value * Int128(terms.tick.coefficient), scale: terms.tick.scale)
        + " " + terms.currency.code
    case .quantity:
      FixedDecimal.text(of: value * Int128(terms.lot.coefficient), scale: terms.lot.scale)
    case .money: figures.short(value) + " " + figures.currency.code
    case .share: Figures.percent(billionths: value)
    case .time: Self.seconds(value)
    }
  }

  /// Nanoseconds as seconds: `60 s`.
  static func seconds(_ nanoseconds: Int128) -> String {
    Figures.trimmed(FixedDecimal.text(of: nanoseconds, scale: 9), keeping: 0) + " s"
  }
}
