public import OmniCrypto
public import OmniTransparencyLog

/// The keys that a log has declared, each with the proof that the declaration is in the log.
///
/// A receipt carries it when there was more than one key, so that who knows any of them can check what
/// another has signed. Each is a line `key INDEX BASE64 HASH…`.
public struct KeyHistory: Sendable, Equatable {
  /// A declared key.
  public struct Declaration: Sendable, Equatable {
    /// The entry's place.
    public let index: UInt64
    /// The statement.
    public let statement: KeyStatement
    /// The proof.
    public let hashes: [MerkleHash]
  }

  /// The declarations, in their order.
  public let declarations: [Declaration]

  /// That of a log with one key.
  public static let none = KeyHistory([])

  init(_ declarations: [Declaration]) { self.declarations = declarations }

  /// The lines, without their ends.
  var lines: [String] {
    declarations.map { declaration in
      let entry = ProofEntry.key(declaration.statement.note.encoded)
      return
        (["key", "\(declaration.index)", Base64.encode(entry.bytes)]
        + declaration.hashes.map(\.base64)).joined(separator: " ")
    }
  }

  /// Takes the lines that are next.
  init(_ lines: inout ReceiptLines) throws(ProofFailure) {
    var declarations: [Declaration] = []
    while lines.begins(with: "key") {
      declarations.append(try Self.declaration(try lines.take("key")))
    }
    self.declarations = declarations
  }

  private static func declaration(_ line: Substring) throws(ProofFailure) -> Declaration {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count >= 2, let index = DecimalText.parse(words[0]),
      let bytes = Base64.decode(words[1].utf8), case .key(let text) = try ProofEntry(bytes),
      let hashes = ReceiptLines.hashes(words[2...])
    else { throw ReceiptLines.malformed("key", line) }
    do throws(NoteFailure) {
      return Declaration(index: index, statement: try KeyStatement(text), hashes: hashes)
    } catch {
      throw .note(error)
    }
  }

  /// Checks that each declaration is in the tree of `checkpoint`, and follows the one before it.
  func check(in checkpoint: Checkpoint) throws(NoteFailure) {
    var previous: KeyStatement?
    for declaration in declarations {
      let proof = InclusionProof(
        index: declaration.index, size: checkpoint.size, hashes: declaration.hashes)
      let statement = declaration.statement
      guard statement.origin == checkpoint.origin,
        proof.verifies(ProofEntry.key(statement.note.encoded).leaf, in: checkpoint.root)
      else { throw .notIncluded(index: declaration.index, size: checkpoint.size) }
      try statement.check(after: previous)
      previous = statement
    }
  }
}

/// Whom somebody who checks a receipt trusts.
public struct Trust: Sendable {
  /// Keys of the log; any of them will do.
  public let keys: [VerifierKey]
  /// Keys of witnesses; all of them must have signed.
  public let witnesses: [VerifierKey]
  /// Whether signatures by others are passed over instead of refused.
  public let ignoresUnknown: Bool

  /// Trusts `keys`, and wants the signatures of `witnesses`.
  public init(
    keys: [VerifierKey], witnesses: [VerifierKey] = [], ignoresUnknown: Bool = false
  ) {
    self.keys = keys
    self.witnesses = witnesses
    self.ignoresUnknown = ignoresUnknown
  }

  /// Checks who signed a checkpoint, and gives the checkpoint.
  ///
  /// - Parameters:
  ///   - note: The signed checkpoint.
  ///   - history: The keys that lead from one that is trusted to the one that has signed.
  /// - Throws: `otherOrigin`, `notSigned`, `wrongSignature`, `unknownSigner`, `notIncluded`.
  public func check(
    _ note: SignedNote, _ history: KeyHistory = .none
  ) throws(NoteFailure) -> Checkpoint {
    let checkpoint = try Checkpoint(text: note.text)
    var known = keys.filter { $0.name == checkpoint.origin && $0.kind == .note }
    guard !known.isEmpty else {
      throw .otherOrigin(
        found: checkpoint.origin, wanted: keys.map(\.name).joined(separator: " or "))
    }
    try history.check(in: checkpoint)
    let declared = history.declarations.map(\.statement.key)
    if declared.contains(where: { known.contains($0) }) {
      known += declared.filter { !known.contains($0) }
    }
    let signers = try note.signers(among: known + witnesses, ignoringUnknown: ignoresUnknown)
    guard signers.contains(where: { known.contains($0) }) else {
      throw .notSigned(by: checkpoint.origin)
    }
    for witness in witnesses where !signers.contains(witness) {
      throw .notSigned(by: witness.name)
    }
    return checkpoint
  }
}

extension LedgerProver where Disk: ~Copyable {
  /// The keys that were declared, proven under a checkpoint; none when there was only one.
  func history(
    under checkpoint: Checkpoint, _ reader: inout TreeReader<FileTiles<Disk>>
  ) throws(ProofFailure) -> KeyHistory {
    var declarations: [KeyHistory.Declaration] = []
    for (index, statement) in keys where keys.count > 1 && index < checkpoint.size {
      let hashes = try reader.inclusion(of: index, in: checkpoint.size).hashes
      declarations.append(
        KeyHistory.Declaration(index: index, statement: statement, hashes: hashes))
    }
    return KeyHistory(declarations)
  }
}
