/// The colours of the page, dark and light.
///
/// Where a colour of the design is too faint for text of this size (contrast under 4.5 : 1), it is
/// a step stronger here; a test computes the contrasts.
package enum Theme {
  /// A colour by its name.
  package struct Token: Sendable {
    package let name: String
    package let dark: String
    package let light: String
  }

  package static let tokens: [Token] = [
    Token(name: "ground", dark: "#0e1116", light: "#f6f7f9"),
    Token(name: "panel", dark: "#151a21", light: "#ffffff"),
    Token(name: "raised", dark: "#1c232d", light: "#ffffff"),
    Token(name: "line", dark: "#263040", light: "#dfe3e8"),
    Token(name: "text", dark: "#e6eaf0", light: "#12161b"),
    Token(name: "dim", dark: "#9aa7b5", light: "#4a5560"),
    Token(name: "faint", dark: "#8491a0", light: "#626d78"),
    Token(name: "accent", dark: "#4da3ff", light: "#0b66d8"),
    Token(name: "up", dark: "#2fbf8f", light: "#087a54"),
    Token(name: "down", dark: "#f0616d", light: "#c8323f"),
    Token(name: "warn", dark: "#f2b544", light: "#965a00"),
    Token(name: "on", dark: "#08110d", light: "#ffffff"),
    Token(name: "s0", dark: "#4da3ff", light: "#0b66d8"),
    Token(name: "s1", dark: "#f2b544", light: "#965a00"),
    Token(name: "s2", dark: "#c58cff", light: "#7b3fd1"),
    Token(name: "s3", dark: "#2fbf8f", light: "#087a54"),
    Token(name: "s4", dark: "#ff8fa3", light: "#b3265c"),
    Token(name: "s5", dark: "#9aa7b5", light: "#4a5560"),
    Token(name: "s6", dark: "#4fd1d9", light: "#0b6b78"),
    Token(name: "s7", dark: "#e0a37c", light: "#8a4b22"),
    Token(name: "gain-tint", dark: "47 191 143", light: "10 143 99"),
    Token(name: "loss-tint", dark: "240 97 109", light: "200 50 63"),
  ]

  /// Light unless the reader's system or choice says dark; always light on paper.
  static var css: String {
    let dark = tokens.map { "--\($0.name):\($0.dark)" }.joined(separator: ";")
    let light = tokens.map { "--\($0.name):\($0.light)" }.joined(separator: ";")
    return """
      :root{color-scheme:light;\(light)}
      @media screen and (prefers-color-scheme:dark){
      :root:not([data-theme=light]){color-scheme:dark;\(dark)}}
      @media screen{:root[data-theme=dark]{color-scheme:dark;\(dark)}}

      """
  }
}
