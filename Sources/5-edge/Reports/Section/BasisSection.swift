/// On what the figures rest: assumptions, limits in force, and the data.
enum BasisSection {
  static func writeAssumptions(
    _ assumptions: [RunReport.Statement], into page: inout HTMLWriter
  ) {
    page.card("Assumptions", id: "assumptions") { page in
      if assumptions.isEmpty {
        page.empty("No assumptions were stated; do not take that to mean that there are none.")
        return
      }
      page.element("dl", ["class": "statements"]) { page in
        for assumption in assumptions {
          page.element("div") { page in
            page.element("dt", text: assumption.topic)
            page.element("dd", text: assumption.text)
          }
        }
      }
    }
  }

  static func writeLimits(_ limits: [RunReport.RiskLimit], into page: inout HTMLWriter) {
    page.card("Risk limits in force", id: "limits") { page in
      if limits.isEmpty {
        page.empty("No risk limits were handed to this report.")
        return
      }
      page.table("Risk limits in force") { page in
        let isReachedKnown = limits.contains { $0.reached != nil }
        page.head(
          [("<Rule", ""), ("<Scope", ""), ("Limit", "")]
            + (isReachedKnown ? [("Highest reached", "")] : []))
        page.element("tbody") { page in
          for limit in limits {
            page.element("tr") { page in
              page.rowHead(limit.rule)
              page.element("td", ["class": "text"], text: limit.scope)
              page.element("td") { $0.figure(limit.limit, unit: limit.unit) }
              if isReachedKnown {
                page.element("td") { $0.figure(limit.reached, unit: limit.unit) }
              }
            }
          }
        }
      }
    }
  }

  static func writeSources(_ sources: [RunReport.DataSource], into page: inout HTMLWriter) {
    page.card("Data", id: "data") { page in
      if sources.isEmpty { page.empty("The origin of the data was not recorded.") }
      for source in sources { write(source, into: &page) }
    }
  }

  private static func write(_ source: RunReport.DataSource, into page: inout HTMLWriter) {
    page.element("div", ["class": "source"]) { page in
      page.element("h3", text: source.name)
      if !source.note.isEmpty { page.element("p", ["class": "note"], text: source.note) }
      page.element("dl", ["class": "statements"]) { page in
        fact("Version", source.version, into: &page)
        fact("Licence", source.licence, into: &page)
        fact("Rows read", source.rowsRead.map { NumberFormat.count($0) }, into: &page)
        fact("Span", span(source), into: &page)
        fact("SHA-256", source.sha256, isCode: true, into: &page)
      }
      if source.faults.isEmpty {
        page.empty("Faults in this data were not looked for.")
        return
      }
      page.table("Faults found in \(source.name)") { page in
        page.head([("<Looked for", ""), ("Found", ""), ("<What was done", "")])
        page.element("tbody") { page in
          for fault in source.faults {
            page.element("tr") { page in
              page.rowHead(fault.kind)
              page.element("td", text: NumberFormat.count(fault.count))
              page.element("td", ["class": "text"], text: fault.note)
            }
          }
        }
      }
    }
  }

  private static func span(_ source: RunReport.DataSource) -> String? {
    guard let from = source.from, let to = source.to else { return nil }
    return "\(CivilTime(from).text) – \(CivilTime(to).text) UTC"
  }

  private static func fact(
    _ label: String, _ value: String?, isCode: Bool = false, into page: inout HTMLWriter
  ) {
    page.element("div") { page in
      page.element("dt", text: label)
      page.element("dd") { page in
        guard isCode, let value else {
          page.text(value ?? NumberFormat.unknown)
          return
        }
        page.element("code", text: value)
      }
    }
  }
}
