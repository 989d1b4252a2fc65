// What the tests know of markup: enough to see a tag that is not closed.

/// The first tag that is not closed where it should be, or `nil`.
func imbalance(of page: String) -> String? {
  let empty: Set<String> = ["meta", "br", "input", "link", "img"]
  var open: [String] = []
  let bytes = Array(page.utf8)
  var index = 0
  while index < bytes.count {
    guard bytes[index] == UInt8(ascii: "<") else {
      index += 1
      continue
    }
    guard let end = endOfTag(bytes, from: index) else { return "unfinished tag" }
    let tag = String(decoding: bytes[(index + 1)..<end], as: UTF8.self)
    index = end + 1
    if tag.hasPrefix("!doctype") { continue }
    if tag.hasPrefix("/") {
      guard open.popLast() == String(tag.dropFirst()) else { return "</\(tag.dropFirst())>" }
      continue
    }
    let name = String(tag.prefix { $0 != " " && $0 != "/" })
    guard name.allSatisfy({ $0.isLetter || $0.isNumber }) else { return "<\(name)>" }
    if tag.hasSuffix("/") || empty.contains(name) { continue }
    open.append(name)
    // The content of these is not markup; it ends with the first closing tag.
    if name == "script" || name == "style" {
      let closing = Array("</\(name)>".utf8)
      while index + closing.count <= bytes.count,
        !bytes[index..<(index + closing.count)].elementsEqual(closing)
      {
        index += 1
      }
    }
  }
  return open.isEmpty ? nil : "<\(open.joined(separator: " "))>"
}

private func endOfTag(_ bytes: [UInt8], from start: Int) -> Int? {
  var isQuoted = false
  for index in start..<bytes.count {
    if bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
    if !isQuoted, bytes[index] == UInt8(ascii: ">") { return index }
  }
  return nil
}

/// The texts between `opening` and the next quote.
func values(of opening: String, in page: String) -> [String] {
  page.components(between: opening, and: "\"")
}

/// How often `part` occurs in `page`.
func occurrences(of part: String, in page: String) -> Int {
  page.components(between: part, and: "").count
}

extension String {
  /// The parts that begin after `opening` and end before `closing`.
  func components(between opening: String, and closing: String) -> [String] {
    let (bytes, first, last) = (Array(utf8), Array(opening.utf8), Array(closing.utf8))
    var result: [String] = []
    var index = 0
    func stands(_ part: [UInt8], at index: Int) -> Bool {
      index + part.count <= bytes.count && bytes[index..<(index + part.count)].elementsEqual(part)
    }
    while index < bytes.count {
      guard bytes[index] == first[0], stands(first, at: index) else {
        index += 1
        continue
      }
      index += first.count
      let start = index
      while index < bytes.count, !stands(last, at: index) { index += 1 }
      result.append(String(decoding: bytes[start..<index], as: UTF8.self))
    }
    return result
  }
}

/// The contrast of two colours by WCAG 2.2, from 1 to 21.
func contrast(_ first: String, _ second: String) -> Double {
  let (a, b) = (luminance(first), luminance(second))
  return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

private func luminance(_ color: String) -> Double {
  guard color.count == 7, let value = Int(color.dropFirst(), radix: 16) else { return .nan }
  let parts = [value >> 16, value >> 8 & 255, value & 255].map { Double($0) / 255 }
  let linear = parts.map { part -> Double in
    // x^2.4 by the fifth root: ((x + 0.055) / 1.055) ^ 12 and then the fifth root, by Newton.
    guard part > 0.04045 else { return part / 12.92 }
    let base = (part + 0.055) / 1.055
    var power = 1.0
    for _ in 0..<12 { power *= base }
    var root = base
    for _ in 0..<60 {
      root -= (root * root * root * root * root - power) / (5 * root * root * root * root)
    }
    return root
  }
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}
