import OmniCrypto
import OmniLedger
import OmniMoney
import OmniPlatform
import OmniProof
import OmniTime
import OmniTransparencyLog

/// `omni ledger verify`: checks what a ledger has handed out, with nothing but its public key.
struct LedgerVerify {
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) throws {
    let path = try arguments.required("--receipt", LedgerCommand.self)
    _ = try arguments.required("--key", LedgerCommand.self)
    let trust = Trust(
      keys: try arguments.all("--key").map { try KeyFile.verifier($0) },
      witnesses: try arguments.all("--witness").map { try KeyFile.verifier($0) },
      ignoresUnknown: arguments.has("--ignore-unknown"))
    let bytes = try LedgerProof.bytes(path)
    do {
      let members = try verify(bytes, trust)
      if arguments.has("--json") {
        console.print(JSONText.object(members.facts + members.lines).text)
      } else {
        for (name, value) in members.facts {
          let plain = if case .text(let text) = value { text } else { value.text }
          console.print(name + String(repeating: " ", count: max(1, 14 - name.count)) + plain)
        }
        if case .text(let line)? = members.lines.last?.1 { console.print(line) }
      }
    } catch let failure as ProofFailure {
      throw LedgerFolder.problem(failure)
    } catch let failure as NoteFailure {
      throw LedgerFolder.problem(.note(failure))
    }
  }

  /// What was proven: facts to show, and the line that says so.
  private struct Verdict {
    var facts: [(String, JSONText)]
    var lines: [(String, JSONText)]

    init(_ facts: [(String, JSONText)], _ checkpoint: Checkpoint, _ line: String) {
      self.facts =
        facts + [
          ("ledger", .text(checkpoint.origin)), ("entries", .count(checkpoint.size)),
          ("root", .text(checkpoint.root.base64)),
        ]
      lines = [("verified", .text(line))]
    }
  }

  private func verify(_ bytes: [UInt8], _ trust: Trust) throws -> Verdict {
    let title = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    switch title {
    case "omni/receipt@v1": return try receipt(Receipt(bytes), trust)
    case "omni/balance@v1": return try balance(BalanceProof(bytes), trust)
    case "omni/reserves@v1": return try reserves(ReservesProof(bytes), trust)
    case let line where line.hasPrefix("old "): return try consistency(WitnessRequest(bytes), trust)
    default:
      let note = try SignedNote(bytes)
      let checkpoint = try trust.check(note)
      return Verdict([], checkpoint, "checkpoint of \(checkpoint.size) entries verified")
    }
  }

  private func receipt(_ receipt: Receipt, _ trust: Trust) throws -> Verdict {
    let checkpoint = try receipt.verify(trust)
    let transaction = receipt.transaction
    func name(_ key: AccountKey) -> String {
      receipt.names.first { AccountKey(name: $0) == key } ?? ""
    }
    var facts: [(String, JSONText)] = [
      ("id", .text("\(transaction.id)")), ("sender", .text(name(transaction.sender))),
      ("time", .text("\(Timestamp(nanoseconds: transaction.timestamp))")),
    ]
    if transaction.flags.rawValue != 0 { facts.append(("flags", .text("\(transaction.flags)"))) }
    for leg in transaction.legs {
      let currency = Currency(packedCode: leg.asset, minorDigits: leg.digits)
      let amount = Amount(minorUnits: leg.amount, currency: currency)
      facts.append(
        (
          "leg",
          .text(
            "debit \(name(leg.debit)), credit \(name(leg.credit)), \(amount.decimalText) "
              + currency.code)
        ))
    }
    facts.append(("entry", .count(receipt.proof.index)))
    return Verdict(facts, checkpoint, "receipt \(transaction.id) verified")
  }

  private func balance(_ proof: BalanceProof, _ trust: Trust) throws -> Verdict {
    let checkpoint = try proof.verify(trust)
    func text(_ units: Int128) -> String {
      Amount(minorUnits: units, currency: proof.terms.currency).decimalText
    }
    return Verdict(
      [
        ("account", .text(proof.terms.name)), ("asset", .text(proof.terms.currency.code)),
        ("balance", .text(text(proof.state.balance(proof.terms.normal)))),
        ("debits", .text(text(proof.state.debits))), ("credits", .text(text(proof.state.credits))),
      ], checkpoint, "balance of \(proof.terms.name) verified")
  }

  private func reserves(_ proof: ReservesProof, _ trust: Trust) throws -> Verdict {
    let checkpoint = try proof.verify(trust)
    var facts: [(String, JSONText)] = []
    for summary in proof.classes {
      let currency = summary.group.currency
      facts.append(
        (
          "class",
          .text(
            "\(summary.group.name.isEmpty ? "(no class)" : summary.group.name) \(currency.code): "
              + "\(summary.count) accounts, owed "
              + Self.decimal(summary.root.sums.owed, currency) + ", held "
              + Self.decimal(summary.root.sums.held, currency))
        ))
    }
    let owed = arguments.all("--owed")
    let held = arguments.all("--held")
    if owed.isEmpty != held.isEmpty {
      throw Problem.usage(
        "CLI-040", "--owed and --held stand alone", wanted: "both, or none of them",
        remedy: "name the classes that are owed, and those that are held against them")
    }
    for currency in Self.currencies(proof) where !owed.isEmpty {
      guard let debts = proof.total({ owed.contains($0.name) && $0.currency == currency }),
        let assets = proof.total({ held.contains($0.name) && $0.currency == currency })
      else { throw ProofFailure.contradiction(what: "a sum of more than 192 bits") }
      facts.append(
        (
          "reserve",
          .text(
            "\(currency.code): owed \(Self.decimal(debts.owed, currency)), held "
              + "\(Self.decimal(assets.held, currency))")
        ))
      guard debts.owed <= assets.held else {
        throw Problem(
          "LED-038",
          "in \(currency.code) more is owed than held: "
            + "\(Self.decimal(debts.owed, currency)) against \(Self.decimal(assets.held, currency))",
          wanted: "at least as much held as owed", remedy: "ask the ledger's keeper")
      }
    }
    return Verdict(
      facts, checkpoint,
      owed.isEmpty ? "sums of \(proof.classes.count) classes verified" : "reserves verified")
  }

  private static func currencies(_ proof: ReservesProof) -> [Currency] {
    var found: [Currency] = []
    for summary in proof.classes where !found.contains(summary.group.currency) {
      found.append(summary.group.currency)
    }
    return found
  }

  private func consistency(_ request: WitnessRequest, _ trust: Trust) throws -> Verdict {
    let earlier = try arguments.required("--earlier", LedgerCommand.self)
    let before = try trust.check(SignedNote(LedgerProof.bytes(earlier)))
    let later = try trust.check(request.note)
    guard before.origin == later.origin else {
      throw NoteFailure.otherOrigin(found: later.origin, wanted: before.origin)
    }
    let proof = ConsistencyProof(
      earlier: before.size, later: later.size, hashes: request.hashes)
    guard request.oldSize == before.size, proof.verifies(before.root, later.root) else {
      throw ProofFailure.contradiction(
        what: "the tree of \(later.size) entries does not begin with that of \(before.size)")
    }
    return Verdict([], later, "consistency from \(before.size) to \(later.size) entries verified")
  }

  /// A sum in the asset's units.
  static func decimal(_ sum: TotalSum, _ currency: Currency) -> String {
    let digits = "\(sum)"
    let places = Int(currency.minorDigits)
    if places == 0 { return digits }
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return "\(padded.dropLast(places)).\(padded.suffix(places))"
  }
}
