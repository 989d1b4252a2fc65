/// Head, top bar, table of contents and foot of the page.
enum PageFrame {
  /// The anchors, in the order of the sections.
  static let contents: [(id: String, label: String)] = [
    ("summary", "Summary"), ("equity", "Equity"), ("prices", "Prices and fills"),
    ("months", "Monthly returns"), ("strategies", "Strategies"), ("statistics", "Statistics"),
    ("fills", "Fills"), ("orders", "Orders"), ("denied", "Denied orders"),
    ("ledger", "Trial balance"), ("assumptions", "Assumptions"), ("data", "Data"),
    ("limits", "Risk limits"),
  ]

  /// What the page may load: nothing but its own styles, its own script and embedded images.
  static let policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    + "base-uri 'none'; form-action 'none'"

  static func writeHead(_ report: RunReport, into page: inout HTMLWriter) {
    page.element("head") { page in
      page.void("meta", ["charset": "utf-8"])
      page.void("meta", ["http-equiv": "Content-Security-Policy", "content": policy])
      page.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
      page.void("meta", ["name": "color-scheme", "content": "light dark"])
      page.void("meta", ["name": "referrer", "content": "no-referrer"])
      page.element("title", text: "\(report.title) · \(report.mode)")
      page.style()
    }
    page.line()
  }

  static func writeTop(_ report: RunReport, into page: inout HTMLWriter) {
    page.element("header", ["class": "top"]) { page in
      page.element("span", ["class": "mark"], text: "OMNI")
      page.element("span", ["class": "mode"], text: "▣ \(report.mode)")
      page.element("div", ["class": "titles"]) { page in
        page.element("h1", text: report.title)
        if !report.subtitle.isEmpty { page.element("p", text: report.subtitle) }
      }
      page.element("div", ["class": "buttons", "id": "buttons"], text: "")
    }
    page.line()
  }

  static func writeContents(into page: inout HTMLWriter) {
    page.element("nav", ["aria-label": "Contents"]) { page in
      page.element("ul") { page in
        for entry in contents {
          page.element("li") { page in
            page.element("a", ["href": "#\(entry.id)"], text: entry.label)
          }
        }
      }
    }
    page.line()
  }

  static func writeFoot(_ report: RunReport, into page: inout HTMLWriter) {
    page.element("footer") { page in
      page.element("dl", ["class": "statements"]) { page in
        for (label, value) in [
          ("Made by", report.facts.command), ("Digest of the run", report.facts.digest),
        ] {
          page.element("div") { page in
            page.element("dt", text: label)
            page.element("dd") { $0.element("code", text: value ?? NumberFormat.unknown) }
          }
        }
      }
      page.element("p", ["class": "note"]) { page in
        page.text("Times are UTC. This file is complete in itself and loads nothing. ")
        page.text("Not known is \(NumberFormat.unknown), never zero.")
      }
    }
    page.line()
  }

  /// The triangles that charts refer to, in three sizes, with their tips at the origin.
  static func writeShapes(into page: inout HTMLWriter) {
    page.element("svg", ["class": "shapes", "aria-hidden": "true"]) { page in
      page.element("defs") { page in
        for (size, half) in [(1, 4), (2, 5), (3, 6)] {
          let tall = half * 2 - 1
          page.void(
            "path", ["class": "shape", "id": "buy\(size)", "d": "M0 0L\(half) \(tall)H-\(half)Z"])
          page.void(
            "path", ["class": "shape", "id": "sell\(size)", "d": "M0 0L\(half) -\(tall)H-\(half)Z"])
        }
      }
    }
    page.line()
  }
}
