public import OmniCrypto

/// A proof that an entry is in a log, with the checkpoint that it is in.
///
///     c2sp.org/tlog-proof@v1
///     index 7
///     HASH
///
///     CHECKPOINT
///
/// Source: C2SP tlog-proof, without its extra line.
public struct LogProof: Sendable, Equatable {
  /// The entry's place, from 0.
  public let index: UInt64
  /// The hashes from the leaf's sibling up.
  public let hashes: [MerkleHash]
  /// The checkpoint.
  public var note: SignedNote

  private static let title = "c2sp.org/tlog-proof@v1"

  /// Puts a proof together.
  public init(index: UInt64, hashes: [MerkleHash], note: SignedNote) {
    self.index = index
    self.hashes = hashes
    self.note = note
  }

  /// Reads a proof.
  public init(_ bytes: some Collection<UInt8>) throws(NoteFailure) {
    let bytes = Array(bytes)
    guard let blank = bytes.firstRange(of: [0x0A, 0x0A]) else {
      throw Self.malformed("no empty line")
    }
    let head = bytes[..<blank.lowerBound].split(separator: 0x0A, omittingEmptySubsequences: false)
    guard head.count >= 2, head[0].elementsEqual(Self.title.utf8) else {
      throw Self.malformed("another first line")
    }
    let words = "index "
    guard head[1].starts(with: words.utf8),
      let index = DecimalText.parse(
        String(decoding: head[1].dropFirst(words.utf8.count), as: UTF8.self))
    else { throw Self.malformed("no index") }
    guard head.count - 2 <= Self.hashesMax else { throw Self.malformed("too many hashes") }
    var hashes: [MerkleHash] = []
    for line in head[2...] {
      guard let hash = MerkleHash(base64: line) else {
        throw Self.malformed("a line that is no hash")
      }
      hashes.append(hash)
    }
    self.index = index
    self.hashes = hashes
    note = try SignedNote(Array(bytes[blank.upperBound...]))
  }

  /// How many hashes a proof has at most.
  public static let hashesMax = 63

  /// The proof as it is written.
  public var encoded: String {
    "\(Self.title)\nindex \(index)\n" + hashes.map { $0.base64 + "\n" }.joined() + "\n"
      + note.encoded
  }

  /// Checks that `leaf` is in the tree of the checkpoint, and gives the checkpoint.
  ///
  /// Says nothing of who signed it.
  public func checkpoint(with leaf: MerkleHash) throws(NoteFailure) -> Checkpoint {
    let checkpoint = try Checkpoint(text: note.text)
    let proof = InclusionProof(index: index, size: checkpoint.size, hashes: hashes)
    guard proof.verifies(leaf, in: checkpoint.root) else {
      throw .notIncluded(index: index, size: checkpoint.size)
    }
    return checkpoint
  }

  private static func malformed(_ what: String) -> NoteFailure {
    .malformed(what: "a proof with \(what)", wanted: "a C2SP tlog-proof of version 1")
  }
}
