import OmniReports
import Testing

@Suite("HTMLReport")
struct HTMLReportTests {
  // MARK: Examples

  @Test func `a report shows what it was given`() {
    let page = HTMLReport(sample(fills: 30)).render()

    for text in [
      "EMA cross", "BACKTEST", "790,434.77", "▼ ", "✓ yes", "2021-12-31 23:01:00", "RSK-002",
      "Assets:Cash", "MIT", "+1.25", "30 fills, each a triangle", "omni backtest",
    ] {
      #expect(page.contains(text), "\(text) is missing")
    }
  }

  @Test func `a report of nothing says so and shows no zero for what is unknown`() {
    let page = HTMLReport(RunReport(title: "Nothing")).render()

    for sentence in [
      "No equity curve was recorded.", "No fills were handed to this report.",
      "Whether orders were denied was not recorded.", "No price charts were handed",
      "No monthly returns were handed", "The origin of the data was not recorded.",
      "No assumptions were stated;", "— not checked",
    ] {
      #expect(page.contains(sentence), "\(sentence) is missing")
    }
    #expect(page.contains("<dt>Events</dt><dd>—</dd>"))
    #expect(!page.contains(">0<"))
    #expect(imbalance(of: page) == nil)
  }

  @Test func `a run that filled nothing is told from one whose fills are not known`() {
    var report = RunReport(title: "Quiet")
    report.facts.fills = 0
    report.denials = []
    let page = HTMLReport(report).render()
    #expect(page.contains("Nothing was filled in this run."))
    #expect(page.contains("The risk gate denied no order."))
  }

  @Test func `many fills are drawn once for each candle and side, and the cut is said`() {
    let page = HTMLReport(sample(fills: 900)).render()
    #expect(page.contains("900 fills in "))
    #expect(page.contains("Showing the last 40 of 900 fills."))
    #expect(page.contains("Rows 1 – 50 of 900"))
    #expect(imbalance(of: page) == nil)
  }

  @Test func `a gap in the prices is shaded and counted`() {
    var report = sample(fills: 10)
    report.instruments[0].bars.removeSubrange(400..<700)
    let page = HTMLReport(report).render()
    #expect(page.contains("1 gap without bars, the longest 5\u{00A0}h"))
    #expect(page.contains("class=\"gap\""))
  }

  @Test func `a check that fails is shown with what was found`() {
    var report = sample(fills: 1)
    report.facts.ledger = .fails("0.01 USDT")
    #expect(HTMLReport(report).render().contains("✗ no: 0.01 USDT"))
  }

  @Test func `values that are not finite and instants at the ends of time do not trap`() {
    var report = sample(fills: 5)
    report.whole?.equity = [
      .init(at: .min, .nan), .init(at: 0, .infinity), .init(at: .max, 1),
    ]
    report.instruments[0].bars.append(.init(at: .max, open: .nan, high: 1, low: 1, close: 1))
    report.instruments[0].interval = .max
    report.fills[0].price = "market"
    report.fills[1].at = .max
    report.monthly[0].years[0].months = [.nan, nil]
    report.facts.from = .min
    report.facts.to = .max
    #expect(imbalance(of: HTMLReport(report).render()) == nil)
  }

  // MARK: Promises

  @Test func `the same report gives the same bytes, whole or in chunks`() {
    let report = HTMLReport(sample(fills: 200))
    var chunks: [String] = []
    report.render { chunks.append($0) }
    #expect(report.render() == chunks.joined())
    #expect(report.render() == HTMLReport(sample(fills: 200)).render())
    #expect(chunks.count > 10)
  }

  @Test func `the page names no address outside itself`() {
    let page = HTMLReport(sample(fills: 50)).render()
    for address in ["http://", "https://", "@import", "url(", "src=", "<link", "fetch("] {
      #expect(!page.contains(address), "\(address)")
    }
    #expect(page.contains("default-src &#39;none&#39;"))
  }

  @Test func `tags are balanced, ids are unique and every anchor has a target`() {
    let page = HTMLReport(sample(fills: 300)).render()
    #expect(imbalance(of: page) == nil)

    let ids = values(of: " id=\"", in: page)
    #expect(Set(ids).count == ids.count)
    for anchor in values(of: "href=\"#", in: page) {
      #expect(ids.contains(anchor), "\(anchor) has no target")
    }
  }

  @Test func `header cells have a scope, charts a name and a table twin`() {
    let page = HTMLReport(sample(fills: 300)).render()
    #expect(!page.contains("<th>") && !page.contains("<th class"))
    let charts = page.components(between: "<figure", and: "</figure>")
    #expect(charts.count >= 5)
    for chart in charts {
      #expect(chart.contains("role=\"img\" aria-label=\""))
      #expect(chart.contains("<figcaption><h3>") && chart.contains("<details class=\"twin\">"))
    }
  }

  @Test func `no hostile text becomes markup or code`() {
    let hostile = [
      "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\" onload=\"x", "<!--",
      "]]>", "a' b=\"c", "\u{2028}\u{2029}\u{0}\u{202E}", "&lt;", "</title></style></svg>",
      "\\u003c/script>",
    ]
    let plain = HTMLReport(poisoned(with: "x", count: 60)).render()
    for text in hostile {
      let page = HTMLReport(poisoned(with: text, count: 60)).render()
      #expect(imbalance(of: page) == nil, "\(text)")
      for tag in ["<script", "</script", "<img", "<!--", "</style", "onload=\"", "<svg", "</title"]
      {
        #expect(
          occurrences(of: tag, in: page) == occurrences(of: tag, in: plain), "\(tag): \(text)")
      }
      #expect(!page.unicodeScalars.contains { $0 == "\u{0}" || $0 == "\u{202E}" })
    }
  }

  @Test func `text is escaped for markup and for data`() {
    #expect(Escape.html("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;")
    #expect(Escape.json("</script>\n\"\\") == "\"\\u003c/script\\u003e\\n\\\"\\\\\"")
    #expect(Escape.json("\u{2028}\u{1}") == "\"\\u2028\u{FFFD}\"")
    #expect(Escape.html("plain — ▲") == "plain — ▲")
  }

  @Test func `texts stand out from what they are written on`() {
    func color(_ name: String, _ isDark: Bool) -> String {
      let token = Theme.tokens.first { $0.name == name }
      return (isDark ? token?.dark : token?.light) ?? ""
    }
    for isDark in [true, false] {
      for name in ["text", "dim", "faint", "accent", "up", "down", "warn"] {
        for ground in ["panel", "ground"] {
          let ratio = contrast(color(name, isDark), color(ground, isDark))
          #expect(ratio >= 4.5, "\(name) on \(ground), dark \(isDark): \(ratio)")
        }
      }
      for name in ["accent", "down", "s0", "s1", "s2", "s3", "s4", "s5"] {
        let ratio = contrast(color("on", isDark), color(name, isDark))
        #expect(ratio >= 4.5, "label on \(name), dark \(isDark): \(ratio)")
      }
    }
  }
}
