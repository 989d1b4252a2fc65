import OmniLedger
import OmniLedgerStore
import OmniPlatform
import OmniPosting
import OmniProof
import OmniTime
import OmniTransparencyLog
import Synchronization

/// The end of the demo: a signed checkpoint, and a receipt of one of its fills that another process
/// verifies with the public key alone.
struct DemoProof {
  /// The checkpoint's text and signatures.
  let checkpoint: String
  /// The receipt's file.
  let receipt: String
  /// The public key's file.
  let key: String
  /// What the verifier said.
  let line: String

  /// The command that verifies it again.
  var command: String { "omni ledger verify --receipt \(receipt) --key \(key)" }

  /// Makes receipt and key beside the ledger, and has them verified.
  static func make(
    _ folder: LedgerFolder, in out: String, _ console: Console
  ) throws -> DemoProof {
    let (receipt, key) = ("\(out)/receipt.txt", "\(out)/ledger.pub")
    let checkpoint = try write(folder, receipt, key, console)
    return DemoProof(
      checkpoint: checkpoint, receipt: receipt, key: key,
      line: try verified(receipt, key, console))
  }

  private static func write(
    _ folder: LedgerFolder, _ receiptPath: String, _ keyPath: String, _ console: Console
  ) throws -> String {
    var store = try folder.open(console)
    var proof = try folder.openProof(&store, console)
    // The last posting is that of a fill, unless there was none and it is a deposit.
    let place = store.books.transactionCount - 1
    guard place >= 0, PostingID(store.books.id(at: place)).sequence != .first else {
      throw Problem(
        "DEM-005", "the ledger in \(folder.path) holds no fill", wanted: "one to prove",
        remedy: "report it with the journal")
    }
    do {
      let note = try LedgerProof.sign(store, &proof)
      let receipt = try LedgerProof.receipt(at: place, under: note, &store, &proof)
      try Problem.wrapping {
        try FileSystem.replaceFile(receiptPath, with: Array(receipt.encoded.utf8))
        try FileSystem.replaceFile(
          keyPath, with: Array((proof.signer.verifier.text + "\n").utf8))
      }
      try proof.prover.close()
      try LedgerFolder.wrapped { try store.close() }
      return String(note.encoded.dropLast())
    } catch let failure as ProofFailure {
      throw LedgerFolder.problem(failure)
    }
  }

  private static func verified(
    _ receipt: String, _ key: String, _ console: Console
  ) throws -> String {
    let words = ["ledger", "verify", "--receipt", receipt, "--key", key]
    guard let program = console.program else {
      // The program does not know its own file: it is a part of another one.
      let lines = Lines()
      let code = Omni.run(words, Console(output: lines.take, messages: console.message))
      guard code == 0, let line = lines.last else { throw failure(receipt) }
      return line
    }
    let outcome = try Problem.wrapping { try ChildProgram.run(program, words) }
    guard outcome.status == 0, let line = outcome.output.split(separator: "\n").last else {
      throw failure(receipt)
    }
    return String(line)
  }

  private static func failure(_ receipt: String) -> Problem {
    Problem(
      "DEM-006", "the receipt in \(receipt) could not be verified", wanted: "a receipt that holds",
      remedy: "report it with the journal and the ledger")
  }
}

/// Keeps the last line that was written.
private final class Lines: Sendable {
  private let text = Mutex("")

  @Sendable func take(_ more: String) { text.withLock { $0 += more } }

  var last: String? { text.withLock { $0.split(separator: "\n").last.map(String.init) } }
}
