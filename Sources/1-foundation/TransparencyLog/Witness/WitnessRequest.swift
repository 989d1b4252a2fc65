public import OmniCrypto

/// What a log sends to a witness: the checkpoint, and the proof that it continues the last one.
///
/// Source: C2SP tlog-witness, the body of `add-checkpoint`.
public struct WitnessRequest: Sendable, Equatable {
  /// The size of the checkpoint that the witness cosigned last.
  public let oldSize: UInt64
  /// The proof.
  public let hashes: [MerkleHash]
  /// The new checkpoint.
  public let note: SignedNote

  /// Puts a request together.
  public init(oldSize: UInt64, hashes: [MerkleHash], note: SignedNote) {
    self.oldSize = oldSize
    self.hashes = hashes
    self.note = note
  }

  /// Reads a request.
  public init(_ bytes: [UInt8]) throws(NoteFailure) {
    guard bytes.count <= 2 * SignedNote.bytesMax, let blank = bytes.firstRange(of: [0x0A, 0x0A])
    else { throw Self.malformed("no empty line") }
    let head = bytes[..<blank.lowerBound].split(separator: 0x0A, omittingEmptySubsequences: false)
    let word = "old "
    guard let first = head.first, first.starts(with: word.utf8),
      let oldSize = DecimalText.parse(
        String(decoding: first.dropFirst(word.utf8.count), as: UTF8.self))
    else { throw Self.malformed("no old size") }
    guard head.count - 1 <= LogProof.hashesMax else { throw Self.malformed("too many hashes") }
    var hashes: [MerkleHash] = []
    for line in head[1...] {
      guard let hash = MerkleHash(base64: line) else {
        throw Self.malformed("a line that is no hash")
      }
      hashes.append(hash)
    }
    self.oldSize = oldSize
    self.hashes = hashes
    note = try SignedNote(Array(bytes[blank.upperBound...]))
  }

  /// The request as it is written.
  public var encoded: String {
    "old \(oldSize)\n" + hashes.map { $0.base64 + "\n" }.joined() + "\n" + note.encoded
  }

  private static func malformed(_ what: String) -> NoteFailure {
    .malformed(
      what: "a request with \(what)", wanted: "old SIZE, hashes, an empty line, a checkpoint")
  }
}
