import OmniCrypto
import OmniLedger
import OmniLedgerStore
import OmniPlatform
import OmniProof
import OmniTransparencyLog
import OmniWriteAheadLog

/// `omni ledger prove`, `checkpoint`, `consistency`, `reserves`, `key` and `rotate`.
struct LedgerProof {
  private let arguments: Arguments
  private let isJSON: Bool

  init(_ arguments: Arguments) {
    self.arguments = arguments
    isJSON = arguments.has("--json")
  }

  /// Opens the ledger and its proof, signs what is new, and calls `body`.
  ///
  /// - Parameter check: Is called before anything is written.
  private func withProof(
    _ folder: LedgerFolder, _ console: Console,
    check: (borrowing LedgerFolder.Store) throws -> Void = { _ in },
    _ body: (inout LedgerFolder.Store, inout OpenProof, SignedNote) throws -> Void
  ) throws {
    var store = try folder.open(console)
    try check(store)
    var proof = try folder.openProof(
      &store, origin: arguments.value("--origin"), key: arguments.value("--signing-key"),
      isAnew: arguments.has("--rebuild"), console)
    do {
      let note = try Self.sign(store, &proof)
      try body(&store, &proof, note)
      try proof.prover.close()
    } catch let failure as ProofFailure {
      throw LedgerFolder.problem(failure)
    }
    try LedgerFolder.wrapped { try store.close() }
  }

  static func sign(
    _ store: borrowing LedgerFolder.Store, _ proof: inout OpenProof
  ) throws -> SignedNote {
    var image = BooksImage()
    store.books.copy(to: &image)
    return try proof.prover.checkpoint(&image, by: proof.signer)
  }

  // MARK: Verbs

  /// Signs a checkpoint of all there is, and shows it; or adds what witnesses have signed.
  func checkpoint(_ folder: LedgerFolder, _ console: Console) throws {
    let witnesses = try arguments.all("--witness").map { try KeyFile.verifier($0) }
    if let path = arguments.value("--cosignatures"), witnesses.isEmpty {
      throw Problem.usage(
        "CLI-036", "--cosignatures \(path) without a witness", wanted: "--witness KEY for each",
        remedy: "name the witnesses' public keys")
    }
    try withProof(folder, console) { _, proof, note in
      var shown = note
      if let path = arguments.value("--cosignatures") {
        shown = try addCosignatures(path, witnesses, &proof)
      }
      try give(shown.encoded, named: "checkpoint", console)
    }
  }

  private func addCosignatures(
    _ path: String, _ witnesses: [VerifierKey], _ proof: inout OpenProof
  ) throws -> SignedNote {
    guard let latest = proof.prover.latest else { throw ProofFailure.noKey }
    let lines = try Self.bytes(path)
    var notes = [latest]
    if let cosigned = proof.prover.cosigned { notes.append(cosigned) }
    var failure: (any Error)?
    for note in notes {
      do throws(NoteFailure) {
        let signed = try SignedNote(Array((note.text + "\n").utf8) + lines)
        do throws(ProofFailure) {
          return try proof.prover.add(signed.signatures, of: note, by: witnesses)
        } catch {
          failure = failure ?? error
        }
      } catch {
        throw ProofFailure.note(error)
      }
    }
    throw failure ?? ProofFailure.noKey
  }

  /// The receipt of a transaction.
  func prove(_ text: String, _ folder: LedgerFolder, _ console: Console) throws {
    guard let id = TransactionID(hexadecimal: text) else {
      throw Problem.usage(
        "CLI-037", "\(text) is no identifier of a transaction",
        wanted: "32 hexadecimal digits, or as they are sent", remedy: "give one")
    }
    var place = 0
    try withProof(folder, console) { store in
      guard let found = store.books.place(of: id) else {
        throw Problem(
          "LED-036", "there is no transaction \(id)",
          wanted: "one of the \(store.books.transactionCount) in the ledger",
          remedy: "look for it with omni ledger journal")
      }
      place = found
    } _: { store, proof, note in
      let chosen = arguments.has("--cosigned") ? try cosigned(proof.prover) : note
      let receipt = try Self.receipt(at: place, under: chosen, &store, &proof)
      try give(receipt.encoded, named: "receipt of \(id)", console)
    }
  }

  private func cosigned(_ prover: borrowing LedgerProver<DirectoryDisk>) throws -> SignedNote {
    if let note = prover.cosigned { return note }
    throw Problem(
      "LED-037", "no checkpoint has been cosigned", wanted: "one that witnesses have signed",
      remedy: "send a witness what omni ledger consistency prints, and add its answer")
  }

  static func receipt(
    at place: Int, under note: SignedNote, _ store: inout LedgerFolder.Store,
    _ proof: inout OpenProof
  ) throws -> Receipt {
    let found = try LedgerFolder.wrapped { try store.frame(ofPlace: place) }
    guard let transaction = try LedgerFolder.wrapped({ try store.transaction(at: place) }) else {
      throw ProofFailure.notThere(what: "transaction \(place)")
    }
    return try proof.prover.receipt(
      of: transaction, at: proof.prover.place(frame: found.frame, index: found.index), under: note
    ) { key in
      store.books.register.number(of: key).map { store.books.register.terms[$0].name }
    }
  }

  /// That the ledger has only grown since an earlier size: what a witness is sent.
  func consistency(_ words: [String], _ folder: LedgerFolder, _ console: Console) throws {
    try withProof(folder, console) { _, proof, note in
      let later = words.count > 1 ? try head(words[1], note) : (size: proof.prover.size, note: note)
      let earlier = try head(words[0], nil)
      guard earlier.size <= later.size, later.size <= proof.prover.size else {
        throw Problem.usage(
          "CLI-038", "from \(earlier.size) to \(later.size) entries",
          wanted: "sizes that grow up to \(proof.prover.size)", remedy: "give such sizes")
      }
      var reader = proof.prover.reader()
      if let note = earlier.note { try match(note, try reader.root(earlier.size)) }
      if let note = later.note { try match(note, try reader.root(later.size)) }
      let hashes = try reader.consistency(from: earlier.size, to: later.size).hashes
      guard let note = later.note else {
        throw Problem.usage(
          "CLI-039", "\(later.size) entries have no checkpoint at hand",
          wanted: "a file with the checkpoint, or no second size for the last one",
          remedy: "name the file of the signed checkpoint instead of the size")
      }
      try give(
        WitnessRequest(oldSize: earlier.size, hashes: hashes, note: note).encoded,
        named: "proof of consistency", console)
    }
  }

  /// What a word names: a size, or a file with a checkpoint.
  private func head(_ word: String, _ latest: SignedNote?) throws -> (
    size: UInt64, note: SignedNote?
  ) {
    if let size = DecimalText.parse(word) {
      let isLatest = try latest.map { try Self.checkpoint($0).size == size } ?? false
      return (size, isLatest ? latest : nil)
    }
    do throws(NoteFailure) {
      let note = try SignedNote(try Self.noteBytes(word))
      return (try Checkpoint(text: note.text).size, note)
    } catch {
      throw ProofFailure.note(error)
    }
  }

  private static func checkpoint(_ note: SignedNote) throws -> Checkpoint {
    try Checkpoint(text: note.text)
  }

  private func match(_ note: SignedNote, _ root: MerkleHash) throws {
    let checkpoint = try Self.checkpoint(note)
    guard checkpoint.root == root else { throw ProofFailure.rewritten(size: checkpoint.size) }
  }

  /// The sums over all classes of accounts.
  func reserves(_ folder: LedgerFolder, _ console: Console) throws {
    try withProof(folder, console) { _, proof, _ in
      let reserves = try proof.prover.reserves()
      try give(reserves.encoded, named: "proof of reserves", console)
    }
  }

  /// What an account holds, as a proof.
  func balance(of name: String, _ folder: LedgerFolder, _ console: Console) throws {
    var number = 0
    try withProof(folder, console) { store in
      guard let found = store.books.register.number(named: name) else {
        throw LedgerQuery.unknownAccount(name, store.books)
      }
      number = found
    } _: { store, proof, _ in
      let terms = store.books.register.terms[number]
      let balance = try proof.prover.balance(of: terms, number: number)
      try give(balance.encoded, named: "proof of the balance of \(name)", console)
    }
  }

  /// The public key.
  func key(_ folder: LedgerFolder, _ console: Console) throws {
    try withProof(folder, console) { _, proof, _ in
      try give(proof.signer.verifier.text + "\n", named: "public key", console)
    }
  }

  /// Declares a new key; the old one's file stays beside it.
  func rotate(_ folder: LedgerFolder, _ console: Console) throws {
    let path = arguments.value("--signing-key") ?? folder.keyPath
    try withProof(folder, console) { store, proof, _ in
      let old = "\(path).\(proof.signer.verifier.text.split(separator: "+")[1])"
      let fresh = "\(path).new"
      // What an earlier rotation left that never declared its key.
      try Problem.wrapping { if FileSystem.exists(fresh) { try FileSystem.remove(fresh) } }
      let signer = try KeyFile.makeSigner(fresh, name: proof.prover.origin, kind: .note)
      try folder.declare(signer, proof.signer, &store, &proof.prover)
      try LedgerFolder.exchange(path, old: old)
      var image = BooksImage()
      store.books.copy(to: &image)
      _ = try proof.prover.checkpoint(&image, by: signer)
      console.message("the old key is kept in \(old)")
      try give(signer.verifier.text + "\n", named: "public key", console)
    }
  }

  // MARK: Words

  /// Writes to the file that was named, or to the terminal.
  private func give(_ text: String, named what: String, _ console: Console) throws {
    guard let path = arguments.value("--out") else {
      if isJSON { return console.print(JSONText.object([("text", .text(text))]).text) }
      return console.print(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    }
    try Problem.wrapping {
      let file = try File(path, .replace)
      try file.append(Array(text.utf8))
    }
    if isJSON {
      console.print(JSONText.object([("what", .text(what)), ("file", .text(path))]).text)
    } else {
      console.print("\(what) written to \(path)")
    }
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    try Problem.wrapping {
      var reader = try FileReader(path == "-" ? "/dev/stdin" : path)
      return try reader.readAll(limit: 4 << 20)
    }
  }

  private static func noteBytes(_ path: String) throws(NoteFailure) -> [UInt8] {
    do { return try bytes(path) } catch {
      throw .malformed(
        what: "\(path) is no size, and no file that can be read", wanted: "a checkpoint's file")
    }
  }
}
