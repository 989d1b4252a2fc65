import OmniCrypto
public import OmniLedger
import OmniMoney
public import OmniTransparencyLog

/// Shows somebody what an account held when a checkpoint was signed.
///
///     omni/balance@v1
///     account NAME
///     …                                 terms and sums, a line each
///     node HASH DEBITS CREDITS OWED HELD   the way to the root of its class
///     class INDEX COUNT HASH…           the way from there to the state root
///
///     CHECKPOINT
///
/// The neighbours' sums on the way are seen by whoever holds the proof.
public struct BalanceProof: Sendable, Equatable {
  /// The account.
  public let terms: AccountTerms
  /// What it held.
  public let state: AccountState
  /// The place of its last own transaction in its series.
  public let nonce: UInt64
  /// Whether it refused every further transaction.
  public let isClosed: Bool
  /// The way to the root of its class.
  public let path: SumPath
  /// The way from there to the state root.
  public let classPath: InclusionProof
  /// The keys that were declared; none when there was only one.
  public let history: KeyHistory
  /// The checkpoint.
  public let note: SignedNote

  static let title = "omni/balance@v1"

  init(
    _ terms: AccountTerms, _ holding: (state: AccountState, nonce: UInt64, isClosed: Bool),
    _ paths: (accounts: SumPath, classes: InclusionProof), _ history: KeyHistory,
    _ note: SignedNote
  ) {
    self.terms = terms
    state = holding.state
    nonce = holding.nonce
    isClosed = holding.isClosed
    path = paths.accounts
    classPath = paths.classes
    self.history = history
    self.note = note
  }

  /// The proof as it is written.
  public var encoded: String {
    var lines = [
      Self.title, "account \(terms.name)",
      "asset \(terms.currency.code) \(terms.currency.minorDigits)",
      "normal \(terms.normal == .debit ? "debit" : "credit")",
      "limit \(terms.limit.map { "\($0)" } ?? "none")",
      "key \(terms.publicKey?.hexadecimal ?? "none")", "debits \(state.debits)",
      "credits \(state.credits)", "pending_debits \(state.pendingDebits)",
      "pending_credits \(state.pendingCredits)", "nonce \(nonce)",
      "closed \(isClosed ? "yes" : "no")", "place \(path.index) \(path.count)",
    ]
    for node in path.nodes {
      let sums = node.sums
      lines.append(
        "node \(node.hash.base64) \(sums.debits) \(sums.credits) \(sums.owed) \(sums.held)")
    }
    lines.append(
      (["class", "\(classPath.index)", "\(classPath.size)"] + classPath.hashes.map(\.base64))
        .joined(separator: " "))
    lines += history.lines
    return lines.map { $0 + "\n" }.joined() + "\n" + note.encoded
  }

  /// Reads a proof; whether it proves anything is for ``verify(_:)`` to say.
  public init(_ bytes: [UInt8]) throws(ProofFailure) {
    var (lines, rest) = try ReceiptLines.cut(bytes, title: Self.title)
    terms = try Self.terms(&lines)
    state = AccountState(
      debits: try lines.takeAmount("debits"), credits: try lines.takeAmount("credits"),
      pendingDebits: try lines.takeAmount("pending_debits"),
      pendingCredits: try lines.takeAmount("pending_credits"))
    nonce = try lines.takeNumber("nonce")
    isClosed = try Self.choice("closed", ["no", "yes"], &lines) == 1
    path = try Self.path(&lines)
    classPath = try Self.classPath(&lines)
    history = try KeyHistory(&lines)
    try lines.end()
    do throws(NoteFailure) { note = try SignedNote(rest) } catch { throw .note(error) }
  }

  private static func terms(_ lines: inout ReceiptLines) throws(ProofFailure) -> AccountTerms {
    let name = String(try lines.take("account"))
    let asset = try lines.take("asset", 2)
    let normal: NormalSide =
      try choice("normal", ["debit", "credit"], &lines) == 0 ? .debit : .credit
    let limit = try lines.takeAmount("limit", orNone: true)
    let keyText = try lines.take("key")
    let key = Ed25519.PublicKey(hexadecimal: String(keyText))
    guard keyText == "none" || key.map(\.hexadecimal) == String(keyText),
      let digits = DecimalText.parse(asset[1]), digits <= 255,
      let currency = Currency(code: String(asset[0]), minorDigits: UInt8(digits)),
      currency.code == asset[0],
      let terms = AccountTerms(
        name: name, currency: currency, normal: normal, limit: limit, publicKey: key)
    else { throw .malformed(what: "terms of no account \(name)", wanted: "those it was opened on") }
    return terms
  }

  private static func choice(
    _ word: String, _ choices: [String], _ lines: inout ReceiptLines
  ) throws(ProofFailure) -> Int {
    let text = try lines.take(word)
    guard let place = choices.firstIndex(where: { $0 == text }) else {
      throw ReceiptLines.malformed(word, text)
    }
    return place
  }

  private static func path(_ lines: inout ReceiptLines) throws(ProofFailure) -> SumPath {
    let place = try lines.take("place", 2)
    guard let index = DecimalText.parse(place[0]), let count = DecimalText.parse(place[1]) else {
      throw ReceiptLines.malformed("place", place.joined(separator: " ")[...])
    }
    var nodes: [SumNode] = []
    while lines.begins(with: "node") {
      let words = try lines.take("node", 5)
      guard nodes.count < LogProof.hashesMax, let hash = MerkleHash(base64: words[0].utf8),
        let sums = AccountSums(words[1...])
      else { throw ReceiptLines.malformed("node", words.joined(separator: " ")[...]) }
      nodes.append(SumNode(hash: hash, sums: sums))
    }
    return SumPath(index: index, count: count, nodes: nodes)
  }

  private static func classPath(
    _ lines: inout ReceiptLines
  ) throws(ProofFailure) -> InclusionProof {
    let line = try lines.take("class")
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count >= 2, let index = DecimalText.parse(words[0]),
      let size = DecimalText.parse(words[1]), let hashes = ReceiptLines.hashes(words[2...])
    else { throw ReceiptLines.malformed("class", line) }
    return InclusionProof(index: index, size: size, hashes: hashes)
  }

  /// Checks all of it: terms, sums, way, state root and signatures.
  ///
  /// - Returns: the checkpoint that the balance is of.
  public func verify(_ trust: Trust) throws(ProofFailure) -> Checkpoint {
    let checkpoint: Checkpoint
    do throws(NoteFailure) { checkpoint = try trust.check(note, history) } catch {
      throw .note(error)
    }
    guard let stateRoot = StateLine.root(checkpoint) else {
      throw .contradiction(what: "the checkpoint has no state root")
    }
    let sums = [state.debits, state.credits, state.pendingDebits, state.pendingCredits]
    guard sums.allSatisfy({ $0 <= AccountState.sumMax }) else {
      throw .contradiction(what: "a sum that no account can hold")
    }
    let leaf = StateTree.leaf(
      opening: ProofEntry.account(terms).leaf, state, nonce: nonce, isClosed: isClosed)
    guard let root = path.root(with: leaf) else {
      throw .contradiction(what: "the way does not lead to the root of the account's class")
    }
    let summary = StateTree.ClassSummary(
      group: AccountClass(terms), count: path.count, root: root)
    guard classPath.verifies(summary.leaf, in: stateRoot) else {
      throw .contradiction(what: "what is said of \(terms.name) does not lead to the state root")
    }
    return checkpoint
  }
}

extension AccountSums {
  /// Reads four sums in decimal.
  init?(_ words: some Collection<Substring>) {
    let sums = words.map { word in TotalSum(word).flatMap { "\($0)" == word ? $0 : nil } }
    guard sums.count == 4, let debits = sums[0], let credits = sums[1], let owed = sums[2],
      let held = sums[3]
    else { return nil }
    self.init(debits: debits, credits: credits, owed: owed, held: held)
  }
}

extension LedgerProver where Disk: ~Copyable {
  /// Shows what an account held at the last checkpoint.
  ///
  /// - Parameters:
  ///   - terms: The account.
  ///   - number: Its number.
  public func balance(
    of terms: AccountTerms, number: Int
  ) throws(ProofFailure) -> BalanceProof {
    guard let note = latest, number < state.accountCount, let paths = state.path(number) else {
      throw .notThere(what: "account \(terms.name)")
    }
    return BalanceProof(terms, state.holding(number), paths, try history(under: note), note)
  }

  /// Shows the sums of all classes of accounts at the last checkpoint.
  public func reserves() throws(ProofFailure) -> ReservesProof {
    guard let note = latest, let summaries = state.summaries() else {
      throw .notThere(what: "a checkpoint")
    }
    return ReservesProof(classes: summaries, history: try history(under: note), note: note)
  }

  private func history(under note: SignedNote) throws(ProofFailure) -> KeyHistory {
    var reader = reader()
    return try history(under: try Self.checkpoint(note), &reader)
  }
}
