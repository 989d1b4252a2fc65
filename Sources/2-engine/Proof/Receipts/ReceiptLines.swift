import OmniCrypto
import OmniTransparencyLog

/// The lines of a receipt, each a word and what follows it, taken in a fixed order.
struct ReceiptLines {
  private var lines: ArraySlice<Substring>

  /// Cuts the bytes of a receipt at its first empty line: its own lines, and what stands behind.
  static func cut(_ bytes: [UInt8], title: String) throws(ProofFailure) -> (Self, [UInt8]) {
    guard let blank = bytes.firstRange(of: [0x0A, 0x0A]),
      let head = String(validating: bytes[..<blank.lowerBound], as: UTF8.self)
    else {
      throw .malformed(what: "a text of no \(title)", wanted: "lines, an empty line, a checkpoint")
    }
    let lines = head.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first == title[...] else {
      throw .malformed(what: "a first line \(lines.first ?? "")", wanted: title)
    }
    return (Self(lines: lines[1...]), Array(bytes[blank.upperBound...]))
  }

  /// Whether all lines were taken.
  var isAtEnd: Bool { lines.isEmpty }

  /// Whether the next line begins with `word`.
  func begins(with word: String) -> Bool { lines.first?.hasPrefix(word + " ") ?? false }

  /// What follows `word` in the next line.
  mutating func take(_ word: String) throws(ProofFailure) -> Substring {
    guard begins(with: word), let line = lines.popFirst() else {
      throw .malformed(
        what: lines.first.map { "a line \($0)" } ?? "no more lines", wanted: "a line of \(word)")
    }
    return line.dropFirst(word.count + 1)
  }

  /// The words that follow `word` in the next line, `count` of them.
  mutating func take(_ word: String, _ count: Int) throws(ProofFailure) -> [Substring] {
    let rest = try take(word)
    let words = rest.split(
      separator: " ", maxSplits: count - 1, omittingEmptySubsequences: false)
    guard words.count == count else { throw Self.malformed(word, rest) }
    return words
  }

  /// The whole number that follows `word`.
  mutating func takeNumber(_ word: String) throws(ProofFailure) -> UInt64 {
    let text = try take(word)
    guard let number = DecimalText.parse(text) else { throw Self.malformed(word, text) }
    return number
  }

  /// The amount that follows `word`, in minor units.
  mutating func takeAmount(_ word: String) throws(ProofFailure) -> Int128 {
    guard let amount = try takeAmount(word, orNone: false) else { return 0 }
    return amount
  }

  /// The amount that follows `word`, in minor units, or nil for the word none where it is allowed.
  mutating func takeAmount(_ word: String, orNone: Bool) throws(ProofFailure) -> Int128? {
    let text = try take(word)
    if orNone && text == "none" { return nil }
    guard let sum = TotalSum(text), let amount = Int128(text), "\(sum)" == text else {
      throw Self.malformed(word, text)
    }
    return amount
  }

  /// Refuses lines that nobody asked for.
  func end() throws(ProofFailure) {
    if let line = lines.first {
      throw .malformed(what: "a line \(line)", wanted: "the end, or a line in its place")
    }
  }

  /// The hashes of words, or nil when one is none or they are too many.
  static func hashes(_ words: ArraySlice<Substring>) -> [MerkleHash]? {
    guard words.count <= LogProof.hashesMax else { return nil }
    var hashes: [MerkleHash] = []
    for word in words {
      guard let hash = MerkleHash(base64: word.utf8) else { return nil }
      hashes.append(hash)
    }
    return hashes
  }

  static func malformed(_ word: String, _ text: Substring) -> ProofFailure {
    .malformed(what: "a line \(word) \(text)", wanted: "its values, one way of writing each")
  }
}
