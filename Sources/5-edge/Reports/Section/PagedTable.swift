/// A long table: its first rows as markup, all of them as data for the script.
///
/// Four numbers: up to about 10,000 rows, ten columns, once a page, drawn in pages of fifty. The
/// data is by column; a column with few different texts holds them once and refers to them.
struct PagedTable {
  /// What a column holds; it decides alignment, order and filter.
  enum Kind: String {
    /// Nanoseconds since 1970.
    case time
    /// One of a few texts, offered as a filter.
    case choice
    /// Any text.
    case text
    /// A figure.
    case number
  }

  struct Column {
    let label: String
    var unit = ""
    let kind: Kind
    /// The texts, one for each row.
    let cells: [String?]
  }

  let id: String
  let caption: String
  let columns: [Column]
  let rowsPerPage: Int

  private var count: Int { columns.first?.cells.count ?? 0 }

  func write(into page: inout HTMLWriter) {
    let shown = min(count, rowsPerPage)
    page.element(
      "div", ["class": "paged", "data-rows": id, "data-size": String(rowsPerPage)]
    ) { page in
      page.table(caption) { page in
        page.head(
          columns.map { column in
            (column.kind == .number ? column.label : "<" + column.label, column.unit)
          })
        page.element("tbody") { page in
          for row in 0..<shown {
            page.element("tr") { page in
              for column in columns { write(column.cells[row], column, into: &page) }
            }
            page.line()
          }
        }
      }
      page.element("p", ["class": "pager", "aria-live": "polite"]) { page in
        page.element(
          "span",
          text: "Rows 1 – \(NumberFormat.count(shown)) of \(NumberFormat.count(count))")
      }
    }
    page.data(id: "rows-\(id)", data)
  }

  private func write(_ cell: String?, _ column: Column, into page: inout HTMLWriter) {
    guard let cell, !cell.isEmpty else {
      page.element("td", ["class": column.kind.rawValue], text: NumberFormat.unknown)
      return
    }
    let at = column.kind == .time ? Int64(cell) : nil
    page.element(
      "td", ["class": column.kind.rawValue],
      text: at.map { CivilTime($0).text } ?? cell)
  }

  private var data: JSONText {
    JSONText(
      columns.map { column in
        let isChoice = column.kind == .choice
        return JSONText([
          "label": JSONText(column.label), "unit": JSONText(column.unit),
          "kind": JSONText(column.kind.rawValue),
          isChoice ? "pool" : "cells": isChoice
            ? pool(column.cells).texts : JSONText(column.cells.map { JSONText($0 ?? "") }),
          "index": isChoice ? pool(column.cells).index : JSONText([]),
        ])
      })
  }

  private func pool(_ cells: [String?]) -> (texts: JSONText, index: JSONText) {
    var texts: [String] = []
    var places: [String: Int] = [:]
    let index = cells.map { cell -> JSONText in
      let text = cell ?? ""
      if let place = places[text] { return JSONText(Int64(place)) }
      places[text] = texts.count
      texts.append(text)
      return JSONText(Int64(texts.count - 1))
    }
    return (JSONText(texts.map { JSONText($0) }), JSONText(index))
  }
}
