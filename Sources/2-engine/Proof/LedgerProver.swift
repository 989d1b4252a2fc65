public import OmniCrypto
import OmniEncoding
public import OmniLedger
public import OmniLedgerStore
public import OmniTransparencyLog
public import OmniWriteAheadLog

/// Follows a ledger, frame by frame, and signs checkpoints of it (proof of integrity).
///
///     frames of the ledger ─▶ leaves ─▶ tree ─▶ files
///     image of the books ─▶ state tree ─┐
///                                       └─▶ checkpoint, signed
///
/// It runs beside the ledger, on another thread if wanted: a ledger that stops is proven up to where
/// its last checkpoint was, and a prover that stops is caught up with from the ledger.
///
/// - Invariant: whatever is signed is on the ledger's device.
public struct LedgerProver<Disk: LogDisk & ~Copyable>: ~Copyable {
  let files: ProofFiles<Disk>
  var tree = MerkleTree()
  /// The number of entries after each frame.
  var frameEnds: [UInt64] = []
  /// How many of `frameEnds` are in the file.
  private var framesWritten = 0
  /// The digest of the ledger's log up to the last frame.
  private var logDigest = SIMD4<UInt64>()
  /// The keys that were declared, with the places of their entries.
  public private(set) var keys: [(index: UInt64, statement: KeyStatement)] = []
  var state = StateTree()
  private var isFollowingAccounts = false
  /// The last checkpoint that was signed.
  public private(set) var latest: SignedNote?
  /// The last checkpoint that witnesses have signed too.
  public private(set) var cosigned: SignedNote?
  /// What of the files was damaged or missing, and has been made again from the ledger.
  public private(set) var finding: String?
  /// Who the log is, as long as no key says so.
  private let givenOrigin: String

  /// Who the log is: as its first key was declared.
  public var origin: String { keys.first?.statement.origin ?? givenOrigin }
  /// How many entries there are.
  public var size: UInt64 { tree.size }
  /// How many frames of the ledger have been followed.
  public var frameCount: UInt64 { UInt64(frameEnds.count) }

  /// Opens the files of a ledger's proof, or makes them, and brings them up to the ledger's end.
  ///
  /// - Parameters:
  ///   - origin: Who the log is, when no key has been declared yet.
  ///   - isAnew: Whether the tree is made again from the ledger, which shows that it is the ledger that
  ///     was signed.
  /// - Throws: `rolledBack`, `rewritten` when the ledger is not the one that was signed.
  public static func open<LedgerDisk: LogDisk & ~Copyable>(
    _ disk: consuming Disk, of ledger: inout LedgerStore<LedgerDisk>, origin: String,
    isAnew: Bool = false
  ) throws(ProofFailure) -> Self {
    var prover = Self(try ProofFiles(disk), origin: origin)
    try prover.start(&ledger, isAnew: isAnew)
    return prover
  }

  private init(_ files: ProofFiles<Disk>, origin: String) {
    self.files = files
    givenOrigin = origin
  }

  private mutating func start<LedgerDisk: LogDisk & ~Copyable>(
    _ ledger: inout LedgerStore<LedgerDisk>, isAnew: Bool
  ) throws(ProofFailure) {
    latest = try Self.note("checkpoint", files)
    cosigned = try Self.note("cosigned", files)
    let signed = try latest.map { note throws(ProofFailure) in try Self.checkpoint(note) }
    if let signed, !isAnew {
      do throws(ProofFailure) {
        try load(signed)
        try checkPosition(of: signed, &ledger)
      } catch {
        if case .file = error { throw error }
        finding = "\(error)"
        try startAgain()
      }
    } else {
      try startAgain()
    }
    try catchUp(&ledger)
    if let signed { try check(signed, isAnew: isAnew || finding != nil) }
    for terms in ledger.books.register.terms { state.add(terms) }
    isFollowingAccounts = true
  }

  private mutating func startAgain() throws(ProofFailure) {
    tree = MerkleTree()
    frameEnds = []
    framesWritten = 0
    keys = []
    logDigest = SIMD4()
    try files.removeTree()
  }

  private static func note(
    _ name: String, _ files: ProofFiles<Disk>
  ) throws(ProofFailure) -> SignedNote? {
    guard files.has(name) else { return nil }
    let bytes = try files.bytes(name, at: 0, count: try files.size(name))
    do throws(NoteFailure) {
      return try SignedNote(bytes)
    } catch {
      throw .strangeCheckpoint(error)
    }
  }

  static func checkpoint(_ note: SignedNote) throws(ProofFailure) -> Checkpoint {
    do throws(NoteFailure) {
      return try Checkpoint(text: note.text)
    } catch {
      throw .strangeCheckpoint(error)
    }
  }

  /// Takes the tree of a checkpoint from the files.
  private mutating func load(_ signed: Checkpoint) throws(ProofFailure) {
    let size = signed.size
    try loadFrames(size)
    var tiles: [[MerkleHash]] = []
    for level in 0..<MerkleTree.levelCount(size: size) {
      let count = MerkleTree.tileCount(size: size, level: level)
      let width = UInt64(MerkleTree.tileWidth)
      let left = Int(count % width)
      tiles.append(
        left == 0
          ? []
          : try FileTiles(files: files).tile(level: level, index: count / width, width: left))
    }
    tree = MerkleTree(size: size, tiles: tiles)
    guard tree.root == signed.root else {
      throw .damaged(what: "the tree of \(size) entries does not have the root that was signed")
    }
    try loadKeys(size)
  }

  /// Holds the ledger's log up to the last frame against the one that was signed.
  private mutating func checkPosition<LedgerDisk: LogDisk & ~Copyable>(
    of signed: Checkpoint, _ ledger: inout LedgerStore<LedgerDisk>
  ) throws(ProofFailure) {
    let frame = UInt64(frameEnds.count)
    guard frame <= ledger.frameCount else {
      throw .damaged(what: "there is no frame \(frame) in a ledger of \(ledger.frameCount)")
    }
    var body = FrameBody()
    let digest: SIMD4<UInt64>
    do throws(LedgerStoreFailure) {
      digest = try ledger.readFrame(frame, into: &body).digest
    } catch {
      throw .ledger(error)
    }
    logDigest = digest
    guard LogLine.text(frame: frame, digest: MerkleHash(words: digest)) == signed.extensions.last
    else {
      throw .damaged(what: "the ledger's log up to frame \(frame) is not the one that was signed")
    }
  }

  private mutating func loadFrames(_ size: UInt64) throws(ProofFailure) {
    let bytes = try files.bytes("frames", at: 0, count: try files.size("frames"))
    var ends: [UInt64] = []
    for start in stride(from: 0, to: bytes.count - 7, by: 8) {
      let end = bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard end > ends.last ?? 0, end <= size else { break }
      ends.append(end)
    }
    guard ends.last ?? 0 == size else {
      throw .damaged(what: "no frame ends after entry \(size)")
    }
    frameEnds = ends
    framesWritten = ends.count
  }

  private mutating func loadKeys(_ size: UInt64) throws(ProofFailure) {
    let text = String(
      decoding: try files.bytes("keys", at: 0, count: try files.size("keys")), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, let index = DecimalText.parse(words[0]),
        let bytes = Base64.decode(words[1].utf8), case .key(let text) = try ProofEntry(bytes)
      else { throw .damaged(what: "a line of keys that is none") }
      // It was declared after the checkpoint, and is met again.
      if index >= size { continue }
      let leaf = try FileTiles(files: files).tile(
        level: 0, index: index / UInt64(MerkleTree.tileWidth),
        width: Int(index % UInt64(MerkleTree.tileWidth)) + 1
      ).last
      guard leaf == .leaf(bytes) else { throw .damaged(what: "entry \(index) is another key") }
      try add(text, at: index)
    }
    guard !keys.isEmpty else { throw .damaged(what: "there is no key") }
  }

  private mutating func add(_ text: String, at index: UInt64) throws(ProofFailure) {
    do throws(NoteFailure) {
      let statement = try KeyStatement(text)
      try statement.check(after: keys.last?.statement)
      keys.append((index, statement))
    } catch {
      throw .note(error)
    }
  }

  /// Holds the ledger against what was signed.
  private func check(_ signed: Checkpoint, isAnew: Bool) throws(ProofFailure) {
    guard signed.size <= size else { throw .rolledBack(signed: signed.size, found: size) }
    if let latest {
      do throws(NoteFailure) {
        _ = try Trust(keys: keys.map(\.statement.key), ignoresUnknown: true).check(latest)
      } catch {
        throw .strangeCheckpoint(error)
      }
    }
    // A tree that was taken from the files has the signed root already.
    guard isAnew else { return }
    var reader = reader()
    guard try reader.root(signed.size) == signed.root else { throw .rewritten(size: signed.size) }
  }

  /// Follows all frames of the ledger that are not followed yet.
  public mutating func catchUp<LedgerDisk: LogDisk & ~Copyable>(
    _ ledger: inout LedgerStore<LedgerDisk>
  ) throws(ProofFailure) {
    var body = FrameBody()
    while frameCount < ledger.frameCount {
      let frame: WrittenFrame
      do throws(LedgerStoreFailure) {
        frame = try ledger.readFrame(frameCount + 1, into: &body)
      } catch {
        throw .ledger(error)
      }
      try follow(frame, &body)
    }
    try flush()
  }

  // MARK: Following

  /// Adds the entries of the next frame, which is on the ledger's device.
  ///
  /// - Precondition: its number follows the last one's.
  /// - Complexity: some 200 ns a transaction.
  public mutating func follow(
    _ frame: WrittenFrame, _ body: inout FrameBody
  ) throws(ProofFailure) {
    precondition(frame.number == frameCount + 1, "the next frame")
    var entries: [(UInt64, ProofEntry)] = []
    try ProofEntry.forEachLeaf(of: frame, &body) { entry, leaf in
      if let entry { entries.append((tree.size, entry)) }
      tree.append(leaf)
    }
    for (index, entry) in entries {
      switch entry {
      case .account(let terms): if isFollowingAccounts { state.add(terms) }
      case .key(let text):
        try add(text, at: index)
        try writeKeys()
      case .time, .transaction: break
      }
    }
    frameEnds.append(tree.size)
    logDigest = frame.digest
    if tree.pendingCount >= Self.pendingMax { try flush() }
  }

  /// How many hashes wait at most before they are written.
  private static var pendingMax: Int { 1 << 16 }

  /// Writes the keys in place of those that were there: they are few.
  private func writeKeys() throws(ProofFailure) {
    let lines = keys.map { index, statement in
      "\(index) \(Base64.encode(ProofEntry.key(statement.note.encoded).bytes))\n"
    }
    try files.replace("keys", with: Array(lines.joined().utf8))
  }

  /// Writes what was added to the files.
  mutating func flush() throws(ProofFailure) {
    for level in 0..<tree.levelCount {
      let hashes = tree.takePending(level)
      if hashes.isEmpty { continue }
      let before = Int(MerkleTree.tileCount(size: tree.size, level: level)) - hashes.count
      try files.write(
        MerkleHash.bytes(of: hashes), to: ProofFiles<Disk>.tree(level), at: 32 * before)
    }
    if framesWritten < frameEnds.count {
      let words = WordArray(Array(frameEnds[framesWritten...]))
      try files.write(words.bytes, to: "frames", at: 8 * framesWritten)
      framesWritten = frameEnds.count
    }
  }

  // MARK: Signing

  /// Signs a checkpoint of all that was followed, unless that has been done.
  ///
  /// - Parameters:
  ///   - image: What the books held after the last frame that was followed; it comes back with other
  ///     content.
  ///   - signer: The key that was declared last.
  public mutating func checkpoint(
    _ image: inout BooksImage, by signer: SignerKey
  ) throws(ProofFailure) -> SignedNote {
    guard let declared = keys.last?.statement.key else { throw .noKey }
    guard declared == signer.verifier else {
      throw .otherKey(declared: declared.text, given: signer.verifier.text)
    }
    let stateRoot = try updateState(&image)
    let text = Checkpoint(
      origin: origin, size: tree.size, root: tree.root,
      extensions: [
        StateLine.text(stateRoot),
        LogLine.text(frame: frameCount, digest: MerkleHash(words: logDigest)),
      ]
    ).text
    if let latest, latest.text == text { return latest }
    try flush()
    let note = SignedNote(text, by: [signer])
    try files.replace("checkpoint", with: Array(note.encoded.utf8))
    latest = note
    return note
  }

  private mutating func updateState(
    _ image: inout BooksImage
  ) throws(ProofFailure) -> MerkleHash {
    guard state.update(&image), let summaries = state.summaries() else {
      throw .notThere(what: "a sum of more than 192 bits")
    }
    return StateTree.root(summaries)
  }

  /// Keeps the last checkpoint with what witnesses have signed of it.
  ///
  /// - Throws: `note` when a signature is none of `witnesses`, or wrong.
  public mutating func add(
    _ cosignatures: [SignedNote.Signature], of note: SignedNote, by witnesses: [VerifierKey]
  ) throws(ProofFailure) -> SignedNote {
    guard let declared = keys.last?.statement.key else { throw .noKey }
    var whole = note
    whole.add(cosignatures)
    do throws(NoteFailure) {
      _ = try whole.signers(
        among: keys.map(\.statement.key) + witnesses, ignoringUnknown: false)
    } catch {
      throw .note(error)
    }
    guard whole.signatures.contains(where: { $0.id == declared.id && $0.name == declared.name })
    else { throw .note(.notSigned(by: declared.name)) }
    try files.replace("cosigned", with: Array(whole.encoded.utf8))
    cosigned = whole
    return whole
  }

  /// Returns when all files are on the device.
  public mutating func close() throws(ProofFailure) {
    try flush()
    try files.synchronize()
  }

  // MARK: Proving

  /// Reads the tree.
  public func reader() -> TreeReader<FileTiles<Disk>> {
    precondition(tree.pendingCount == 0, "a tree that is in its files")
    return TreeReader(FileTiles(files: files), size: tree.size)
  }

  /// The first `width` hashes of tile `index` of level `level`, as they are published.
  public func tile(
    level: Int, index: UInt64, width: Int
  ) throws(ProofFailure) -> [MerkleHash] {
    try FileTiles(files: files).tile(level: level, index: index, width: width)
  }

  /// The place in the tree of the entry `index` of the ledger's frame `frame`.
  public func place(frame: UInt64, index: Int) -> UInt64 {
    (frame > 1 ? frameEnds[Int(frame) - 2] : 0) + UInt64(index)
  }
}
