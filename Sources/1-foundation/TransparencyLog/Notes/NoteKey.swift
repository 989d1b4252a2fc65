public import OmniCrypto

/// What a key signs, by the byte that its identifier is made with.
public enum NoteKeyKind: UInt8, Sendable {
  /// Any note: Ed25519 over its text.
  case note = 1
  /// Checkpoints, as a witness: Ed25519 over a time and the text.
  case cosignature = 4
}

/// A name and a public key, by which notes are verified.
///
/// Source: C2SP signed-note; the text is `NAME+ID+KEY`, the identifier in eight hexadecimal digits, and
/// the key in base 64 behind the byte of its kind.
public struct VerifierKey: Sendable, Hashable {
  /// Who signs.
  public let name: String
  /// What is signed.
  public let kind: NoteKeyKind
  /// The key.
  public let key: Ed25519.PublicKey
  /// The first four bytes of SHA-256 over name, newline, kind and key.
  public let id: UInt32

  /// Creates a verifier, or nil when nobody can be called so.
  public init?(name: String, kind: NoteKeyKind, key: Ed25519.PublicKey) {
    guard Self.isName(name) else { return nil }
    self.name = name
    self.kind = kind
    self.key = key
    id = Self.id(name: name, kind: kind, key: key)
  }

  /// Reads a key's text, with or without a newline at its end.
  public init(_ text: String) throws(NoteFailure) {
    let line = text.hasSuffix("\n") ? text.dropLast() : text[...]
    let parts = line.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .badKey("a text that is no key") }
    guard let bytes = Base64.decode(parts[2].utf8), bytes.count == 33,
      let kind = NoteKeyKind(rawValue: bytes[0]), let key = Ed25519.PublicKey(Array(bytes[1...]))
    else { throw .badKey("what follows the second + is no key of a kind that is known") }
    guard let verifier = Self(name: String(parts[0]), kind: kind, key: key) else {
      throw .badKey("nobody can be called \(parts[0])")
    }
    guard verifier.idText == parts[1] else {
      throw .badKey("the identifier of this key is \(verifier.idText), not \(parts[1])")
    }
    self = verifier
  }

  /// The key's text.
  public var text: String {
    "\(name)+\(idText)+\(Base64.encode([kind.rawValue] + key.bytes))"
  }

  private var idText: String {
    let digits = String(id, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// Whether a signer may be called `text`: no blanks, no plus, no control characters.
  public static func isName(_ text: String) -> Bool {
    (1...nameBytesMax).contains(text.utf8.count)
      && text.unicodeScalars.allSatisfy { scalar in
        scalar.value > 0x20 && scalar != "+" && scalar.value != 0x7F
          && !scalar.properties.isWhitespace
      }
  }

  /// How many bytes a name has at most.
  public static let nameBytesMax = 255

  private static func id(name: String, kind: NoteKeyKind, key: Ed25519.PublicKey) -> UInt32 {
    let digest = SHA256.digest(of: Array(name.utf8) + [0x0A, kind.rawValue] + key.bytes)
    return UInt32(truncatingIfNeeded: digest.words.0 >> 32)
  }
}

/// A name and a secret key, by which notes are signed.
///
/// The text is that of the Go tools: `PRIVATE+KEY+NAME+ID+SEED`, the seed behind the byte of its kind.
public struct SignerKey: Sendable {
  /// The public half.
  public let verifier: VerifierKey
  private let seed: [UInt8]
  private let secret: Ed25519.SecretKey

  /// Creates a signer of a seed of 32 bytes, or nil when there are more or fewer, or nobody can be
  /// called so.
  public init?(name: String, kind: NoteKeyKind, seed: [UInt8]) {
    guard let secret = Ed25519.SecretKey(seed: seed),
      let verifier = VerifierKey(name: name, kind: kind, key: secret.publicKey)
    else { return nil }
    self.seed = seed
    self.secret = secret
    self.verifier = verifier
  }

  /// Reads a secret key's text; what it throws never holds any of it.
  public init(_ text: String) throws(NoteFailure) {
    let line = text.hasSuffix("\n") ? text.dropLast() : text[...]
    let parts = line.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0] == "PRIVATE", parts[1] == "KEY",
      let bytes = Base64.decode(parts[4].utf8), bytes.count == 33,
      let kind = NoteKeyKind(rawValue: bytes[0]),
      let signer = Self(name: String(parts[2]), kind: kind, seed: Array(bytes[1...])),
      signer.verifier.text.split(separator: "+")[1] == parts[3]
    else {
      throw .malformed(what: "a text that is no secret key", wanted: "PRIVATE+KEY+NAME+ID+SEED")
    }
    self = signer
  }

  /// The secret key's text: for the file that only its owner may read.
  public var secretText: String {
    let id = verifier.text.split(separator: "+")[1]
    return "PRIVATE+KEY+\(verifier.name)+\(id)+\(Base64.encode([verifier.kind.rawValue] + seed))"
  }

  func signature(of message: [UInt8]) -> [UInt8] { secret.signature(of: message) }
}
