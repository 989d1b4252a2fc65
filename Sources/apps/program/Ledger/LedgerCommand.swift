/// `omni ledger`: a ledger of its own, from payloads to books.
struct LedgerCommand: Command {
  static let name = "ledger"
  static let summary = "keeps double-entry books on disk: ingest, validate, query, check, measure"
  static let positional = "VERB [ARGUMENT]"
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
    Option("--at", "TIME", "balance, statement: as of this instant; expire: up to it"),
    Option("--sqlite", "FILE", "project: the SQLite file (the folder's name and .sqlite)"),
    Option("--postgres", "URL", "project: a PostgreSQL server instead of SQLite"),
    Option("--rebuild", nil, "project: begins anew"),
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
    ("expire", "", "moves the ledger's time on, and gives back what has expired"),
    ("scrub", "", "reads every byte of every file, and names each that is wrong"),
    ("project", "", "shows the books as SQL tables, in SQLite or PostgreSQL"),
    ("bench", "", "measures ingestion, validation, commits and signatures"),
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
    let wanted = verb.argument.isEmpty ? 0 : 1
    guard words.count == 1 + wanted else {
      throw Problem.usage(
        "CLI-030", "\(words.count - 1) words follow omni ledger \(verb.name)",
        wanted: wanted == 0 ? "none" : verb.argument, remedy: "see omni ledger --help")
    }
    let folder = LedgerFolder(arguments)
    switch verb.name {
    case "init": try folder.create(arguments, console)
    case "ingest": try LedgerIngest(words[1], arguments).run(folder, console)
    case "validate": try LedgerIngest(words[1], arguments, isRehearsal: true).run(folder, console)
    case "balance": try LedgerQuery(arguments).balance(of: words[1], folder, console)
    case "statement": try LedgerQuery(arguments).statement(of: words[1], folder, console)
    case "trial": try LedgerQuery(arguments).trial(folder, console)
    case "expire": try LedgerQuery(arguments).expire(folder, console)
    case "scrub": try folder.scrub(arguments, console)
    case "project": try LedgerProject(arguments).run(folder, console)
    default: try LedgerBenchmark(arguments).run(console)
    }
  }
}
