/// A run as one HTML file that needs no network.
///
/// The file holds its styles, its script, its charts (inline SVG, visible without the script) and
/// its data. It works from a folder, in light and dark, on a phone, on paper, and with a screen
/// reader. The same report gives the same bytes on every machine.
public struct HTMLReport: Sendable {
  /// How much is drawn and shown.
  public struct Limits: Sendable, Equatable {
    /// Points drawn of one curve.
    public var pointsPerCurve = 1_000
    /// Candles drawn of one instrument.
    public var candlesPerChart = 220
    /// Rows of a long table that are shown at a time.
    public var rowsPerPage = 50

    /// Creates the usual limits.
    public init() {}
  }

  private let report: RunReport
  private let limits: Limits

  /// Prepares the page of `report`.
  public init(_ report: RunReport, limits: Limits = Limits()) {
    self.report = report
    self.limits = limits
  }

  /// Returns the whole page.
  ///
  /// - Complexity: O(points + bars + fills); the text is held in memory once.
  public func render() -> String {
    var result = ""
    render { result += $0 }
    return result
  }

  /// Hands the page to `sink` in chunks, one for each section.
  public func render(into sink: (String) -> Void) {
    var page = HTMLWriter()
    sink("<!doctype html>\n<html lang=\"en\">\n")
    PageFrame.writeHead(report, into: &page)
    page.markup("<body><a class=\"skip\" href=\"#main\">Skip to the content</a>\n")
    PageFrame.writeShapes(into: &page)
    PageFrame.writeTop(report, into: &page)
    page.markup("<div class=\"body\">\n")
    PageFrame.writeContents(into: &page)
    page.markup("<main id=\"main\">\n")
    sink(page.drain())
    for section in sections {
      section(&page)
      sink(page.drain())
    }
    PageFrame.writeFoot(report, into: &page)
    page.markup("</main></div>\n")
    page.script()
    page.markup("</body></html>\n")
    sink(page.drain())
  }

  private var sections: [(inout HTMLWriter) -> Void] {
    let rows = max(limits.rowsPerPage, 1)
    return [
      { SummarySection.write(report, into: &$0) },
      { EquitySection.write(report, limit: max(limits.pointsPerCurve, 8), into: &$0) },
      { PriceSection.write(report, candlesMax: max(limits.candlesPerChart, 2), into: &$0) },
      { MonthlySection.write(report, into: &$0) },
      { StatisticsSection.writeComparison(report.comparison, into: &$0) },
      { StatisticsSection.write(report.statistics, into: &$0) },
      { TradesSection.writeFills(report, rows: rows, into: &$0) },
      { TradesSection.writeOrders(report, rows: rows, into: &$0) },
      { TradesSection.writeDenials(report, rows: rows, into: &$0) },
      { LedgerSection.write(report, into: &$0) },
      { BasisSection.writeAssumptions(report.assumptions, into: &$0) },
      { BasisSection.writeSources(report.sources, into: &$0) },
      { BasisSection.writeLimits(report.limits, into: &$0) },
    ]
  }
}
