/// Writes elements that are always closed and text that is always escaped.
package struct HTMLWriter {
  private var buffer = ""

  package init() {}

  /// Hands over what was written so far and starts afresh.
  package mutating func drain() -> String {
    defer { buffer = "" }
    return buffer
  }

  /// Writes an element with attributes; an attribute whose value is `nil` is left out.
  package mutating func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:],
    _ body: (inout HTMLWriter) -> Void
  ) {
    open(name, attributes)
    buffer += ">"
    body(&self)
    buffer += "</\(name)>"
  }

  /// Writes an element that holds only text.
  package mutating func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], text: String
  ) {
    element(name, attributes) { $0.text(text) }
  }

  /// Writes an element without content, in the form that HTML and SVG both read.
  package mutating func void(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:]
  ) {
    open(name, attributes)
    buffer += "/>"
  }

  /// Writes text, escaped.
  package mutating func text(_ text: String) {
    buffer += Escape.html(text)
  }

  /// Writes markup of the module's own, as it is.
  package mutating func markup(_ markup: StaticString) {
    buffer += "\(markup)"
  }

  /// Writes the module's stylesheet.
  package mutating func style() {
    buffer += "<style>\n" + Theme.css + Stylesheet.text + "</style>"
  }

  /// Writes the module's script.
  package mutating func script() {
    buffer += "<script>\n" + Script.text + "</script>\n"
  }

  /// Writes data for the script: `json` has to come from ``JSONText``.
  package mutating func data(id: String, _ json: JSONText) {
    buffer += "<script type=\"application/json\" id=\"\(Escape.html(id))\">"
    buffer += json.text
    buffer += "</script>\n"
  }

  /// Ends the line, so that the source can be read.
  package mutating func line() { buffer += "\n" }

  private mutating func open(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?>
  ) {
    buffer += "<\(name)"
    for (key, value) in attributes {
      guard let value else { continue }
      buffer += " \(key)=\"\(Escape.html(value))\""
    }
  }
}
