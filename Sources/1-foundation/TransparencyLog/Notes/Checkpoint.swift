public import OmniCrypto

/// The head of a log: how many entries it has, and their root.
///
/// Source: C2SP tlog-checkpoint.
public struct Checkpoint: Sendable, Equatable {
  /// Which log.
  public let origin: String
  /// How many entries.
  public let size: UInt64
  /// The root over them.
  public let root: MerkleHash
  /// Further lines, of the log's own meaning.
  public let extensions: [String]

  /// Describes the head of a log.
  public init(origin: String, size: UInt64, root: MerkleHash, extensions: [String] = []) {
    self.origin = origin
    self.size = size
    self.root = root
    self.extensions = extensions
  }

  /// Reads the text of a note.
  public init(text: String) throws(NoteFailure) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4, lines.last == "", !lines.dropLast().contains("") else {
      throw Self.malformed("a text of \(max(0, lines.count - 1)) lines")
    }
    guard let size = DecimalText.parse(lines[1]) else { throw Self.malformed("a size \(lines[1])") }
    guard let root = MerkleHash(base64: lines[2].utf8) else {
      throw Self.malformed("a root \(lines[2])")
    }
    if size == 0 && root != .empty { throw Self.malformed("a root of no entries \(lines[2])") }
    self.init(
      origin: String(lines[0]), size: size, root: root,
      extensions: lines[3..<(lines.count - 1)].map(String.init))
  }

  /// The text of the note.
  public var text: String {
    "\(origin)\n\(size)\n\(root.base64)\n" + extensions.map { $0 + "\n" }.joined()
  }

  private static func malformed(_ what: String) -> NoteFailure {
    .malformed(what: "a checkpoint with \(what)", wanted: "origin, size and root, a line each")
  }
}

/// Whole numbers in decimal, each with one text.
public enum DecimalText {
  /// The number of `text`, or nil when it has a sign, a leading zero, or is too large.
  public static func parse(_ text: some StringProtocol) -> UInt64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      text.utf8.count == 1 || text.utf8.first != 0x30
    else { return nil }
    return UInt64(text)
  }
}
