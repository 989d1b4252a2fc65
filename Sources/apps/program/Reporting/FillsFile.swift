package import OmniBacktest
import OmniKernel
import OmniModel

/// The fills of a run as comma-separated text, in order of happening.
package enum FillsFile {
  /// Writes `results`' fills to `path`: the bar's number, side, quantity and price, all exact.
  package static func write(_ results: RunResults, to path: String) throws {
    let terms = results.plan.instruments.map(\.terms)
    try OutputFile.write(path) { sink in
      sink("bar,side,quantity,price\n")
      for row in results.fills {
        let own = terms[Int(row.order.instrument.index)]
        sink(
          CSVLines.line([
            "\(row.bar)", row.order.side == .buy ? "buy" : "sell", own.text(row.fill.quantity),
            own.text(row.fill.price),
          ]))
      }
    }
  }
}
