public import OmniTransparencyLog

/// Declares the key that signs a ledger's checkpoints from then on; it is an entry of the log.
///
///     omni/key@v1
///     ORIGIN
///     SEQUENCE
///     KEY
///
///     — signature by the key before it, from the second on
///     — signature by the key itself
///
/// Each is signed by both keys, so trust in either leads to the other.
public struct KeyStatement: Sendable, Equatable {
  /// The log.
  public let origin: String
  /// The first key is 1, the next 2.
  public let sequence: UInt64
  /// The key.
  public let key: VerifierKey
  /// The statement with its signatures.
  public let note: SignedNote

  private static let title = "omni/key@v1"

  /// States that `signer` signs from now on, after `previous` did.
  public init(origin: String, sequence: UInt64, signer: SignerKey, previous: SignerKey?) {
    self.origin = origin
    self.sequence = sequence
    key = signer.verifier
    note = SignedNote(
      "\(Self.title)\n\(origin)\n\(sequence)\n\(key.text)\n",
      by: (previous.map { [$0] } ?? []) + [signer])
  }

  /// Reads a statement; whether its signatures are right is for ``check(after:)`` to say.
  public init(_ text: String) throws(NoteFailure) {
    note = try SignedNote(Array(text.utf8))
    let lines = note.text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 5, lines[0] == Self.title, let sequence = DecimalText.parse(lines[2]),
      sequence > 0
    else { throw .malformed(what: "a statement of no key", wanted: "omni/key@v1 and four lines") }
    origin = String(lines[1])
    self.sequence = sequence
    key = try VerifierKey(String(lines[3]))
    guard key.name == origin, key.kind == .note else {
      throw .badKey("the key of \(origin) is called \(key.name), or is a witness's")
    }
  }

  /// Checks that the statement follows the one of `previous`, or is the first.
  public func check(after previous: KeyStatement?) throws(NoteFailure) {
    guard sequence == (previous?.sequence ?? 0) + 1, origin == previous?.origin ?? origin else {
      throw .malformed(
        what: "statement \(sequence) of the keys of \(origin) out of its place",
        wanted: "one after the other")
    }
    let keys = (previous.map { [$0.key] } ?? []) + [key]
    let signers = try note.signers(among: keys, ignoringUnknown: false)
    guard signers == keys else { throw .notSigned(by: keys[signers.count].text) }
  }
}
