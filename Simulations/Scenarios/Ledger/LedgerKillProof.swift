import Foundation
import OmniPlatform
import OmniTestKit

/// Kills `omni ledger ingest` under load on a real disk, again and again.
///
/// Whatever the program had acknowledged must be there when the ledger is opened again, and sending
/// everything once more must end in the books of a run that nobody disturbed, and in a proof that is
/// the one of a tree made anew.
package struct LedgerKillProof {
  /// What was found.
  package struct Report: Sendable {
    /// How often the program was killed.
    package internal(set) var kills = 0
    /// How often it was killed after it had acknowledged something and before it had ended.
    package internal(set) var underLoad = 0
    /// How many transactions had been acknowledged before kills, all of which were found again.
    package internal(set) var acknowledged = 0
    /// The digest of the books at the end of all.
    package internal(set) var digest = ""

    /// A line.
    package var text: String {
      "\(kills) kills of omni ledger ingest, \(underLoad) under load; \(acknowledged) acknowledged "
        + "transactions found again, none doubled; digest \(digest)"
    }
  }

  private let program: String
  private let folder: String
  private let transactionCount: Int
  private var random: SeededRandom
  private var report = Report()

  /// Kills the program `kills` times.
  package static func run(
    program: String, kills: Int, seed: UInt64, transactionCount: Int = 40_000,
    progress: (String) -> Void = { _ in }
  ) throws -> Report {
    let folder = try FileSystem.makeTemporaryDirectory("omni-ledger-kills")
    defer { try? FileSystem.removeDirectory(folder) }
    var proof = Self(
      program: program, folder: folder, transactionCount: transactionCount,
      random: SeededRandom(seed: seed))
    try proof.makePayloads()
    proof.report.digest = try proof.undisturbed()
    while proof.report.kills < kills {
      try proof.killAndResume(until: kills)
      progress("\(proof.report.kills) of \(kills) kills")
    }
    guard proof.report.underLoad * 2 >= kills else {
      throw SimulationFailure(
        seed: seed, check: "every second kill under load", found: proof.report.text)
    }
    return proof.report
  }

  private init(program: String, folder: String, transactionCount: Int, random: SeededRandom) {
    self.program = program
    self.folder = folder
    self.transactionCount = transactionCount
    self.random = random
  }

  private func makePayloads() throws {
    var accounts = "account,asset,normal,limit\n"
    for number in 0..<50 { accounts += "acct-\(number),USD,credit,unlimited\n" }
    var nonces = Array(repeating: 0, count: 50)
    var chance = random
    var lines = ""
    for number in 0..<transactionCount {
      let sender = Int(chance.below(50))
      let receiver = (sender + 1 + Int(chance.below(49))) % 50
      nonces[sender] += 1
      let digits = String(number + 1, radix: 16)
      let id = String(repeating: "0", count: 32 - digits.count) + digits
      lines +=
        "{\"id\":\"\(id)\",\"sender\":\"acct-\(sender)\",\"legs\":[{\"debit\":\"acct-\(sender)\","
        + "\"credit\":\"acct-\(receiver)\",\"amount\":\"\(1 + chance.below(900)).25\","
        + "\"asset\":\"USD\"}],\"nonce\":\(nonces[sender]),\"ts\":\(1_000 + number)}\n"
    }
    try FileSystem.replaceFile(folder + "/accounts.csv", with: Array(accounts.utf8))
    try FileSystem.replaceFile(folder + "/payloads.ndjson", with: Array(lines.utf8))
  }

  private func arguments(_ ledger: String, batch: Int) -> [String] {
    [
      "ledger", "ingest", folder + "/payloads.ndjson", "--accounts", folder + "/accounts.csv",
      "--ledger", folder + "/" + ledger, "--batch", "\(batch)", "--acknowledge", "--json",
    ]
  }

  private func call(_ arguments: [String]) throws -> String {
    let (status, output) = try Child(program, arguments).finish()
    guard status == 0 else {
      throw SimulationFailure(
        seed: 0, check: "omni \(arguments.prefix(2).joined(separator: " ")) succeeds", found: output
      )
    }
    return output
  }

  private func undisturbed() throws -> String {
    _ = try call(["ledger", "init", "--ledger", folder + "/calm"])
    let output = try call(arguments("calm", batch: 1_000))
    return Child.text("digest", in: output) ?? ""
  }

  /// Begins a ledger, kills its program a few times, and lets it come to the end.
  private mutating func killAndResume(until kills: Int) throws {
    let ledger = "ledger-\(report.kills)"
    _ = try call(["ledger", "init", "--ledger", folder + "/" + ledger])
    var known = 0
    for _ in 0..<5 where report.kills < kills && known < transactionCount * 9 / 10 {
      let batch = 20 + Int(random.below(UInt64(transactionCount / 20)))
      let (acknowledged, isKilled) = try killed(ledger, batch: batch, known: known)
      report.kills += 1
      if isKilled && acknowledged > known { report.underLoad += 1 }
      let trial = try call(["ledger", "trial", "--ledger", folder + "/" + ledger, "--json"])
      let found = Int(Child.text("transactions", in: trial) ?? "") ?? -1
      guard found >= max(acknowledged, known), found <= transactionCount else {
        throw SimulationFailure(
          seed: 0, check: "at least \(max(acknowledged, known)) transactions after a kill",
          found: "\(found)")
      }
      report.acknowledged += acknowledged
      known = found
    }
    let output = try call(arguments(ledger, batch: 5_000))
    let digest = Child.text("digest", in: output)
    guard digest == report.digest else {
      throw SimulationFailure(
        seed: 0, check: "the digest \(report.digest)", found: digest ?? output)
    }
    let scrub = try call(["ledger", "scrub", "--ledger", folder + "/" + ledger, "--json"])
    guard scrub.contains("\"clean\":true") else {
      throw SimulationFailure(seed: 0, check: "a clean scrub", found: scrub)
    }
    try checkProof(folder + "/" + ledger)
    try FileSystem.removeDirectory(folder + "/" + ledger)
  }

  /// Holds the checkpoint of the files that the kills left against that of a tree made anew.
  private func checkProof(_ ledger: String) throws {
    let words = ["ledger", "checkpoint", "--ledger", ledger]
    let kept = try call(words)
    for name in try FileSystem.names(in: ledger + "/proof")
    where name.hasPrefix("tree-") || name == "frames" || name == "keys" {
      try FileSystem.remove("\(ledger)/proof/\(name)")
    }
    let anew = try call(words)
    // The output begins with a word about the files that were missing.
    guard anew.hasSuffix(kept), kept.split(separator: "\n").count >= 6 else {
      throw SimulationFailure(seed: 0, check: "the checkpoint \(anew)", found: kept)
    }
  }

  /// Starts the program and kills it as soon as it has acknowledged so many transactions that are
  /// new, or, one time in eight, before it has acknowledged any.
  ///
  /// - Returns: How many it had acknowledged, and whether it was the kill that ended it.
  private mutating func killed(
    _ ledger: String, batch: Int, known: Int
  ) throws -> (acknowledged: Int, isKilled: Bool) {
    let isEarly = random.below(8) == 0
    let most = UInt64(max(1, (transactionCount - known) / 3))
    let target = isEarly ? 0 : known + 1 + Int(random.below(most))
    let microseconds = random.below(isEarly ? 60_000 : 500)
    let child = try Child(program, arguments(ledger, batch: batch))
    var written = child.read { Self.acknowledged($0) >= target }
    usleep(UInt32(microseconds))
    let isKilled = child.kill()
    written += Data(child.finish().output.utf8)
    return (Self.acknowledged(written), isKilled)
  }

  /// The number of the last whole line that acknowledges transactions, or 0.
  private static func acknowledged(_ output: Data) -> Int {
    guard let end = output.lastIndex(of: 0x0A) else { return 0 }
    return String(decoding: output[..<end], as: UTF8.self).split(separator: "\n")
      .last { $0.hasPrefix("acknowledged ") }
      .flatMap { Int($0.dropFirst(13)) } ?? 0
  }
}
