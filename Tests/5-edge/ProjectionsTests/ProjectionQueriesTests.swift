import OmniClocks
import OmniLedger
import OmniMoney
import OmniPostgreSQL
import OmniProjections
import OmniQueryCache
import OmniSQL
import OmniSQLite
import OmniTestKit
import OmniTime
import Synchronization
import Testing

@Suite("ProjectionQueries")
struct ProjectionQueriesTests {
  // MARK: What is answered

  @Test func `every field of every account is what the ledger says, at its position`() async throws
  {
    try await holds(SQLitePlace.self)
    try await holds(PostgreSQLPlace.self)

    func holds<Place: QueryablePlace>(_: Place.Type) async throws {
      for seed in UInt64(301)..<304 {
        let books = RandomBooks(seed: seed, amountMax: seed == 303 ? .max : 1 << 40)
        let place = try Place()
        var target = try place.open()
        try target.apply(books.frames)
        let queries = try ProjectionQueries(try place.source(), .patient())
        for account in books.accounts {
          let terms = account.terms
          let state = try #require(books.balances[account.number])
          let answer = try await queries.account(terms.name)
          func money(_ units: Int128) -> ProjectionValue {
            .amount(Amount(minorUnits: units, currency: terms.currency))
          }
          let net = state.debits - state.credits
          let last = books.transactions.last { item in
            item.legs.contains { [$0.debit, $0.credit].contains(account.number) }
          }
          let wanted: [ProjectionField: ProjectionValue] = [
            .number: .count(Int64(account.number)), .asset: .text(terms.currency.code),
            .normal: .text(terms.normal == .debit ? "debit" : "credit"),
            .limit: terms.limit.map(money) ?? .nothing, .debits: money(state.debits),
            .credits: money(state.credits), .pendingDebits: money(state.pendingDebits),
            .pendingCredits: money(state.pendingCredits), .net: money(net),
            .balance: money(terms.normal == .debit ? net : -net),
            .lastOrdinal: last.map { .count(Int64($0.ordinal)) } ?? .nothing,
            .lastTime: last.map {
              .instant(Timestamp(nanoseconds: $0.transaction.timestamp))
            } ?? .nothing,
          ]
          #expect(answer.values == wanted, "\(Place.self), seed \(seed), \(terms.name)")
          #expect(answer.position == books.frames.last?.position)
        }
      }
    }
  }

  @Test func `pages of a statement are its lines in their order, each once`() async throws {
    try await holds(SQLitePlace.self)
    try await holds(PostgreSQLPlace.self)

    func holds<Place: QueryablePlace>(_: Place.Type) async throws {
      let books = RandomBooks(seed: 311)
      let place = try Place()
      var target = try place.open()
      try target.apply(books.frames)
      let queries = try ProjectionQueries(try place.source(), .patient())
      for account in books.accounts {
        let rows = try target.rows(
          "SELECT ordinal, place, debit, credit, balance FROM statement "
            + "WHERE account = \(account.number) ORDER BY ordinal, place")
        var lines: [StatementPage.Line] = []
        var cursor: StatementPage.Cursor? = .init(ordinal: 0, place: 0)
        while let start = cursor {
          let page = try await queries.statement(of: account.terms.name, after: start, limit: 3)
          #expect(page.lines.count <= 3 && page.position == books.frames.last?.position)
          lines += page.lines
          cursor = page.next
        }
        let found = lines.map { line -> [String?] in
          [
            "\(line.cursor.ordinal)", "\(line.cursor.place)", line.debit?.decimalText,
            line.credit?.decimalText, line.balance?.decimalText,
          ]
        }
        #expect(found == rows, "\(Place.self), \(account.number)")
      }
    }
  }

  @Test func `the trial balance is exact, and balances`() async throws {
    try await holds(SQLitePlace.self)
    try await holds(PostgreSQLPlace.self)

    func holds<Place: QueryablePlace>(_: Place.Type) async throws {
      let books = RandomBooks(seed: 321)
      let place = try Place()
      var target = try place.open()
      try target.apply(books.frames)
      let answer = try await ProjectionQueries(try place.source()).trialBalance()
      let codes = Set(books.accounts.map(\.terms.currency.code)).sorted()
      #expect(answer.lines.map(\.currency.code) == codes)
      for line in answer.lines {
        let sum = books.accounts.filter { $0.terms.currency == line.currency }
          .reduce(Int128(0)) { $0 + (books.balances[$1.number]?.debits ?? 0) }
        #expect(line.debits?.minorUnits == sum)
        #expect(line.credits?.minorUnits == sum)
        #expect(line.difference?.minorUnits == 0)
      }
    }
  }

  // MARK: How often is asked, and how old an answer is

  @Test func `a thousand who ask at once make one statement and one look`() async throws {
    let (place, books) = (try SQLitePlace(), RandomBooks(seed: 331))
    var target = try place.open()
    try target.apply(books.frames)
    let source = CountingSource(try place.source())
    let queries = try ProjectionQueries(source, .patient())
    let name = books.accounts[2].terms.name

    let answers = try await withThrowingTaskGroup(of: AccountAnswer.self) { group in
      for _ in 0..<1_000 {
        group.addTask { try await queries.account(name, [.balance, .debits, .lastTime]) }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }

    #expect(answers.count == 1)
    #expect(source.lookCount == 1)
    #expect(source.count - source.lookCount == 1)
  }

  @Test func `an answer is never older than the bound, and is kept until then`() async throws {
    let (place, books) = (try SQLitePlace(), RandomBooks(seed: 341))
    var target = try place.open()
    try target.apply(books.frames.prefix(6))
    let time = ManualTime(start: MonotonicInstant(nanoseconds: 1_000_000_000_000))
    let source = CountingSource(try place.source())
    let queries = try ProjectionQueries(
      source, .patient(.milliseconds(500)), time: .manual(time))
    let name = books.accounts[0].terms.name
    let first = try await queries.account(name)
    #expect(first.position == books.frames[5].position)

    try target.apply(books.frames.dropFirst(6))
    time.advance(by: .milliseconds(499))
    #expect(try await queries.account(name) == first)
    time.advance(by: .milliseconds(2))
    let second = try await queries.account(name)

    #expect(second.position == books.frames.last?.position)
    #expect(source.count == 4)
    // Nothing moves: only the position is looked at.
    for _ in 0..<5 {
      time.advance(by: .seconds(1))
      #expect(try await queries.account(name) == second)
    }
    #expect(source.count == 9)
    #expect(source.lookCount == 7)
  }

  @Test func `fields that were read at two positions are read anew at one`() async throws {
    let (place, books) = (try SQLitePlace(), RandomBooks(seed: 346))
    var target = try place.open()
    try target.apply(books.frames.prefix(4))
    let time = ManualTime(start: MonotonicInstant(nanoseconds: 1_000_000_000_000))
    let queries = try ProjectionQueries(try place.source(), .patient(), time: .manual(time))
    let account = books.accounts[1]
    let first = try await queries.account(account.terms.name, [.debits])
    #expect(first.position == books.frames[3].position)

    try target.apply(books.frames.dropFirst(4))
    let answer = try await queries.account(account.terms.name, [.debits, .credits])

    let state = try #require(books.balances[1])
    func money(_ units: Int128) -> ProjectionValue {
      .amount(Amount(minorUnits: units, currency: account.terms.currency))
    }
    #expect(answer.values == [.debits: money(state.debits), .credits: money(state.credits)])
    #expect(answer.position == books.frames.last?.position)
    #expect(first[.debits] != answer[.debits])
  }

  @Test func `while the books grow, each answer is of one position that is not too old`()
    async throws
  {
    let books = RandomBooks(seed: 351, frameCount: 60)
    let place = try SQLitePlace()
    var target = try place.open()
    try target.apply(books.frames.prefix(1))
    let age = Interval.milliseconds(10)
    let queries = try ProjectionQueries(try place.source(), .patient(age))
    let account = books.accounts[1]
    // What the account held at the end of each frame.
    var held: [UInt64: ProjectedBalance] = [:]
    var state = ProjectedBalance(account: 1, debits: 0, credits: 0)
    for frame in books.frames {
      state = frame.balances.last { $0.account == 1 } ?? state
      held[frame.position.frame] = state
    }
    let known = held
    let growth = Growth()
    let fields: [[ProjectionField]] = [
      [.debits, .credits], [.credits, .net], [.debits, .net, .lastOrdinal],
    ]

    let faults = try await withThrowingTaskGroup(of: [String].self) { group in
      for reader in 0..<6 {
        group.addTask {
          var faults: [String] = []
          var last: UInt64 = 0
          while !growth.isDone {
            let start = TimeSource.machine.now()
            let answer = try await queries.account(account.terms.name, fields[reader % 3])
            let frame = answer.position.frame
            let least = growth.frame(before: start, by: age)
            if frame < least { faults.append("\(frame) after \(least)") }
            last = max(last, frame)
            guard let balance = known[frame] else { return ["frame \(frame)"] }
            for (field, units) in [
              (ProjectionField.debits, balance.debits), (.credits, balance.credits),
              (.net, balance.debits - balance.credits),
            ] {
              guard let value = answer[field] else { continue }
              let money = Amount(minorUnits: units, currency: account.terms.currency)
              if value != .amount(money) { faults.append("\(field) at \(frame): \(value)") }
            }
          }
          return faults
        }
      }
      for frame in books.frames.dropFirst() {
        try target.apply([frame])
        growth.note(frame.position.frame)
        try await TimeSource.machine.sleep(for: .milliseconds(7))
      }
      growth.end()
      return try await group.reduce([]) { $0 + $1 }
    }

    #expect(faults == [])
  }

  // MARK: When there is no answer

  @Test func `what stands against an answer is told with its code`() async throws {
    try await holds(SQLitePlace.self)
    try await holds(PostgreSQLPlace.self)

    func holds<Place: QueryablePlace>(_: Place.Type) async throws {
      let place = try Place()
      let queries = try ProjectionQueries(try place.source(), .patient(.milliseconds(1)))
      try place.execute("CREATE TABLE other (a TEXT)")
      #expect(await code { try await queries.account("cash") } == "PRJ-010", "\(Place.self)")
      try place.execute("DROP TABLE other")
      var target = try place.open()
      #expect(await code { try await queries.trialBalance() } == "PRJ-012", "\(Place.self)")
      try target.apply(RandomBooks(seed: 361).frames)
      #expect(await code { try await queries.account("nobody") } == "PRJ-009")
      #expect(await code { try await queries.statement(of: "nobody") } == "PRJ-009")
      #expect(await code { try await queries.account("nobody", []) } == "QRY-001")
      #expect(await code { try await queries.account("no\u{1}body") } == "QRY-006")
      #expect(await code { try await queries.statement(of: "x", limit: 0) } == "QRY-001")
      try place.execute("UPDATE \(Place.prefix)position SET schema_version = 9")
      try await TimeSource.machine.sleep(for: .milliseconds(5))
      #expect(await code { try await queries.account("nobody") } == "PRJ-011", "\(Place.self)")
    }
  }

  @Test func `without the store there is no answer, and no older one`() async throws {
    let (place, books) = (try SQLitePlace(), RandomBooks(seed: 371))
    var target = try place.open()
    try target.apply(books.frames)
    let time = ManualTime(start: MonotonicInstant(nanoseconds: 1_000_000_000_000))
    let source = CountingSource(try place.source())
    let queries = try ProjectionQueries(source, .patient(), time: .manual(time))
    let name = books.accounts[0].terms.name
    let answer = try await queries.account(name)
    source.isAway.store(true, ordering: .releasing)
    #expect(try await queries.account(name) == answer)
    time.advance(by: .milliseconds(1_001))
    #expect(await code { try await queries.account(name) } == "SQS-005")
    source.isAway.store(false, ordering: .releasing)
    #expect(try await queries.account(name) == answer)
  }

  @Test func `a schema's name cannot hold anything else`() throws {
    let source = try SQLitePlace().source()
    #expect(throws: QueryFault.name("o\"; DROP")) {
      _ = try ProjectionQueries(source, .init(schema: "o\"; DROP"))
    }
  }

  private func code<Value>(_ body: () async throws -> Value) async -> String? {
    do {
      _ = try await body()
    } catch let failure as ProjectionQueryFailure {
      return failure.description.hasPrefix(failure.code + ": ") ? failure.code : "\(failure)"
    } catch {
      return "\(error)"
    }
    return nil
  }
}

extension ProjectionQueries.Configuration {
  /// Settings for a machine that is busy.
  fileprivate static func patient(_ ageMax: Interval = .seconds(1)) -> Self {
    Self(ageMax: ageMax, timeLimit: .seconds(300))
  }
}

extension SQLPoolConfiguration {
  /// The same settings for a machine that is busy.
  fileprivate static func patient(_ settings: Self) -> Self {
    var patient = settings
    patient.waitMax = .seconds(300)
    patient.callLimit = .seconds(300)
    return patient
  }
}

/// Which frames were committed when.
private final class Growth: Sendable {
  private let commits = Mutex<[(instant: MonotonicInstant, frame: UInt64)]>([])
  private let done = Atomic(false)

  var isDone: Bool { done.load(ordering: .acquiring) }
  func end() { done.store(true, ordering: .releasing) }
  func note(_ frame: UInt64) { commits.withLock { $0.append((TimeSource.machine.now(), frame)) } }
  /// The last frame that was in `age` before an instant.
  func frame(before instant: MonotonicInstant, by age: Interval) -> UInt64 {
    commits.withLock { all in all.last { $0.instant + age < instant }?.frame ?? 1 }
  }
}

/// Counts what goes to a source, and lets it be away.
private final class CountingSource: SQLSource {
  let isAway = Atomic(false)
  private let source: any SQLSource
  private let counts = Mutex((all: 0, looks: 0))

  init(_ source: any SQLSource) { self.source = source }

  var dialect: SQLDialect { source.dialect }
  var count: Int { counts.withLock { $0.all } }
  var lookCount: Int { counts.withLock { $0.looks } }

  func rows(_ query: SQLQuery) async throws(SQLFailure) -> [[String?]] {
    if isAway.load(ordering: .acquiring) { throw .notMade(.closed) }
    counts.withLock { counts in
      counts.all += 1
      if query.text.hasSuffix("position p") { counts.looks += 1 }
    }
    return try await source.rows(query)
  }
}

/// A place whose books can be asked about.
private protocol QueryablePlace: ProjectionPlace {
  static var prefix: String { get }
  func source() throws -> any SQLSource
  func execute(_ sql: String) throws
}

extension SQLitePlace: QueryablePlace {
  static var prefix: String { "" }
  func source() throws -> any SQLSource {
    try SQLitePool(file, .init(pool: .patient(.readers), busyTimeout: .seconds(60)))
  }
  func execute(_ sql: String) throws { try SQLiteDatabase(.file(file)).execute(sql) }
}

extension PostgreSQLPlace: QueryablePlace {
  static var prefix: String { "omni." }
  func source() throws -> any SQLSource {
    try PostgreSQLPool(address, .init(pool: .patient(SQLPoolConfiguration())))
  }
  func execute(_ sql: String) throws { try PostgreSQLConnection(address).execute(sql) }
}
