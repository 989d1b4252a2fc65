import Foundation
import OmniCrypto
import OmniPlatform
import OmniTestKit
import OmniTransparencyLog
import Testing

/// What a ledger hands out, in the hands of two verifiers: the program, and `Tests/verifier/verify.py`.
@Suite("LedgerVerify", .enabled(if: Child.isBuilt, Comment(rawValue: Child.absence)))
struct LedgerVerifyTests {
  private static let verifier = "\(SampleFiles.root)/Tests/verifier/verify.py"
  private static let trials = "\(SampleFiles.root)/Tests/verifier/trials.py"
  private static let guides = "\(SampleFiles.root)/docs/guides"
  private static let id = "00000000000000000000000000000002"

  /// The fenced blocks of one kind of a guide, in their order.
  private static func blocks(_ kind: String, of guide: String) throws -> [String] {
    let text = try String(contentsOfFile: "\(guides)/\(guide)", encoding: .utf8)
    let parts = text.components(separatedBy: "```")
    return stride(from: 1, to: parts.count, by: 2).compactMap { place in
      let lines = parts[place].split(
        separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      return lines[0] == kind && lines.count > 1 ? String(lines[1]) : nil
    }
  }

  /// A folder with the ledger of the guide, in which `body` runs lines of the shell.
  private func inLedger(_ body: (_ shell: (String) throws -> Outcome) throws -> Void) throws {
    let folder = try FileSystem.makeTemporaryDirectory("omni-verify")
    defer { try? FileSystem.removeDirectory(folder) }
    let texts = try Self.blocks("text", of: "keep-a-ledger.md")
    try #require(texts.count >= 2)
    try FileSystem.replaceFile(folder + "/accounts.csv", with: Array(texts[0].utf8))
    try FileSystem.replaceFile(folder + "/payloads.ndjson", with: Array(texts[1].utf8))
    let shell = { (line: String) throws -> Outcome in
      try Child.shell("cd '\(folder)' && \(line)")
    }
    try run("omni ledger init", shell)
    try run("omni ledger ingest payloads.ndjson --accounts accounts.csv", shell)
    try body(shell)
  }

  @discardableResult
  private func run(_ line: String, _ shell: (String) throws -> Outcome) throws -> String {
    let outcome = try shell(line)
    #expect(outcome.code == 0, "\(line): \(outcome.messages)")
    return outcome.output
  }

  @Test func `the guide's lines do what it says, in both verifiers`() throws {
    try inLedger { shell in
      for block in try Self.blocks("sh", of: "verify-a-receipt.md") {
        for line in block.split(separator: "\n") {
          let output = try run(String(line), shell)
          guard line.contains("ledger verify") else { continue }
          #expect(output.contains("verified"), "\(line)")
          let words = line.split(separator: " ").dropFirst(3).filter { $0 != "--receipt" }
          let other = try run(
            "python3 \(Self.verifier) \(words.joined(separator: " "))", shell)
          #expect(output.hasSuffix(other) && !other.isEmpty, "\(line): \(other)")
        }
      }
    }
  }

  @Test(arguments: [
    ("prove \(id)", ""), ("balance alice --proof", ""), ("reserves", ""), ("checkpoint", ""),
    ("consistency earlier", "earlier"),
  ])
  func `every single bit of what is handed out counts in the second verifier`(
    line: String, earlier: String
  ) throws {
    try inLedger { shell in
      try run("omni ledger key --out key && omni ledger checkpoint --out earlier", shell)
      try run("omni ledger expire --at 2027-01-01T00:00:00Z", shell)
      try run("omni ledger \(line) --out file", shell)
      let output = try run("python3 \(Self.trials) flips file key \(earlier)", shell)
      #expect(output.hasPrefix("refused "), "\(output)")
    }
  }

  @Test func `both implementations agree on ten thousand random logs, right proofs and wrong`()
    throws
  {
    var lines = ""
    for seed in UInt64(1)...10_000 { lines += Self.trial(seed) + "\n" }
    let folder = try FileSystem.makeTemporaryDirectory("omni-agree")
    defer { try? FileSystem.removeDirectory(folder) }
    try FileSystem.replaceFile("\(folder)/cases", with: Array(lines.utf8))
    let outcome = try Child.shell("python3 '\(Self.trials)' agree < '\(folder)/cases'")
    #expect(outcome.output == "agreed 10000\n", "\(outcome.messages)")
  }

  /// A random log with a proof of each kind, of which every third was changed, and what we say of it.
  private static func trial(_ seed: UInt64) -> String {
    var random = SeededRandom(seed: seed)
    let size = 1 + random.below(random.below(10) == 0 ? 300 : 40)
    let leaves = (0..<size).map { index in
      MerkleHash.leaf(
        [seed, index].flatMap { word in
          (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
        })
    }
    var reader = TreeReader(MemoryTiles(leaves), size: size)
    let (index, old) = (random.below(size), random.below(size + 1))
    let (root, oldRoot) = (reader.root(size), reader.root(old))
    let path = change(reader.inclusion(of: index, in: size).hashes, &random)
    let steps = change(reader.consistency(from: old, to: size).hashes, &random)
    let holds = InclusionProof(index: index, size: size, hashes: path)
      .verifies(leaves[Int(index)], in: root)
    let continues = ConsistencyProof(earlier: old, later: size, hashes: steps)
      .verifies(oldRoot, root)
    func text(_ hashes: [MerkleHash]) -> String {
      hashes.isEmpty ? "-" : hashes.map { "\($0)" }.joined(separator: ",")
    }
    return "\(seed) \(size) \(root) \(index) \(text(path)) \(holds ? "yes" : "no") \(old) "
      + "\(oldRoot) \(text(steps)) \(continues ? "yes" : "no")"
  }

  private static func change(
    _ hashes: [MerkleHash], _ random: inout SeededRandom
  ) -> [MerkleHash] {
    var hashes = hashes
    switch random.below(9) {
    case 0 where !hashes.isEmpty: hashes.removeLast()
    case 1: hashes.append(.leaf([7]))
    case 2 where hashes.count > 1:
      hashes.swapAt(0, Int(1 + random.below(UInt64(hashes.count - 1))))
    case 3 where !hashes.isEmpty:
      hashes[Int(random.below(UInt64(hashes.count)))].words[0] ^= 1
    default: break
    }
    return hashes
  }

  @Test func `a split view is caught by the witness, a rewritten history by consistency`() throws {
    try inLedger { shell in
      try run("omni ledger key --out key && omni ledger checkpoint --out first", shell)
      // A copy of the ledger goes another way, with the same key.
      try run("cp -r .omni/ledger other", shell)
      try run("omni ledger consistency 0 --out request", shell)
      try run("omni ledger witness request --log key --state w > answer", shell)
      let payload = #"{"id":"00000000000000000000000000000009","sender":"cash","legs":"#
      func line(_ amount: String, _ account: String) -> String {
        #"'\#(payload)[{"debit":"cash","credit":"\#(account)","amount":"\#(amount)","#
          + #""asset":"USD"}],"nonce":2,"ts":"2026-02-01T00:00:00Z"}'"#
      }
      try run("echo \(line("1.00", "alice")) | omni ledger ingest -", shell)
      try run("echo \(line("1.00", "bob")) | omni ledger ingest - --ledger other", shell)
      try run("omni ledger consistency first --out mine", shell)
      try run("omni ledger consistency first --ledger other --out theirs", shell)
      try run("omni ledger witness mine --log key --state w", shell)
      let again = try shell("omni ledger witness theirs --log key --state w")
      #expect(again.code == 1 && again.messages.hasPrefix("error[PRF-013]"), "\(again.messages)")
      // The same size, asked for from there.
      let size = 7
      try run("omni ledger consistency \(size) --ledger other --out theirs", shell)
      let split = try shell("omni ledger witness theirs --log key --state w")
      #expect(split.code == 1 && split.messages.hasPrefix("error[PRF-014]"), "\(split.messages)")
      // The other ledger cannot show that it continues what was signed here.
      try run("omni ledger checkpoint --out second", shell)
      let proof = try shell("omni ledger consistency second --ledger other")
      #expect(proof.code == 1 && proof.messages.hasPrefix("error[PRF-022]"), "\(proof.messages)")
      try run("omni ledger consistency \(size) --ledger other --out theirs", shell)
      let forged = try shell(
        "omni ledger verify --receipt theirs --key key --earlier second")
      #expect(forged.code == 1 && forged.messages.hasPrefix("error[PRF-026]"), "\(forged.messages)")
    }
  }

  @Test func `a key that is not the log's never gets into the ledger`() throws {
    try inLedger { shell in
      try run("omni ledger init --ledger other", shell)
      try run("omni ledger witness --state w > w.pub", shell)
      let before = try run("omni ledger scrub --ledger other", shell)
      // A witness's key, a log's key under another name, and what fails for other reasons.
      for line in [
        "key --signing-key w/witness-key",
        "key --signing-key .omni/ledger/proof/signing-key --origin another",
        "prove \(Self.id)", "balance nobody --proof", "checkpoint --cosignatures w.pub",
      ] {
        let outcome = try shell("omni ledger \(line) --ledger other")
        #expect(outcome.code != 0, "\(line)")
        #expect(try run("omni ledger scrub --ledger other", shell) == before, "\(line)")
      }
      #expect(try shell("omni ledger witness w.pub --state none").code != 0)
      #expect(try shell("test -e none").code != 0)
      try run("omni ledger key --ledger other", shell)
    }
  }

  @Test func `a rotation that was cut off anywhere is completed`() throws {
    try inLedger { shell in
      try run("omni ledger key --out first && omni ledger rotate --out second", shell)
      let proof = ".omni/ledger/proof"
      try run("mv \(proof)/signing-key \(proof)/signing-key.new", shell)
      #expect(try run("omni ledger key", shell) == run("cat second", shell))
      let old = try run("ls \(proof) | grep 'signing-key\\.'", shell).split(separator: "\n")[0]
      try run(
        "mv \(proof)/signing-key \(proof)/signing-key.new && mv \(proof)/\(old) \(proof)/signing-key",
        shell)
      #expect(try run("omni ledger key", shell) == run("cat second", shell))
    }
  }

  @Test func `a tree that is damaged is told, and made anew on request`() throws {
    try inLedger { shell in
      try run("omni ledger checkpoint --out before", shell)
      // Of a whole tile only its root is needed to go on, so damage inside is met by a receipt.
      let lines = (3...400).map { number in
        #"{"id":"\#(String(format: "%032x", number * 4_096))","sender":"cash","legs":[{"debit":"cash","#
          + #""credit":"bob","amount":"1.00","asset":"USD"}],"nonce":\#(number - 1),"#
          + #""ts":"2026-03-01T00:00:00Z"}"#
      }
      try run("cat > more.ndjson <<'END'\n\(lines.joined(separator: "\n"))\nEND", shell)
      try run("omni ledger ingest more.ndjson", shell)
      try run("omni ledger prove \(Self.id) --out receipt", shell)
      let flip = "f=.omni/ledger/proof/tree-0; printf '\\377' | dd of=$f bs=1 seek=130 conv=notrunc"
      try run("\(flip) 2>&1", shell)
      let damaged = try shell("omni ledger prove \(Self.id)")
      #expect(
        damaged.code == 1 && damaged.messages.hasPrefix("error[PRF-028]"), "\(damaged.messages)")
      try run("omni ledger checkpoint --rebuild", shell)
      #expect(
        try run("omni ledger prove \(Self.id)", shell) == run("cat receipt", shell))
    }
  }

  @Test func `what is owed is held against what is held`() throws {
    try inLedger { shell in
      try run("omni ledger key --out key && omni ledger reserves --out reserves", shell)
      let verify = "omni ledger verify --receipt reserves --key key"
      #expect(try run("\(verify) --owed '' --held ''", shell).contains("reserves verified"))
      let short = try shell("\(verify) --owed '' --held bank")
      #expect(short.code == 1 && short.messages.hasPrefix("error[LED-038]"), "\(short.messages)")
      let alone = try shell("\(verify) --owed ''")
      #expect(alone.messages.hasPrefix("error[CLI-040]"), "\(alone.messages)")
    }
  }

  @Test(arguments: [
    ("prove 00000000000000000000000000000077", "LED-036"), ("prove xyz", "CLI-037"),
    ("prove \(id) --cosigned", "LED-037"), ("verify --receipt nowhere --key key", "PLT-001"),
    ("verify --receipt key --key key", "PRF-001"), ("verify --receipt key", "CLI-007"),
    ("verify --receipt receipt --key 'a+b+c'", "PRF-002"), ("balance carol --proof", "LED-023"),
    ("consistency 99", "CLI-038"), ("consistency 1 2", "CLI-039"), ("consistency", "CLI-030"),
    ("witness receipt", "CLI-041"), ("witness receipt --log key", "PRF-001"),
    ("checkpoint --cosignatures receipt", "CLI-036"),
    ("checkpoint --signing-key nowhere", "LED-035"),
    ("witness --state other --name 'a b'", "CLI-035"),
  ])
  func `what cannot be done is told`(line: String, code: String) throws {
    try inLedger { shell in
      try run("omni ledger key --out key && omni ledger prove \(Self.id) --out receipt", shell)
      let outcome = try shell("omni ledger \(line)")
      #expect(
        outcome.code != 0 && outcome.messages.hasPrefix("error[\(code)]"), "\(outcome.messages)")
    }
  }

  @Test func `a receipt of another ledger, or with another key, is refused`() throws {
    try inLedger { shell in
      try run("omni ledger key --out key && omni ledger prove \(Self.id) --out receipt", shell)
      try run(
        "omni ledger init --ledger other && omni ledger key --ledger other --out strange", shell)
      let outcome = try shell("omni ledger verify --receipt receipt --key strange")
      #expect(outcome.messages.hasPrefix("error[PRF-006]"), "\(outcome.messages)")
      let python = try shell("python3 \(Self.verifier) receipt --key strange")
      #expect(python.code == 1 && python.messages.contains("not verified"), "\(python.messages)")
    }
  }
}
