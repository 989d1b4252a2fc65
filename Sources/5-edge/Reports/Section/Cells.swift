/// The small parts that the sections share.
extension HTMLWriter {
  /// Writes a card with a heading.
  mutating func card(
    _ title: String, id: String, note: String = "", _ body: (inout HTMLWriter) -> Void
  ) {
    element("section", ["class": "card", "id": id, "aria-labelledby": "\(id)-title"]) { page in
      page.element("h2", ["id": "\(id)-title"]) { page in
        page.text(title)
        if !note.isEmpty { page.element("span", ["class": "unit"], text: note) }
      }
      body(&page)
    }
    line()
  }

  /// Writes one sentence in place of what is absent.
  mutating func empty(_ sentence: String) {
    element("p", ["class": "empty"], text: sentence)
  }

  /// Writes a figure with arrow, sign and unit; `—` when it is not known.
  mutating func figure(_ text: String?, unit: String = "", sign: RunReport.Sign = .none) {
    guard let text, !text.isEmpty else {
      self.text(NumberFormat.unknown)
      return
    }
    let kind: String? =
      switch sign {
      case .positive: "up"
      case .negative: "down"
      case .none: nil
      }
    element("span", ["class": kind]) { page in
      if sign != .none {
        page.element("span", ["class": "arrow"], text: sign == .positive ? "▲ " : "▼ ")
      }
      page.text(text)
    }
    if !unit.isEmpty { element("span", ["class": "unit"], text: "\u{00A0}\(unit)") }
  }

  /// Writes the head of a table; a column that begins with `<` is aligned to the left.
  mutating func head(_ columns: [(label: String, unit: String)]) {
    element("thead") { page in
      page.element("tr") { page in
        for column in columns {
          let isLeft = column.label.hasPrefix("<")
          page.element("th", ["scope": "col", "class": isLeft ? "left" : nil]) { page in
            page.text(isLeft ? String(column.label.dropFirst()) : column.label)
            if !column.unit.isEmpty {
              page.element("span", ["class": "unit"], text: " \(column.unit)")
            }
          }
        }
      }
    }
  }

  /// Writes a table inside a frame that scrolls, with a caption for those who cannot see it.
  mutating func table(
    _ caption: String, isSortable: Bool = false, _ body: (inout HTMLWriter) -> Void
  ) {
    element(
      "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": caption]
    ) { page in
      page.element("table", ["class": isSortable ? "sortable" : nil]) { page in
        page.element("caption", text: caption)
        body(&page)
      }
    }
  }

  /// Writes the first cell of a row, with a tooltip where there is a note.
  mutating func rowHead(_ text: String, note: String = "") {
    element("th", ["scope": "row", "title": note.isEmpty ? nil : note], text: text)
  }
}
