import OmniCrypto
import OmniMoney
public import OmniTransparencyLog

/// Shows the sums over every class of accounts when a checkpoint was signed: the trial balance, and what
/// is owed to whom against what is held where.
///
///     omni/reserves@v1
///     class ASSET DIGITS COUNT DEBITS CREDITS OWED HELD ROOT NAME     for each class, in their order
///
///     CHECKPOINT
///
/// Whoever is owed something checks with a ``BalanceProof`` that it is part of the sum.
public struct ReservesProof: Sendable, Equatable {
  /// All classes.
  public let classes: [StateTree.ClassSummary]
  /// The keys that were declared; none when there was only one.
  public let history: KeyHistory
  /// The checkpoint.
  public let note: SignedNote

  static let title = "omni/reserves@v1"

  init(classes: [StateTree.ClassSummary], history: KeyHistory, note: SignedNote) {
    self.classes = classes
    self.history = history
    self.note = note
  }

  /// The proof as it is written.
  public var encoded: String {
    let lines = classes.map { summary in
      let sums = summary.root.sums
      let currency = summary.group.currency
      return "class \(currency.code) \(currency.minorDigits) \(summary.count) \(sums.debits) "
        + "\(sums.credits) \(sums.owed) \(sums.held) \(summary.root.hash.base64) "
        + summary.group.name
    }
    return ([Self.title] + lines + history.lines).map { $0 + "\n" }.joined() + "\n" + note.encoded
  }

  /// Reads a proof; whether it proves anything is for ``verify(_:)`` to say.
  public init(_ bytes: [UInt8]) throws(ProofFailure) {
    var (lines, rest) = try ReceiptLines.cut(bytes, title: Self.title)
    var classes: [StateTree.ClassSummary] = []
    while lines.begins(with: "class") {
      let words = try lines.take("class", 9)
      guard let digits = DecimalText.parse(words[1]), digits <= 255,
        let currency = Currency(code: String(words[0]), minorDigits: UInt8(digits)),
        currency.code == words[0], let count = DecimalText.parse(words[2]),
        let sums = AccountSums(words[3...6]), let hash = MerkleHash(base64: words[7].utf8)
      else { throw ReceiptLines.malformed("class", words.joined(separator: " ")[...]) }
      classes.append(
        StateTree.ClassSummary(
          group: AccountClass(name: String(words[8]), currency: currency), count: count,
          root: SumNode(hash: hash, sums: sums)))
    }
    history = try KeyHistory(&lines)
    try lines.end()
    self.classes = classes
    do throws(NoteFailure) { note = try SignedNote(rest) } catch { throw .note(error) }
  }

  /// Checks all of it: order, sums, state root and signatures; debits must equal credits in each asset.
  ///
  /// - Returns: the checkpoint that the sums are of.
  public func verify(_ trust: Trust) throws(ProofFailure) -> Checkpoint {
    let checkpoint: Checkpoint
    do throws(NoteFailure) { checkpoint = try trust.check(note, history) } catch {
      throw .note(error)
    }
    guard zip(classes, classes.dropFirst()).allSatisfy({ $0.group < $1.group }) else {
      throw .contradiction(what: "classes out of their order")
    }
    guard StateLine.root(checkpoint) == StateTree.root(classes) else {
      throw .contradiction(what: "the classes do not lead to the state root")
    }
    for currency in Set(classes.map(\.group.currency)) {
      guard let total = total({ $0.currency == currency }), total.debits == total.credits else {
        throw .contradiction(what: "debits and credits of \(currency.code) that are not equal")
      }
    }
    return checkpoint
  }

  /// The sums over the classes that `isWanted` names, or nil when they have no room.
  public func total(_ isWanted: (AccountClass) -> Bool) -> AccountSums? {
    var total = AccountSums()
    for summary in classes where isWanted(summary.group) {
      guard let sum = total.adding(summary.root.sums) else { return nil }
      total = sum
    }
    return total
  }
}
