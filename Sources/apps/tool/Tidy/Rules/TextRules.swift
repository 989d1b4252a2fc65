/// What no text of the project may hold, whatever its language.
package enum TextRules {
  /// The largest file.
  static let bytesMax = 1_000_000
  /// Endings of files that are no text.
  static let binaries: Set<String> = [
    "png", "jpg", "ico", "woff2", "gz", "zst", "zip", "bin", "omj", "snapshot", "dat",
  ]
  /// Words that promise work, put together so that this file does not hold them.
  static let promises = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]
  /// Beginnings of paths that exist on one machine only, without their first slash.
  static let machineFolders = ["work", "home", "root"]

  /// Files larger than they may be.
  package static func sizes(_ tree: SourceTree) -> [Finding] {
    tree.files.filter { $0.bytes.count > bytesMax }.map {
      Finding(
        path: $0.path, line: 1, rule: "file-size", what: "\($0.bytes.count) bytes",
        instead: "generate it, fetch it at set-up, or make it smaller than \(bytesMax)",
        size: $0.bytes.count)
    }
  }

  /// Texts that are not UTF-8, or hold characters that cannot be seen.
  package static func characters(_ tree: SourceTree) -> [Finding] {
    texts(tree).filter { !$0.isBelow("Fixtures") }.compactMap { file in
      guard String(validating: file.bytes, as: UTF8.self) != nil else {
        return Finding(
          path: file.path, line: 1, rule: "characters", what: "not UTF-8",
          instead: "save it as UTF-8")
      }
      guard let (line, name) = firstHidden(file.bytes) else { return nil }
      return Finding(
        path: file.path, line: line, rule: "characters", what: "the character \(name)",
        instead: "write it as an escape, or remove it")
    }
  }

  /// Promises of work: in the comments of source, anywhere in other texts but between backticks.
  package static func promises(_ tree: SourceTree) -> [Finding] {
    texts(tree).flatMap { file -> [Finding] in
      let places: [(line: Int, text: String)] =
        if let code = file.swift {
          code.comments.map { ($0.lines.lowerBound, $0.text) }
        } else {
          file.lines.enumerated().map { ($0.offset + 1, $0.element) }
        }
      return places.flatMap { place in
        promisesIn(place.text).map {
          Finding(
            path: file.path, line: place.line, rule: "promise", what: $0,
            instead: "do it now, or open an issue")
        }
      }
    }
  }

  /// Paths that exist on one machine only.
  package static func machinePaths(_ tree: SourceTree) -> [Finding] {
    texts(tree).flatMap { file in
      slashes(file.bytes).map { line, folder in
        Finding(
          path: file.path, line: line, rule: "machine-path", what: "a path below /\(folder)",
          instead: "say it relative to the project, or take it from the environment")
      }
    }
  }

  private static func texts(_ tree: SourceTree) -> [SourceFile] {
    tree.files.filter { !binaries.contains($0.kind) }
  }

  private static func promisesIn(_ text: String) -> [String] {
    guard promises.contains(where: text.contains) else { return [] }
    let plain = text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined(separator: " ")
    let words = plain.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    return words.filter(promises.contains)
  }

  /// The first control character, or mark that changes the direction of writing.
  private static func firstHidden(_ bytes: [UInt8]) -> (line: Int, name: String)? {
    var line = 1
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "\n"): line += 1
      case UInt8(ascii: "\t"): break
      case 0..<0x20, 0x7F: return (line, "U+00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
      case 0xE2 where index + 2 < bytes.count:
        let last = bytes[index + 2]
        let isTurn = bytes[index + 1] == 0x80 && (0xAA...0xAE).contains(last)
        let isIsolate = bytes[index + 1] == 0x81 && (0xA6...0xA9).contains(last)
        if isTurn || isIsolate { return (line, "that turns the direction of writing") }
      case 0xEF where index + 2 < bytes.count:
        if bytes[index + 1] == 0xBB, bytes[index + 2] == 0xBF { return (line, "U+FEFF") }
      default: break
      }
    }
    return nil
  }

  /// The machine's folders that `bytes` names, with their lines.
  private static func slashes(_ bytes: [UInt8]) -> [(line: Int, folder: String)] {
    let slash = UInt8(ascii: "/")
    let patterns = machineFolders.map { (name: $0, bytes: Array(($0 + "/").utf8)) }
    var found: [(line: Int, folder: String)] = []
    var line = 1
    for (index, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "\n") { line += 1 }
      guard byte == slash, index == 0 || !continuesPath(bytes[index - 1]) else { continue }
      for pattern in patterns {
        let end = index + 1 + pattern.bytes.count
        if end <= bytes.count, bytes[(index + 1)..<end].elementsEqual(pattern.bytes) {
          found.append((line, pattern.name))
        }
      }
    }
    return found
  }

  /// Whether a slash after `byte` is inside a longer path, or an address.
  private static func continuesPath(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"), UInt8(ascii: "}"), UInt8(ascii: ")"), UInt8(ascii: ">"), 0x80...:
      true
    default: false
    }
  }
}
