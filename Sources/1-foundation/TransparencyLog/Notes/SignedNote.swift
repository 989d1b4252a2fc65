import OmniCrypto

/// A text and who signed it.
///
///     first line
///     last line
///
///     — name signature
///
/// Source: C2SP signed-note. A note has one form: whoever changes any character of it changes the text,
/// a signature or a name.
public struct SignedNote: Sendable, Equatable {
  /// A line behind the text.
  public struct Signature: Sendable, Hashable {
    /// Who signed.
    public let name: String
    /// The identifier of the key.
    public let id: UInt32
    /// What follows it.
    public let bytes: [UInt8]

    /// Creates a signature that somebody made.
    public init(name: String, id: UInt32, bytes: [UInt8]) {
      self.name = name
      self.id = id
      self.bytes = bytes
    }

    /// The line, without its end.
    public var line: String {
      let id = (0..<4).map { UInt8(truncatingIfNeeded: self.id >> (24 - 8 * UInt32($0))) }
      return "\u{2014} \(name) \(Base64.encode(id + bytes))"
    }

    /// Reads a line, without its end.
    init(line: Substring) throws(NoteFailure) {
      let parts = line.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0] == "\u{2014}", VerifierKey.isName(String(parts[1])),
        let bytes = Base64.decode(parts[2].utf8), bytes.count > 4
      else {
        throw .malformed(
          what: "a line that is no signature", wanted: "a dash, a name and a signature in base 64")
      }
      name = String(parts[1])
      id = bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) }
      self.bytes = Array(bytes[4...])
    }
  }

  /// The text, with the newline that ends it.
  public let text: String
  /// Who signed it, in order.
  public private(set) var signatures: [Signature]

  /// How many bytes a note has at most.
  public static let bytesMax = 1 << 20
  /// How many signatures a note has at most.
  public static let signaturesMax = 64

  /// Signs `text`, which ends with a newline and has no empty line.
  public init(_ text: String, by signers: [SignerKey]) {
    precondition(text.hasSuffix("\n"), "a text that ends with a newline")
    self.text = text
    signatures = signers.map { signer in
      Signature(
        name: signer.verifier.name, id: signer.verifier.id,
        bytes: signer.signature(of: Array(text.utf8)))
    }
  }

  /// Reads a note.
  public init(_ bytes: [UInt8]) throws(NoteFailure) {
    guard bytes.count <= Self.bytesMax else {
      throw .malformed(
        what: "a note of \(bytes.count) bytes", wanted: "at most \(Self.bytesMax) bytes")
    }
    guard let whole = String(validating: bytes, as: UTF8.self),
      bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x0A })
    else {
      throw .malformed(what: "a note with bytes that are no text", wanted: "UTF-8")
    }
    let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
    guard let last = lines.last, last.isEmpty, let blank = lines.dropLast().lastIndex(of: ""),
      blank > 0, lines.count - blank - 2 > 0
    else {
      throw .malformed(
        what: "a note without signatures", wanted: "a text, an empty line, and signatures")
    }
    guard lines.count - blank - 2 <= Self.signaturesMax else {
      throw .malformed(
        what: "\(lines.count - blank - 2) signatures", wanted: "at most \(Self.signaturesMax)")
    }
    text = lines[..<blank].map { $0 + "\n" }.joined()
    var signatures: [Signature] = []
    for line in lines[(blank + 1)..<(lines.count - 1)] {
      let signature = try Signature(line: line)
      guard !signatures.contains(where: { $0.name == signature.name && $0.id == signature.id })
      else {
        throw .malformed(what: "two signatures by \(signature.name)", wanted: "one a signer")
      }
      signatures.append(signature)
    }
    self.signatures = signatures
  }

  /// The note as it is written.
  public var encoded: String {
    text + "\n" + signatures.map { $0.line + "\n" }.joined()
  }

  /// Adds the signatures that are not there.
  public mutating func add(_ further: [Signature]) {
    for signature in further where !signatures.contains(signature) { signatures.append(signature) }
  }

  /// Leaves only the signatures that `isWanted` names.
  public mutating func keep(_ isWanted: (Signature) -> Bool) {
    signatures = signatures.filter(isWanted)
  }

  /// Checks the signatures: each by a key of `keys` must be right.
  ///
  /// - Parameters:
  ///   - keys: Those who are known.
  ///   - ignoringUnknown: Whether signatures by others are passed over, as the standard says, or
  ///     refused, so that no byte of the note stands unchecked.
  /// - Returns: the keys that have signed, in the order of the signatures.
  public func signers(
    among keys: [VerifierKey], ignoringUnknown: Bool
  ) throws(NoteFailure) -> [VerifierKey] {
    var found: [VerifierKey] = []
    for signature in signatures {
      guard let key = keys.first(where: { $0.name == signature.name && $0.id == signature.id })
      else {
        if ignoringUnknown { continue }
        throw .unknownSigner(name: signature.name)
      }
      guard let message = Self.message(text, signature, key.kind),
        key.key.verifies(Array(signature.bytes.suffix(64)), message)
      else { throw .wrongSignature(by: key.name) }
      found.append(key)
    }
    return found
  }

  /// What was signed, or nil if the signature is none of its kind.
  private static func message(
    _ text: String, _ signature: Signature, _ kind: NoteKeyKind
  ) -> [UInt8]? {
    switch kind {
    case .note: return signature.bytes.count == 64 ? Array(text.utf8) : nil
    case .cosignature:
      guard let time = signature.cosignedAt else { return nil }
      return Cosignature.message(text, time: time)
    }
  }
}

/// What a witness signs: that this is the largest consistent tree that it has seen at a time.
///
/// Source: C2SP tlog-cosignature, version 1 over Ed25519.
public enum Cosignature {
  /// The cosignature of `text` at `time`, in seconds since 1970.
  ///
  /// - Precondition: `time` is not negative.
  public static func make(
    _ text: String, time: Int64, by signer: SignerKey
  ) -> SignedNote.Signature {
    precondition(time >= 0, "a time after 1970")
    let stamp = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(time) >> (56 - 8 * UInt64($0))) }
    return SignedNote.Signature(
      name: signer.verifier.name, id: signer.verifier.id,
      bytes: stamp + signer.signature(of: message(text, time: time)))
  }

  static func message(_ text: String, time: Int64) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n".utf8) + Array(text.utf8)
  }
}

extension SignedNote.Signature {
  /// When a witness made it, in seconds since 1970; nil if it cannot be a cosignature.
  public var cosignedAt: Int64? {
    guard bytes.count == 72 else { return nil }
    let time = bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int64(exactly: time)
  }
}
