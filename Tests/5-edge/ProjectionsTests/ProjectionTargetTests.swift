import OmniCrypto
import OmniLedger
import OmniMoney
import OmniPostgreSQL
import OmniProjections
import OmniSQLite
import OmniTestKit
import OmniTime
import Testing

@Suite("ProjectionTarget")
struct ProjectionTargetTests {
  // MARK: Both keep the promises

  @Test func `the tables hold what the ledger did, for any history`() throws {
    try holds(SQLitePlace.self, seeds: 0..<12)
    try holds(PostgreSQLPlace.self, seeds: 0..<6)

    func holds<Place: ProjectionPlace>(_: Place.Type, seeds: Range<UInt64>) throws {
      for seed in seeds {
        let books = RandomBooks(seed: seed)
        var target = try Place().open()
        try target.apply(books.frames, each: 1 + Int(seed % 5))

        let (tables, wanted) = (try target.tables(), books.tables)
        for (name, rows) in wanted { #expect(tables[name] == rows, "\(Place.self), seed \(seed)") }
      }
    }
  }

  @Test func `frames that are in already change nothing`() throws {
    try holds(SQLitePlace.self)
    try holds(PostgreSQLPlace.self)

    func holds<Place: ProjectionPlace>(_: Place.Type) throws {
      let books = RandomBooks(seed: 21)
      var target = try Place().open()
      try target.apply(books.frames, each: 3)

      try target.apply(books.frames)
      try target.begin()
      for frame in books.frames { try target.put(frame) }
      let isNew = try target.commit(books.frames[4].position)

      #expect(!isNew)
      #expect(try target.tables() == books.tables, "\(Place.self)")
    }
  }

  @Test func `frames from before the position and after it give each its rows once`() throws {
    try holds(SQLitePlace.self)
    try holds(PostgreSQLPlace.self)

    func holds<Place: ProjectionPlace>(_: Place.Type) throws {
      let books = RandomBooks(seed: 22)
      var target = try Place().open()
      try target.apply(books.frames.prefix(7))
      try target.apply(books.frames, each: books.frames.count)
      #expect(try target.tables() == books.tables, "\(Place.self)")
    }
  }

  @Test func `indexes can be made at any time, and again, and change no row`() throws {
    try holds(SQLitePlace.self)
    try holds(PostgreSQLPlace.self)

    func holds<Place: ProjectionPlace>(_: Place.Type) throws {
      let books = RandomBooks(seed: 23)
      var target = try Place().open()
      try target.apply(books.frames.prefix(5))
      try target.makeIndexes()
      try target.apply(books.frames.dropFirst(5))
      try target.makeIndexes()
      #expect(try target.tables() == books.tables, "\(Place.self)")
    }
  }

  @Test func `a build that is dropped at any frame goes on from its position`() throws {
    try holds(SQLitePlace.self, 31)
    try holds(PostgreSQLPlace.self, 32)

    func holds<Place: ProjectionPlace>(_: Place.Type, _ seed: UInt64) throws {
      let books = RandomBooks(seed: seed)
      let place = try Place()
      for frame in books.frames {
        do {
          var target = try place.open()
          try target.begin()
          try target.put(frame)
        }
        var target = try place.open()
        let position = try target.position()
        #expect(position?.frame ?? 0 == frame.position.frame - 1, "\(Place.self)")
        try target.apply([frame])
      }
      #expect(try place.open().tables() == books.tables, "\(Place.self), seed \(seed)")
    }
  }

  @Test func `what was reset and built anew is the same`() throws {
    try holds(SQLitePlace.self)
    try holds(PostgreSQLPlace.self)

    func holds<Place: ProjectionPlace>(_: Place.Type) throws {
      let books = RandomBooks(seed: 41)
      var target = try Place().open()
      try target.apply(RandomBooks(seed: 42).frames)

      try target.reset()
      #expect(try target.position() == nil)
      #expect(try target.rows("SELECT * FROM legs").isEmpty)
      try target.apply(books.frames)

      #expect(try target.tables() == books.tables, "\(Place.self)")
    }
  }

  // MARK: Refusals

  @Test func `a commit for another ledger or history is refused, and leaves nothing`() throws {
    try holds(SQLitePlace.self)
    try holds(PostgreSQLPlace.self)

    func holds<Place: ProjectionPlace>(_: Place.Type) throws {
      let books = RandomBooks(seed: 51)
      var target = try Place().open()
      try target.apply(books.frames.dropLast())
      let (before, here) = (try target.tables(), books.frames[books.frames.count - 2].position)
      var other = books.frames.last?.position ?? here
      other.identity += 1
      var rewritten = here
      rewritten.digest = RandomBooks.digest(99)
      let refusals: [(ProjectionPosition, ProjectionFailure)] = [
        (other, .otherLedger(found: here.identity, wanted: other.identity)),
        (rewritten, .otherHistory(frame: here.frame)),
      ]
      for (position, refusal) in refusals {
        try target.begin()
        if let last = books.frames.last { try target.put(last) }
        #expect(throws: refusal, "\(Place.self)") { try target.commit(position) }
        #expect(refusal.wantsRebuild)
        #expect("\(refusal)".hasSuffix("rebuild it"))
        #expect(try target.tables() == before)
      }
      try target.apply(books.frames.suffix(1))
      #expect(try target.tables() == books.tables)
    }
  }

  @Test func `a transaction that does not follow, or resolves nothing, is refused`() throws {
    try holds(SQLitePlace.self)
    try holds(PostgreSQLPlace.self)

    func holds<Place: ProjectionPlace>(_: Place.Type) throws {
      let target = try Place().open()
      let first = plain(1)
      try target.begin()
      try target.put([first, plain(4)])
      #expect(throws: ProjectionFailure.outOfOrder(ordinal: 3, last: 4)) {
        try target.put([plain(3)])
      }
      #expect(throws: ProjectionFailure.outOfOrder(ordinal: 3, last: 4)) {
        try target.commit(RandomBooks.position(frame: 1, ordinal: 3))
      }
      try target.begin()
      var post = plain(5)
      post.transaction.flags = .post
      post.resolves = first.transaction.id
      #expect(throws: ProjectionFailure.pendingMissing) { try target.put([first, post]) }
      try target.rollback()
      #expect(try target.position() == nil)
    }
  }

  @Test func `tables of somebody else, or of a later version, are left alone`() throws {
    let file = try SQLitePlace()
    do { try SQLiteDatabase(.file(file.file)).execute("CREATE TABLE accounts (a)") }
    #expect(throws: ProjectionFailure.foreignTables("accounts")) { _ = try file.open() }

    let base = try PostgreSQLPlace()
    let connection = try PostgreSQLConnection(base.address)
    try connection.execute("CREATE SCHEMA omni; CREATE TABLE omni.accounts (a INT)")
    #expect(throws: ProjectionFailure.foreignTables("accounts")) { _ = try base.open() }
    #expect(throws: ProjectionFailure.nameInvalid("a\"b")) {
      _ = try PostgreSQLProjection(try PostgreSQLConnection(base.address), schema: "a\"b")
    }
  }

  @Test func `older tables are built anew, and later ones are refused`() throws {
    try holds(SQLitePlace.self)
    try holds(PostgreSQLPlace.self)

    func holds<Place: ProjectionPlace>(_: Place.Type) throws {
      let place = try Place()
      do {
        var target = try place.open()
        try target.apply(RandomBooks(seed: 61).frames)
        #expect(try place.open().position() != nil)
        _ = try target.rows("UPDATE position SET schema_version = 0")
      }
      do {
        let target = try place.open()
        #expect(try target.position() == nil)
        #expect(try target.rows("SELECT * FROM legs").isEmpty)
        _ = try target.rows("UPDATE position SET schema_version = 2")
      }
      #expect(throws: ProjectionFailure.schemaNewer(found: 2, known: 1)) { _ = try place.open() }
    }
  }

  // MARK: Views

  @Test func `a statement's balances are those of a slow model`() throws {
    try holds(SQLitePlace.self)
    try holds(PostgreSQLPlace.self)

    func holds<Place: ProjectionPlace>(_: Place.Type) throws {
      for seed in UInt64(70)..<73 {
        let books = RandomBooks(seed: seed)
        var target = try Place().open()
        try target.apply(books.frames, each: 4)
        let rows = try target.rows(
          "SELECT ordinal, place, account, counterpart, debit, credit, balance, time, time_ns "
            + "FROM statement ORDER BY ordinal, place, credit IS NOT NULL")
        #expect(rows.map { Array($0.prefix(7)) } == books.statement, "\(Place.self), seed \(seed)")
        for row in rows {
          let text = try #require(row[7])
          #expect("\(try TimeText(text).instant.nanoseconds)" == row[8], "\(Place.self)")
        }
      }
    }
  }

  @Test func `debits and credits of every asset are the same, and balances are decimals`() throws {
    try holds(SQLitePlace.self)
    try holds(PostgreSQLPlace.self)

    func holds<Place: ProjectionPlace>(_: Place.Type) throws {
      for seed in UInt64(80)..<84 {
        let books = RandomBooks(seed: seed)
        var target = try Place().open()
        try target.apply(books.frames, each: 4)
        let sums = try target.rows("SELECT debits, credits, difference FROM trial_balance")
        #expect(!sums.isEmpty)
        for sum in sums {
          #expect(sum[0] == sum[1], "\(Place.self), seed \(seed)")
          #expect(["0.00", "0.00000000"].contains(sum[2]), "\(Place.self), seed \(seed)")
        }
        let balances = try target.rows(
          "SELECT number, balance, pending_debits FROM account_balances ORDER BY number")
        for row in balances {
          let number = try #require(row[0].flatMap { UInt32($0) })
          let (balance, terms) = (books.balances[number], books.accounts[Int(number)].terms)
          let net = (balance?.debits ?? 0) - (balance?.credits ?? 0)
          let digits = terms.currency.minorDigits
          #expect(row[1] == RandomBooks.decimal(terms.normal == .debit ? net : -net, digits))
          #expect(row[2] == RandomBooks.decimal(balance?.pendingDebits ?? 0, digits))
        }
      }
    }
  }

  // MARK: Words

  private func plain(_ ordinal: UInt64) -> ProjectedTransaction {
    ProjectedTransaction(
      ordinal: ordinal, frame: 1,
      transaction: Transaction(
        id: TransactionID(UInt128(ordinal)), sender: AccountKey(1), legs: [], nonce: ordinal,
        timestamp: 0), legs: [ProjectedLeg(debit: 0, credit: 1, amount: 1)])
  }
}
