import OmniLedgerStore
import OmniPlatform
import OmniProof
import OmniProofKeeping
import OmniTransparencyLog
import OmniWriteAheadLog

/// A ledger's prover, and the key that it signs with.
struct OpenProof: ~Copyable {
  var prover: LedgerProver<DirectoryDisk>
  let signer: SignerKey
}

// The proof beside a ledger.
extension LedgerFolder {
  /// Where the tree and the checkpoints are.
  var proofPath: String { "\(path)/proof" }
  /// The ledger's own secret key, unless another file is named.
  var keyPath: String { "\(proofPath)/signing-key" }

  /// Opens the proof of `store`, or begins one: then a key is made and declared in the ledger.
  ///
  /// - Parameters:
  ///   - origin: Who the log is, if it is begun here; nil for the standard name.
  ///   - key: The file of the secret key; nil for the one in the folder.
  func openProof(
    _ store: inout Store, origin: String? = nil, key: String? = nil, isAnew: Bool = false,
    _ console: Console
  ) throws -> OpenProof {
    do {
      let path = key ?? keyPath
      let given = FileSystem.exists(path) ? try KeyFile.readSigner(path) : nil
      let origin = origin ?? given?.verifier.name ?? "omni.ledger/\(store.identity)"
      var prover = try proofDisk(&store, origin, isAnew)
      if let finding = prover.finding {
        console.message("warning: the proof's files were made again from the ledger: \(finding)")
      }
      if let declared = prover.keys.last?.statement.key {
        return OpenProof(prover: prover, signer: try signer(path, declared))
      }
      let signer = try given ?? KeyFile.makeSigner(path, name: origin, kind: .note)
      try declare(signer, nil, &store, &prover)
      return OpenProof(prover: prover, signer: signer)
    } catch let failure as ProofFailure {
      throw Self.problem(failure)
    }
  }

  private func proofDisk(
    _ store: inout Store, _ origin: String, _ isAnew: Bool
  ) throws -> LedgerProver<DirectoryDisk> {
    try Problem.wrapping { try FileSystem.makeDirectory(proofPath) }
    let disk: DirectoryDisk
    do throws(FileError) { disk = try DirectoryDisk(writing: proofPath) } catch {
      throw Problem(
        describing: error, code: error.code, remedy: "wait until nobody else uses the ledger")
    }
    return try LedgerProver.open(disk, of: &store, origin: origin, isAnew: isAnew)
  }

  private func signer(_ path: String, _ declared: VerifierKey) throws -> SignerKey {
    let fresh = "\(path).new"
    if !FileSystem.exists(path), FileSystem.exists(fresh),
      try KeyFile.readSigner(fresh).verifier == declared
    {
      // A rotation was cut off between the two names.
      try Problem.wrapping { try FileSystem.rename(fresh, to: path) }
    }
    guard FileSystem.exists(path) else {
      throw Problem(
        "LED-035", "there is no secret key in \(path)", wanted: "that of \(declared.text)",
        remedy: "put it there, or name its file with --signing-key")
    }
    let signer = try KeyFile.readSigner(path)
    if signer.verifier == declared { return signer }
    guard FileSystem.exists(fresh), try KeyFile.readSigner(fresh).verifier == declared else {
      throw ProofFailure.otherKey(declared: declared.text, given: signer.verifier.text)
    }
    // A rotation was cut off after the new key had been declared.
    try Self.exchange(path, old: "\(path).\(signer.verifier.text.split(separator: "+")[1])")
    return try KeyFile.readSigner(path)
  }

  /// Puts the new key into the place of the old one, which is kept.
  static func exchange(_ path: String, old: String) throws {
    try Problem.wrapping {
      try FileSystem.rename(path, to: old)
      try FileSystem.rename("\(path).new", to: path)
    }
  }

  /// Declares `signer` in the ledger, after `previous` did sign.
  func declare(
    _ signer: SignerKey, _ previous: SignerKey?, _ store: inout Store,
    _ prover: inout LedgerProver<DirectoryDisk>
  ) throws {
    let statement = KeyStatement(
      origin: prover.origin, sequence: (prover.keys.last?.statement.sequence ?? 0) + 1,
      signer: signer, previous: previous)
    // What is in the ledger stays there: a key that no one could follow must not get in.
    do throws(NoteFailure) {
      try KeyStatement(statement.note.encoded).check(after: prover.keys.last?.statement)
    } catch {
      throw ProofFailure.note(error)
    }
    try Self.wrapped { try store.declareKey(statement.note.encoded) }
    try prover.catchUp(&store)
  }

  /// Signs a checkpoint of the ledger as it is, and gives its size.
  func signCheckpoint(_ console: Console) throws -> UInt64 {
    var store = try open(console)
    var proof = try openProof(&store, console)
    do {
      _ = try LedgerProof.sign(store, &proof)
      try proof.prover.close()
    } catch let failure as ProofFailure {
      throw Self.problem(failure)
    }
    try Self.wrapped { try store.close() }
    return proof.prover.size
  }

  /// A keeper that proves `store` while it works.
  func keepProof(
    _ store: inout Store, origin: String?, key: String?, _ console: Console
  ) throws -> ProofKeeper<DirectoryDisk> {
    let proof = try openProof(&store, origin: origin, key: key, console)
    let signer = proof.signer
    let keeper = ProofKeeper(proof.takeProver(), signer: signer)
    keeper.attach(to: &store)
    return keeper
  }

  /// What to tell about a proof that failed.
  static func problem(_ failure: ProofFailure) -> Problem {
    if case .ledger(let cause) = failure { return problem(cause) }
    let remedy =
      switch failure {
      case .rolledBack, .rewritten: "take the ledger from a newer backup"
      case .otherKey, .noKey: "name the right key with --signing-key"
      case .file: "make room on the device, or mend the folder's permissions"
      case .note(.unknownSigner):
        "name the signer's key with --key or --witness, or give --ignore-unknown"
      case .note(.badKey): "give a log's key, whose name is the log's origin"
      case .note, .malformed, .contradiction: "ask whoever gave it to you for another one"
      case .strangeCheckpoint:
        "take proof/checkpoint from a backup; without it, nobody sees that the ledger was changed"
      case .damaged: "run omni ledger checkpoint --rebuild, which makes them anew"
      case .notThere: "sign a checkpoint with omni ledger checkpoint"
      case .senseless, .ledger: "run omni ledger scrub"
      }
    return Problem(describing: failure, code: failure.code, remedy: remedy)
  }
}

extension OpenProof {
  /// Gives the prover away.
  consuming func takeProver() -> LedgerProver<DirectoryDisk> { prover }
}
