import Foundation
import OmniEncoding
import OmniIndicators
import Testing

/// Words of a snapshot, written at the end and read from the start.
struct Words: WordSink, WordSource, Equatable {
  var words: [UInt64] = []
  var position = 0

  init(_ words: [UInt64] = []) { self.words = words }

  init(of indicator: some StreamingIndicator) { indicator.encode(into: &self) }

  mutating func put(_ word: UInt64) { words.append(word) }

  mutating func take() throws(WordFailure) -> UInt64 {
    guard position < words.count else { throw .exhausted }
    defer { position += 1 }
    return words[position]
  }
}

/// Random numbers from one seed.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }

  /// A walk of prices in whole cents, with stretches that stand still and now and then a jump.
  mutating func walk(_ count: Int) -> [Double] {
    var cents = 10_000
    return (0..<count).map { _ in
      switch next() % 8 {
      case 0...2: break
      case 7: cents += Int(next() % 4_001) - 2_000
      default: cents += Int(next() % 21) - 10
      }
      cents = max(cents, 1)
      return Double(cents) / 100
    }
  }
}

/// Columns of the shared golden files.
enum Golden {
  static let folder: URL? = {
    var place = URL(filePath: #filePath)
    while place.pathComponents.count > 1 {
      place.deleteLastPathComponent()
      let manifest = place.appending(path: "Package.swift").path
      guard FileManager.default.fileExists(atPath: manifest) else { continue }
      let golden = place.appending(path: "../shared/golden").standardizedFileURL
      return FileManager.default.fileExists(atPath: golden.path) ? golden : nil
    }
    return nil
  }()

  static var isHere: Bool { folder != nil }

  /// The named columns of a packed table, as text, without its first line.
  ///
  /// `cut` picks them before Swift sees the text: the table has 234 columns, a test wants a few.
  static func columns(_ names: [String], of file: String, rows: Int) throws -> [[Substring]] {
    let path = try #require(folder).appending(path: file).path
    let header = try shell("gzip -dc \"$0\" | head -n 1", [path]).split(
      separator: ",", omittingEmptySubsequences: false)
    var parts: [[Substring]] = []
    for name in names {
      let field = try #require(header.firstIndex { $0.trimmed == name }, "no column \(name)") + 1
      let script = "gzip -dc \"$0\" | cut -d, -f\"$1\" | head -n \"$2\" | tail -n +2"
      let text = try shell(script, [path, String(field), String(rows + 1)])
      let column = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      try #require(column.count == rows, "\(name) has \(column.count) rows")
      parts.append(Array(column))
    }
    return parts
  }

  static func numbers(_ names: [String], of file: String, rows: Int) throws -> [[Double?]] {
    try columns(names, of: file, rows: rows).map { column in
      try column.map { text in
        if text.isEmpty { return nil }
        let number: Double = try #require(Double(text))
        return number
      }
    }
  }

  private static func shell(_ script: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script] + arguments
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return try #require(String(bytes: output, encoding: .utf8))
  }
}

extension Substring {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}

/// Whether two figures are both undefined, or agree to `tolerance` relative to the larger.
func agree(_ left: Double?, _ right: Double?, tolerance: Double = 1e-9) -> Bool {
  switch (left, right) {
  case (nil, nil): true
  case (let left?, let right?):
    (left - right).magnitude <= tolerance * max(left.magnitude, right.magnitude)
  default: false
  }
}
