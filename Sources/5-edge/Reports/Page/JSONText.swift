/// JSON that can stand inside a `script` element, built only from escaped parts.
package struct JSONText {
  /// The JSON.
  package private(set) var text: String

  /// A string.
  package init(_ string: String) { text = Escape.json(string) }

  /// A whole number.
  package init(_ number: Int64) { text = String(number) }

  /// A statistic, rounded; `null` when it is not finite.
  package init(_ number: Double, decimals: Int) {
    text = number.isFinite ? NumberFormat.plain(number, decimals: decimals) : "null"
  }

  /// A list.
  package init(_ elements: some Sequence<JSONText>) {
    text = "["
    var isFirst = true
    for element in elements {
      if !isFirst { text += "," }
      isFirst = false
      text += element.text
    }
    text += "]"
  }

  /// An object, in the order given.
  package init(_ members: KeyValuePairs<StaticString, JSONText>) {
    text = "{"
    for (index, (key, value)) in members.enumerated() {
      if index > 0 { text += "," }
      text += "\"\(key)\":\(value.text)"
    }
    text += "}"
  }
}
