import OmniCrypto
import OmniExports
import OmniLedger
import OmniLedgerStore
import OmniPlatform
import OmniProof
import OmniTime
import OmniTransparencyLog
import OmniWriteAheadLog

/// `omni ledger journal` and `omni ledger export`.
struct LedgerExport {
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  // MARK: Journal

  /// Every movement, or those that are looked for.
  func journal(_ folder: LedgerFolder, _ console: Console) throws {
    var filter = JournalWriter.Filter()
    filter.from = try LedgerQuery.instant("--from", arguments)
    filter.to = try LedgerQuery.instant("--to", arguments)
    if let text = arguments.value("--id") {
      guard let id = TransactionID(hexadecimal: text) else {
        throw Problem.usage(
          "CLI-037", "\(text) is no identifier of a transaction",
          wanted: "32 hexadecimal digits", remedy: "give one")
      }
      filter.id = id
    }
    var store = try folder.open(console)
    if let name = arguments.value("--account") {
      guard let number = store.books.register.number(named: name) else {
        throw LedgerQuery.unknownAccount(name, store.books)
      }
      filter.account = number
    }
    let file = LineFile(arguments.value("--out"))
    let isJSON = arguments.has("--json")
    var rows: [JSONText] = []
    if !isJSON { Self.give(JournalWriter.header, file, console) }
    try Self.writeJournal(JournalWriter(store.books.register.terms, filter), &store) { line in
      if isJSON { rows.append(.text(line)) } else { Self.give(line, file, console) }
    }
    try LedgerFolder.wrapped { try store.close() }
    if isJSON {
      let text = JSONText.object([("columns", .text(JournalWriter.header)), ("rows", .list(rows))])
      Self.give(text.text, file, console)
    }
    try file?.finish()
  }

  private static func give(_ line: String, _ file: LineFile?, _ console: Console) {
    if let file { file.add(line) } else { console.print(line) }
  }

  private static func writeJournal(
    _ writer: JournalWriter, _ store: inout LedgerFolder.Store, _ give: (String) -> Void
  ) throws {
    try LedgerFolder.tell(&store) { chapter in
      for entry in chapter.entries { for line in writer.lines(entry) { give(line) } }
    }
  }

  // MARK: Exports

  /// Writes the books in a form that other programs read.
  func export(_ form: String, _ folder: LedgerFolder, _ console: Console) throws {
    guard ["csv", "beancount", "tiles"].contains(form) else {
      throw Problem.usage(
        "CLI-042", "there is no form \(form)", wanted: "csv, beancount or tiles",
        remedy: "name one; for Parquet and Arrow, see docs/decisions/0013-no-columnar-export.md")
    }
    let path = try arguments.required("--out", LedgerCommand.self)
    var store = try folder.open(console)
    let what: String
    switch form {
    case "csv": what = try csv(path, &store)
    case "beancount": what = try beancount(path, &store)
    default: what = try tiles(path, folder, &store, console)
    }
    try LedgerFolder.wrapped { try store.close() }
    if arguments.has("--json") {
      console.print(JSONText.object([("form", .text(form)), ("path", .text(path))]).text)
    } else {
      console.print("\(what) written to \(path)")
    }
  }

  /// `accounts.csv` and `journal.csv` in a folder.
  private func csv(_ path: String, _ store: inout LedgerFolder.Store) throws -> String {
    try Problem.wrapping { try FileSystem.makeDirectory(path) }
    let accounts = LineFile("\(path)/accounts.csv")
    accounts?.add(AccountLines.header)
    for (number, terms) in store.books.register.terms.enumerated() {
      accounts?.add(AccountLines.line(terms, store.books.account(number)))
    }
    try accounts?.finish()
    let journal = LineFile("\(path)/journal.csv")
    journal?.add(JournalWriter.header)
    try Self.writeJournal(JournalWriter(store.books.register.terms), &store) { journal?.add($0) }
    try journal?.finish()
    return "\(store.books.accountCount) accounts and \(store.books.transactionCount) transactions"
  }

  private func beancount(_ path: String, _ store: inout LedgerFolder.Store) throws -> String {
    var (first, last) = (Int64.max, Int64.min)
    try LedgerFolder.tell(&store) { chapter in
      for entry in chapter.entries {
        first = min(first, entry.transaction.timestamp)
        last = max(last, entry.transaction.timestamp)
      }
    }
    if first > last { (first, last) = (0, 0) }
    var writer = BeancountWriter(
      from: Timestamp(nanoseconds: first), to: Timestamp(nanoseconds: last))
    let file = LineFile(path)
    func add(_ lines: [String]) { for line in lines { file?.add(line) } }
    add(writer.head(title: "OMNI ledger \(store.identity)"))
    let terms = store.books.register.terms
    for one in terms { add(writer.open(one)) }
    let whole = writer
    try LedgerFolder.tell(&store) { chapter in
      for entry in chapter.entries { add(whole.lines(entry, terms)) }
    }
    add(whole.tail(terms) { store.books.account($0) })
    try file?.finish()
    return "\(terms.count) accounts and \(store.books.transactionCount) transactions"
  }

  /// The log as C2SP tlog-tiles has it: files that any web server can serve.
  private func tiles(
    _ path: String, _ folder: LedgerFolder, _ store: inout LedgerFolder.Store, _ console: Console
  ) throws -> String {
    var proof = try folder.openProof(
      &store, origin: arguments.value("--origin"), key: arguments.value("--signing-key"), console)
    do {
      let note = try LedgerProof.sign(store, &proof)
      let size = proof.prover.size
      let width = UInt64(MerkleTree.tileWidth)
      for level in 0..<MerkleTree.levelCount(size: size) {
        let count = MerkleTree.tileCount(size: size, level: level)
        for index in 0..<(count + width - 1) / width {
          let wide = Int(min(width, count - index * width))
          let hashes = try proof.prover.tile(level: level, index: index, width: wide)
          try Self.put(
            MerkleHash.bytes(of: hashes),
            "\(path)/\(TileName.hashes(level: level, index: index, width: wide))")
        }
      }
      try Self.bundles(path, &store)
      // The checkpoint comes last: whoever sees it finds all that it covers.
      try Self.put(Array(note.encoded.utf8), "\(path)/checkpoint")
      try proof.prover.close()
      return "\(size) entries"
    } catch let failure as ProofFailure {
      throw LedgerFolder.problem(failure)
    }
  }

  /// Entries in bundles of 256, each entry behind its length in two bytes.
  private static func bundles(_ path: String, _ store: inout LedgerFolder.Store) throws {
    var (bundle, count, index) = ([UInt8](), 0, UInt64(0))
    var body = FrameBody()
    func flush() throws {
      if count == 0 { return }
      try put(bundle, "\(path)/\(TileName.entries(index: index, width: count))")
      (bundle, count, index) = ([], 0, index + 1)
    }
    var number: UInt64 = 1
    while number <= store.frameCount {
      let frame = try LedgerFolder.wrapped { try store.readFrame(number, into: &body) }
      var entries: [[UInt8]] = []
      try ProofEntry.forEachEntry(of: frame, &body) { entries.append($0) }
      for entry in entries {
        bundle += [UInt8(entry.count >> 8), UInt8(entry.count & 0xFF)] + entry
        count += 1
        if count == MerkleTree.tileWidth { try flush() }
      }
      number += 1
    }
    try flush()
  }

  private static func put(_ bytes: [UInt8], _ path: String) throws {
    try Problem.wrapping {
      try FileSystem.makeDirectory(FileSystem.folder(of: path))
      try FileSystem.replaceFile(path, with: bytes)
    }
  }
}
