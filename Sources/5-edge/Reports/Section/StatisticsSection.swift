/// The strategies beside each other, and groups of statistics.
enum StatisticsSection {
  static func writeComparison(_ comparison: RunReport.Comparison, into page: inout HTMLWriter) {
    page.card("Strategies", id: "strategies") { page in
      if comparison.rows.isEmpty {
        page.empty("No comparison of strategies was handed to this report.")
        return
      }
      page.table("Strategies beside each other", isSortable: true) { page in
        page.element("thead") { page in
          page.element("tr") { page in
            page.element("th", ["scope": "col", "class": "left"], text: "Strategy")
            for column in comparison.columns {
              let note = column.note.isEmpty ? nil : column.note
              page.element("th", ["scope": "col", "title": note]) { page in
                page.text(column.label)
                if !column.unit.isEmpty {
                  page.element("span", ["class": "unit"], text: " \(column.unit)")
                }
              }
            }
          }
        }
        page.element("tbody") { page in
          for row in comparison.rows {
            write(row, count: comparison.columns.count, into: &page)
          }
        }
      }
    }
  }

  private static func write(
    _ row: RunReport.Comparison.Row, count: Int, into page: inout HTMLWriter
  ) {
    page.element("tr") { page in
      page.rowHead(row.name, note: row.note)
      for index in 0..<count {
        page.element("td") { page in
          let cell = index < row.cells.count ? row.cells[index] : .init(nil)
          page.figure(cell.text, sign: cell.sign)
        }
      }
    }
  }

  static func write(_ groups: [RunReport.FigureGroup], into page: inout HTMLWriter) {
    page.card("Statistics", id: "statistics") { page in
      if groups.isEmpty { page.empty("No statistics were handed to this report.") }
      page.element("div", ["class": "groups"]) { page in
        for group in groups {
          page.element("div") { page in
            page.element("h3", text: group.title)
            page.table(group.title) { page in
              page.element("tbody") { page in
                for figure in group.figures { write(figure, into: &page) }
              }
            }
          }
        }
      }
    }
  }

  private static func write(_ figure: RunReport.Figure, into page: inout HTMLWriter) {
    page.element("tr") { page in
      page.element("th", ["scope": "row"]) { page in
        page.text(figure.label)
        if !figure.note.isEmpty { page.element("small", text: figure.note) }
      }
      page.element("td") { page in
        page.figure(figure.text, unit: figure.unit, sign: figure.sign)
      }
    }
  }
}
