/// `omni ledger`: a ledger of its own, from payloads to books.
struct LedgerCommand: Command {
  static let name = "ledger"
  static let summary = "keeps double-entry books on disk: ingest, validate, query, check, measure"
  static let positional = "VERB [ARGUMENT…]"
  static let options: [Option] = [
    Option("--ledger", "DIR", "the ledger's folder (\(LedgerFolder.standard))"),
    Option(
      "--accounts", "FILE", "ingest, validate: accounts to open: account,asset,normal,limit[,key]"),
    Option("--map", "FILE.yaml", "ingest, validate: how a foreign table becomes transactions"),
    Option("--format", "FORM", "ingest, validate: ndjson, array or csv, instead of telling it"),
    Option("--asset", "CODE=DIGITS", "decimals of an asset that is not built in", repeats: true),
    Option(
      "--dead-letters", "FILE", "ingest, validate: what could not be taken, a line of JSON each"),
    Option("--verdicts", "FILE", "ingest, validate: line,id,verdict of every transaction"),
    Option("--batch", "COUNT", "ingest, validate: transactions a batch (8189)"),
    Option("--workers", "COUNT", "ingest, validate, bench: cores (all)"),
    Option(
      "--acknowledge", nil, "ingest: prints how many transactions are on disk after each batch"),
    Option("--at", "TIME", "balance, statement, trial: as of this instant; expire: up to it"),
    Option("--account", "NAME", "journal: movements of this account only"),
    Option("--from", "TIME", "journal: from this instant on"),
    Option("--to", "TIME", "journal: before this instant"),
    Option("--id", "ID", "journal: this transaction only"),
    Option("--sqlite", "FILE", "project, ask: the SQLite file (the folder's name and .sqlite)"),
    Option("--postgres", "URL", "project, ask: a PostgreSQL server instead of SQLite"),
    Option("--fields", "LIST", "ask: such as balance,last_time (all)"),
    Option("--rebuild", nil, "project: begins anew; checkpoint: makes the tree anew, and compares"),
    Option("--out", "PATH", "prove, checkpoint, export, …: where to write"),
    Option("--proof", nil, "balance: a signed proof of it"),
    Option("--cosigned", nil, "prove: under the last checkpoint that witnesses have signed"),
    Option("--no-proof", nil, "ingest: signs no checkpoints"),
    Option("--origin", "NAME", "the log's name, when its proof is begun (omni.ledger/IDENTITY)"),
    Option("--signing-key", "FILE", "the secret key, if it is not kept in the ledger's folder"),
    Option("--receipt", "FILE", "verify: what a ledger has handed out"),
    Option("--key", "KEY", "verify: the ledger's public key, or its file", repeats: true),
    Option("--witness", "KEY", "verify, checkpoint: a witness's public key", repeats: true),
    Option("--ignore-unknown", nil, "verify: passes over signatures by others"),
    Option("--earlier", "FILE", "verify: the checkpoint that a later one must continue"),
    Option("--owed", "CLASS", "verify: accounts that are owed to others", repeats: true),
    Option("--held", "CLASS", "verify: accounts that are held against them", repeats: true),
    Option("--cosignatures", "FILE", "checkpoint: adds what witnesses have answered"),
    Option("--log", "KEY", "witness: the public key of a ledger to watch", repeats: true),
    Option("--state", "DIR", "witness: its folder (.omni/witness)"),
    Option("--name", "NAME", "witness: its name, when its key is made"),
    .json,
  ]
  static let example = "omni ledger ingest payloads.ndjson --accounts accounts.csv"

  /// The verbs, what follows each, and what it does.
  static let verbs: [(name: String, argument: String, summary: String)] = [
    ("init", "", "makes an empty ledger"),
    ("ingest", "FILE|-", "takes payloads in: every accepted one is on disk when it is counted"),
    ("validate", "FILE|-", "says what ingest would say, and writes nothing"),
    ("balance", "ACCOUNT", "an account's balance, now or as of an instant"),
    ("statement", "ACCOUNT", "every movement of an account with its running balance"),
    ("trial", "", "the trial balance: debits and credits of every asset"),
    ("journal", "", "every movement, or those of --account, --from, --to or --id"),
    ("export", "FORM", "writes the books for other programs: csv, beancount or tiles"),
    ("expire", "", "moves the ledger's time on, and gives back what has expired"),
    ("scrub", "", "reads every byte of every file, and names each that is wrong"),
    ("prove", "ID", "a receipt: that a transaction is in the books, for whoever has the key"),
    ("verify", "", "checks a receipt or another proof offline: --receipt FILE --key KEY"),
    ("checkpoint", "", "signs the present state, and shows it"),
    ("consistency", "A [B]", "proves that the books have only grown from A to B entries"),
    ("reserves", "", "proves the sums of every class of accounts, and the trial balance"),
    ("witness", "[FILE|-]", "cosigns a checkpoint of another's ledger, or refuses a split view"),
    ("key", "", "the public key by which all of it is verified"),
    ("rotate", "", "signs with a new key from now on, and records it in the ledger"),
    ("project", "", "shows the books as SQL tables, in SQLite or PostgreSQL"),
    ("ask", "ACCOUNT…", "asks those tables about accounts, without the ledger"),
    ("bench", "", "measures ingestion, validation, commits, signatures and proofs"),
  ]

  static var help: String {
    let width = (verbs.map { $0.name.count + $0.argument.count }.max() ?? 0) + 3
    let lines = verbs.map { verb in
      let head = verb.argument.isEmpty ? verb.name : "\(verb.name) \(verb.argument)"
      return "  " + head + String(repeating: " ", count: max(1, width - head.count)) + verb.summary
    }
    return """
      omni ledger: \(summary)

      USAGE: omni ledger VERB [ARGUMENT] [options]

      VERBS:
      \(lines.joined(separator: "\n"))

      OPTIONS:
      \(optionLines.joined(separator: "\n"))

      EXAMPLE:
        \(example)
      """
  }

  static func run(_ arguments: Arguments, _ console: Console) throws {
    let words = arguments.positional
    guard let verb = verbs.first(where: { $0.name == words.first }) else {
      throw Problem.usage(
        "CLI-029", words.first.map { "omni ledger has no \($0)" } ?? "nothing follows omni ledger",
        wanted: verbs.map(\.name).joined(separator: ", "), remedy: "see omni ledger --help")
    }
    let wanted = verb.argument.split(separator: " ")
    let needed = wanted.count { !$0.hasPrefix("[") }
    let most = verb.argument.hasSuffix("…") ? LedgerAsk.accountCountMax : wanted.count
    guard (needed...most).contains(words.count - 1) else {
      throw Problem.usage(
        "CLI-030", "\(words.count - 1) words follow omni ledger \(verb.name)",
        wanted: wanted.isEmpty ? "none" : verb.argument, remedy: "see omni ledger --help")
    }
    let folder = LedgerFolder(arguments)
    if try proof(verb.name, Array(words.dropFirst()), folder, arguments, console) { return }
    switch verb.name {
    case "init": try folder.create(arguments, console)
    case "ingest": try LedgerIngest(words[1], arguments).run(folder, console)
    case "validate": try LedgerIngest(words[1], arguments, isRehearsal: true).run(folder, console)
    case "balance": try LedgerQuery(arguments).balance(of: words[1], folder, console)
    case "statement": try LedgerQuery(arguments).statement(of: words[1], folder, console)
    case "trial": try LedgerQuery(arguments).trial(folder, console)
    case "journal": try LedgerExport(arguments).journal(folder, console)
    case "export": try LedgerExport(arguments).export(words[1], folder, console)
    case "expire": try LedgerQuery(arguments).expire(folder, console)
    case "scrub": try folder.scrub(arguments, console)
    case "project": try LedgerProject(arguments).run(folder, console)
    case "ask": try LedgerAsk(Array(words.dropFirst()), arguments).run(folder, console)
    default: try LedgerBenchmark(arguments).run(console)
    }
  }

  /// Runs a verb that is about proofs; says whether it was one.
  private static func proof(
    _ verb: String, _ words: [String], _ folder: LedgerFolder, _ arguments: Arguments,
    _ console: Console
  ) throws -> Bool {
    let proof = LedgerProof(arguments)
    switch verb {
    case "prove": try proof.prove(words[0], folder, console)
    case "verify": try LedgerVerify(arguments).run(console)
    case "checkpoint": try proof.checkpoint(folder, console)
    case "consistency": try proof.consistency(words, folder, console)
    case "reserves": try proof.reserves(folder, console)
    case "witness": try LedgerWitness(arguments).run(words.first, console)
    case "key": try proof.key(folder, console)
    case "rotate": try proof.rotate(folder, console)
    case "balance" where arguments.has("--proof"):
      try proof.balance(of: words[0], folder, console)
    default: return false
    }
    return true
  }
}
