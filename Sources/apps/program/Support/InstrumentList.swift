import OmniModel
import OmniMoney

/// The built-in instruments, for whoever looks for a symbol.
enum InstrumentList {
  static func show(_ isJSON: Bool, _ console: Console) {
    let instruments = InstrumentCatalogue.builtIn.instruments
    if isJSON {
      console.print(JSONText.object([("instruments", .list(instruments.map(json)))]).text)
      return
    }
    let width = (instruments.map(\.symbol.count).max() ?? 0) + 2
    for instrument in instruments {
      let terms = instrument.terms
      console.print(
        instrument.symbol + String(repeating: " ", count: width - instrument.symbol.count)
          + "\(instrument.name); tick \(terms.tick), lot \(terms.lot), \(terms.currency), "
          + "fees \(rate(terms.makerFee)) / \(rate(terms.takerFee)), leverage \(terms.leverageMax)")
    }
  }

  private static func rate(_ rate: Rate) -> String {
    FixedDecimal.text(of: Int128(rate.billionths), scale: 9)
  }

  private static func json(_ instrument: Instrument) -> JSONText {
    let terms = instrument.terms
    return .object([
      ("symbol", .text(instrument.symbol)), ("name", .text(instrument.name)),
      ("tick", .text("\(terms.tick)")), ("lot", .text("\(terms.lot)")),
      ("currency", .text("\(terms.currency)")),
      ("settlement", .text("\(terms.settlement)")),
      ("maker_fee", .text(rate(terms.makerFee))), ("taker_fee", .text(rate(terms.takerFee))),
      ("leverage_max", .count(terms.leverageMax)),
    ])
  }
}
