/// The figures that matter, what was checked, and what has to be known first.
enum SummarySection {
  static func write(_ report: RunReport, into page: inout HTMLWriter) {
    if !report.warnings.isEmpty { writeWarnings(report.warnings, into: &page) }
    page.card("Summary", id: "summary", note: span(report.facts)) { page in
      if report.headline.isEmpty {
        page.empty("No figures were handed to this report.")
      } else {
        writeHeadline(report.headline, into: &page)
      }
      writeFacts(report.facts, into: &page)
    }
  }

  private static func writeWarnings(
    _ warnings: [RunReport.Statement], into page: inout HTMLWriter
  ) {
    page.element("section", ["class": "card warnings", "aria-label": "Warnings"]) { page in
      for warning in warnings {
        page.element("p") { page in
          page.element("b", text: "⚠ \(warning.topic)")
          page.text(" \(warning.text)")
        }
      }
    }
    page.line()
  }

  private static func writeHeadline(
    _ figures: [RunReport.Figure], into page: inout HTMLWriter
  ) {
    for (part, size) in [(figures.prefix(3), "large"), (figures.dropFirst(3), nil)]
    where !part.isEmpty {
      page.element("dl", ["class": "headline"]) { page in
        for figure in part {
          let note = figure.note.isEmpty ? nil : figure.note
          page.element("div", ["class": size, "title": note]) { page in
            page.element("dt", text: figure.label)
            page.element("dd") { page in
              page.figure(figure.text, unit: figure.unit, sign: figure.sign)
            }
          }
        }
      }
    }
  }

  private static func writeFacts(_ facts: RunReport.Facts, into page: inout HTMLWriter) {
    page.element("dl", ["class": "facts"]) { page in
      count("Events", facts.events, into: &page)
      count("Orders", facts.orders, into: &page)
      count("Fills", facts.fills, into: &page)
      fact("Fill policy", facts.fillPolicy, into: &page)
      check("Replay identical", facts.replay, into: &page)
      check("Ledger balanced", facts.ledger, into: &page)
      page.element("div", ["title": facts.digest]) { page in
        page.element("dt", text: "Digest")
        page.element("dd") { page in
          page.element("code", text: facts.digest.map(short) ?? NumberFormat.unknown)
        }
      }
    }
  }

  private static func span(_ facts: RunReport.Facts) -> String {
    guard let from = facts.from, let to = facts.to else { return "span unknown" }
    let (length, isTooLong) = to.subtractingReportingOverflow(from)
    let size = isTooLong || length < 0 ? "" : " · \(CivilTime.span(length))"
    return "\(CivilTime(from).text) – \(CivilTime(to).text) UTC\(size)"
  }

  private static func short(_ digest: String) -> String {
    digest.count > 16 ? "\(digest.prefix(8))…\(digest.suffix(4))" : digest
  }

  private static func count(_ label: String, _ value: Int?, into page: inout HTMLWriter) {
    page.element("div", ["title": value.map { NumberFormat.count($0) }]) { page in
      page.element("dt", text: label)
      page.element("dd", text: value.map(NumberFormat.si) ?? NumberFormat.unknown)
    }
  }

  private static func fact(_ label: String, _ value: String?, into page: inout HTMLWriter) {
    page.element("div") { page in
      page.element("dt", text: label)
      page.element("dd", text: value ?? NumberFormat.unknown)
    }
  }

  private static func check(
    _ label: String, _ check: RunReport.Check, into page: inout HTMLWriter
  ) {
    page.element("div") { page in
      page.element("dt", text: label)
      switch check {
      case .holds: page.element("dd", ["class": "up"], text: "✓ yes")
      case .fails(let found): page.element("dd", ["class": "down"], text: "✗ no: \(found)")
      case .notChecked: page.element("dd", text: "\(NumberFormat.unknown) not checked")
      }
    }
  }
}
