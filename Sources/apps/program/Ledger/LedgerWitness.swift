import OmniCrypto
import OmniPlatform
import OmniTime
import OmniTransparencyLog

/// `omni ledger witness`: cosigns checkpoints of ledgers that belong to others.
///
/// It is a process of its own with a folder of its own: a secret key, and for each log the largest
/// checkpoint that it has cosigned. One request a run, from a file or the standard input, in the form
/// that C2SP tlog-witness gives to `add-checkpoint`; the answer is the line to add to the checkpoint.
struct LedgerWitness {
  private static let standard = ".omni/witness"

  private let folder: String
  private let arguments: Arguments

  init(_ arguments: Arguments) {
    self.arguments = arguments
    folder = arguments.value("--state") ?? Self.standard
  }

  /// Answers the request in the file `path`; without one, shows the witness's public key.
  func run(_ path: String?, _ console: Console) throws {
    let logs = try arguments.all("--log").map { try KeyFile.verifier($0) }
    if path != nil && logs.isEmpty {
      throw Problem.usage(
        "CLI-041", "no log is named", wanted: "--log KEY for each that is watched",
        remedy: "name the public keys of the ledgers")
    }
    try Problem.wrapping { try FileSystem.makeDirectory(folder) }
    let lock = try Problem.wrapping { try DirectoryLock(folder) }
    defer { withExtendedLifetime(lock) {} }
    let signer = try signer()
    guard let path else { return console.print(signer.verifier.text) }
    var witness = Witness(watching: logs, heads: try heads(logs))
    let request: WitnessRequest
    do throws(NoteFailure) {
      request = try WitnessRequest(try LedgerWitness.bytes(path))
    } catch {
      throw Problem(describing: error, code: error.code, remedy: "see omni ledger consistency")
    }
    let checkpoint: Checkpoint
    do throws(Witness.Refusal) {
      checkpoint = try witness.admit(request)
    } catch {
      throw Problem(describing: error, code: error.code, remedy: Self.remedy(error))
    }
    // On the device first: a cosignature that was given away must never be forgotten.
    try keep(checkpoint)
    let time = SystemClock().now().nanoseconds / 1_000_000_000
    console.print(Cosignature.make(request.note.text, time: time, by: signer).line)
  }

  private static func remedy(_ refusal: Witness.Refusal) -> String {
    switch refusal {
    case .otherSize(let known, _): "ask omni ledger consistency \(known)"
    case .splitView, .notConsistent: "keep both checkpoints: together they prove the fork"
    default: "send what omni ledger consistency prints"
    }
  }

  private static func bytes(_ path: String) throws(NoteFailure) -> [UInt8] {
    do { return try LedgerProof.bytes(path) } catch {
      throw .malformed(what: "\(path) cannot be read", wanted: "the file of a request, or -")
    }
  }

  private func signer() throws -> SignerKey {
    let path = "\(folder)/witness-key"
    if FileSystem.exists(path) { return try KeyFile.readSigner(path) }
    let name = arguments.value("--name") ?? "omni.witness/\(UInt64.random(in: .min ... .max))"
    return try KeyFile.makeSigner(path, name: name, kind: .cosignature)
  }

  // MARK: What is known

  private func headPath(_ origin: String) -> String {
    let digest = "\(SHA256.digest(of: Array(origin.utf8)))"
    return "\(folder)/log-\(digest.prefix(16))"
  }

  private func heads(_ logs: [VerifierKey]) throws -> [String: Checkpoint] {
    var heads: [String: Checkpoint] = [:]
    for log in logs where FileSystem.exists(headPath(log.name)) {
      let text = String(decoding: try LedgerProof.bytes(headPath(log.name)), as: UTF8.self)
      guard let checkpoint = try? Checkpoint(text: text), checkpoint.origin == log.name else {
        throw Problem(
          "LED-039", "\(headPath(log.name)) holds no checkpoint of \(log.name)",
          wanted: "the one that was cosigned last", remedy: "take the file from a backup")
      }
      heads[log.name] = checkpoint
    }
    return heads
  }

  private func keep(_ checkpoint: Checkpoint) throws {
    try Problem.wrapping {
      try FileSystem.replaceFile(headPath(checkpoint.origin), with: Array(checkpoint.text.utf8))
    }
  }
}
