import OmniCrypto
public import OmniLedger
public import OmniTransparencyLog

/// Shows somebody who has only the ledger's public key that a transaction is in its books.
///
///     omni/receipt@v1
///     id IDENTIFIER
///     name ACCOUNT                      the names of the accounts that it touches
///     entry BASE64                      the entry of the log
///     key INDEX BASE64 HASH…            the keys that were declared, if more than one
///
///     c2sp.org/tlog-proof@v1
///     …
///
/// What stands behind the empty line is a proof that any tool for C2SP logs can check.
/// `docs/reference/proof-format.md` says how.
public struct Receipt: Sendable, Equatable {
  /// The transaction.
  public let transaction: Transaction
  /// The names of the accounts that it touches, in the order of their first use.
  public let names: [String]
  /// The keys that were declared; none when there was only one.
  public let history: KeyHistory
  /// The proof.
  public let proof: LogProof

  static let title = "omni/receipt@v1"

  /// The receipt as it is written.
  public var encoded: String {
    var lines = [Self.title, "id \(transaction.id)"]
    lines += names.map { "name \($0)" }
    lines.append("entry \(Base64.encode(ProofEntry.transaction(transaction).bytes))")
    lines += history.lines
    return lines.map { $0 + "\n" }.joined() + "\n" + proof.encoded
  }

  /// Reads a receipt; whether it proves anything is for ``verify(_:)`` to say.
  public init(_ bytes: [UInt8]) throws(ProofFailure) {
    var (lines, rest) = try ReceiptLines.cut(bytes, title: Self.title)
    let id = try lines.take("id")
    var names: [String] = []
    while lines.begins(with: "name") { names.append(String(try lines.take("name"))) }
    let text = try lines.take("entry")
    guard let entry = Base64.decode(text.utf8), case .transaction(let found) = try ProofEntry(entry)
    else { throw ReceiptLines.malformed("entry", text) }
    guard "\(found.id)" == id else {
      throw .contradiction(what: "the receipt is called \(id), and its entry \(found.id)")
    }
    history = try KeyHistory(&lines)
    try lines.end()
    transaction = found
    self.names = names
    do throws(NoteFailure) { proof = try LogProof(rest) } catch { throw .note(error) }
  }

  init(
    transaction: Transaction, names: [String], history: KeyHistory, proof: LogProof
  ) {
    self.transaction = transaction
    self.names = names
    self.history = history
    self.proof = proof
  }

  /// Checks all of it: entry, names, keys, root and signatures.
  ///
  /// - Returns: the checkpoint that the transaction is in.
  public func verify(_ trust: Trust) throws(ProofFailure) -> Checkpoint {
    try checkNames()
    do throws(NoteFailure) {
      _ = try proof.checkpoint(with: ProofEntry.transaction(transaction).leaf)
      return try trust.check(proof.note, history)
    } catch {
      throw .note(error)
    }
  }

  /// Each name must be that of an account of the transaction, in the order of their first use.
  private func checkNames() throws(ProofFailure) {
    let keys = Self.accounts(of: transaction)
    guard names.map({ AccountKey(name: $0) }) == keys,
      names.allSatisfy({ AccountTerms.isName($0) })
    else {
      throw .contradiction(
        what: "the names \(names.joined(separator: ", ")) are not those of the entry's accounts")
    }
  }

  /// The accounts of a transaction in the order of their first use: sender, debits, credits.
  static func accounts(of transaction: Transaction) -> [AccountKey] {
    var keys: [AccountKey] = []
    let used = [transaction.sender] + transaction.legs.flatMap { [$0.debit, $0.credit] }
    for key in used where !keys.contains(key) { keys.append(key) }
    return keys
  }
}

extension LedgerProver where Disk: ~Copyable {
  /// Makes the receipt of a transaction under a checkpoint.
  ///
  /// - Parameters:
  ///   - place: Where it stands in the tree.
  ///   - names: Gives the name of an account.
  ///   - note: The checkpoint, signed here.
  /// - Throws: `notThere` when the entry is not below the checkpoint.
  /// - Complexity: two tiles for each eight levels of the tree.
  public func receipt(
    of transaction: Transaction, at place: UInt64, under note: SignedNote,
    names: (AccountKey) -> String?
  ) throws(ProofFailure) -> Receipt {
    let checkpoint = try Self.checkpoint(note)
    guard place < checkpoint.size, checkpoint.size <= size else {
      throw .notThere(what: "entry \(place) of a checkpoint of \(checkpoint.size)")
    }
    var reader = reader()
    let proof = try reader.inclusion(of: place, in: checkpoint.size)
    guard proof.verifies(ProofEntry.transaction(transaction).leaf, in: checkpoint.root) else {
      throw .damaged(what: "the tree does not lead from entry \(place) to the root")
    }
    return Receipt(
      transaction: transaction,
      names: Receipt.accounts(of: transaction).map { names($0) ?? "" },
      history: try history(under: checkpoint, &reader),
      proof: LogProof(index: place, hashes: proof.hashes, note: note))
  }
}
