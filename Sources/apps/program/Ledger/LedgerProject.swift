import OmniCrypto
import OmniLedger
import OmniLedgerStore
import OmniPlatform
import OmniPostgreSQL
import OmniProjections
import OmniSQLite
import OmniWriteAheadLog

/// `omni ledger project`: the books as SQL tables.
struct LedgerProject {
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ folder: LedgerFolder, _ console: Console) throws {
    var store = try folder.open(console)
    do {
      if let url = arguments.value("--postgres") {
        var target = try PostgreSQLProjection(try PostgreSQLConnection(url))
        try fill(&target, &store, "PostgreSQL", console)
      } else {
        let path = arguments.value("--sqlite") ?? "\(folder.path).sqlite"
        var target = try SQLiteProjection(.file(path))
        try fill(&target, &store, path, console)
      }
    } catch let error as ProjectionFailure {
      throw Problem(
        describing: error, code: error.code,
        remedy: error.wantsRebuild
          ? "run the command with --rebuild" : "see docs/reference/errors.md")
    } catch let error as PostgreSQLFailure {
      throw Problem(describing: error, code: error.code, remedy: "check the server and the URL")
    } catch let error as LedgerStoreFailure {
      throw LedgerFolder.problem(error)
    }
    try LedgerFolder.wrapped { try store.close() }
  }

  private func fill(
    _ target: inout some ProjectionTarget & ~Copyable, _ store: inout LedgerFolder.Store,
    _ place: String, _ console: Console
  ) throws {
    if arguments.has("--rebuild") { try target.reset() }
    let position = try target.position()
    let known = position?.frame ?? 0
    var digests: [UInt64: Digest256] = [:]
    var news: [LedgerChapter] = []
    try tell(&store) { chapter in
      digests[chapter.frame] = chapter.digest
      if chapter.frame > known { news.append(chapter) }
    }
    try position?.check(identity: store.identity.value, lastFrame: store.frameCount) { digests[$0] }
    guard let last = news.last else {
      show(place, frames: 0, transactions: 0, console)
      return
    }
    try target.begin()
    do {
      for chapter in news { try put(chapter, into: &target, store.books) }
      try target.put(balances(store.books))
      try target.commit(
        ProjectionPosition(
          identity: store.identity.value, frame: last.frame,
          ordinal: UInt64(store.books.transactionCount), digest: last.digest))
      try target.makeIndexes()
    } catch {
      // What hindered is told; that nothing is left of the attempt is the database's promise too.
      try? target.rollback()
      throw error
    }
    let count = news.reduce(0) { $0 + $1.entries.count }
    show(place, frames: news.count, transactions: count, console)
  }

  private func put(
    _ chapter: LedgerChapter, into target: inout some ProjectionTarget & ~Copyable,
    _ books: borrowing Books
  ) throws {
    if !chapter.opened.isEmpty {
      try target.put(
        chapter.opened.map {
          ProjectedAccount(number: UInt32($0), terms: books.register.terms[$0])
        })
    }
    if !chapter.expired.isEmpty { try target.expire(chapter.expired) }
    guard !chapter.entries.isEmpty else { return }
    try target.put(
      chapter.entries.map { entry in
        let isVoid = entry.transaction.flags.contains(.void)
        var projected = ProjectedTransaction(
          ordinal: entry.ordinal, frame: chapter.frame, transaction: entry.transaction,
          legs: isVoid
            ? []
            : entry.postings.map {
              ProjectedLeg(debit: $0.debit, credit: $0.credit, amount: $0.amount)
            })
        if entry.transaction.flags.contains(.pending) { projected.state = .pending }
        projected.resolves = entry.resolves
        return projected
      })
  }

  private func balances(_ books: borrowing Books) -> [ProjectedBalance] {
    (0..<books.accountCount).map { number in
      let state = books.account(number)
      return ProjectedBalance(
        account: UInt32(number), debits: state.debits, credits: state.credits,
        pendingDebits: state.pendingDebits, pendingCredits: state.pendingCredits)
    }
  }

  private func tell(
    _ store: inout LedgerFolder.Store, _ visit: (LedgerChapter) -> Void
  ) throws {
    do throws(HistoryFailure<Never>) {
      try store.tellHistory { (chapter) throws(Never) in visit(chapter) }
    } catch {
      if case .ledger(let failure) = error { throw failure }
    }
  }

  private func show(_ place: String, frames: Int, transactions: Int, _ console: Console) {
    if arguments.has("--json") {
      console.print(
        JSONText.object([
          ("place", .text(place)), ("frames", .count(frames)),
          ("transactions", .count(transactions)),
        ]).text)
    } else {
      console.print("\(place): \(frames) frames with \(transactions) transactions added")
    }
  }
}
