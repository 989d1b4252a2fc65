public import OmniClocks
import OmniMoney
public import OmniQueryCache
public import OmniSQL
public import OmniTime
import Synchronization

/// Answers questions about projected books from memory, and from any relational store that holds
/// them.
///
///     let queries = try ProjectionQueries(try SQLitePool("books.sqlite"))
///     let answer = try await queries.account("cash", [.balance, .lastTime])
///
/// All fields of an account that are missing are read in one statement, however many ask. What was
/// read is kept until the projection's position moves on: the position is looked at before an answer
/// is given, at most once in ``Configuration/ageMax``, and when it is another one all that was kept
/// is invalid. Each answer belongs to one position, which it names.
///
/// - Invariant: an answer was the projection's present one at some instant that lies no longer than
///   ``Configuration/ageMax`` before the question. When the store cannot be looked at, there is no
///   answer rather than an older one.
public final class ProjectionQueries: Sendable {
  /// The settings.
  public struct Configuration: Sendable, Hashable {
    /// How old an answer may be.
    public var ageMax: Interval
    /// How long a question waits for the store.
    public var timeLimit: Interval
    /// How many fields are kept.
    public var capacity: Int
    /// How long a field is kept if the position does not move.
    public var lasting: Interval
    /// The schema of a PostgreSQL database; without meaning for SQLite.
    public var schema: String

    /// Creates settings.
    public init(
      ageMax: Interval = .seconds(1), timeLimit: Interval = .seconds(5), capacity: Int = 100_000,
      lasting: Interval = .seconds(3_600), schema: String = "omni"
    ) {
      self.ageMax = ageMax
      self.timeLimit = timeLimit
      self.capacity = capacity
      self.lasting = lasting
      self.schema = schema
    }
  }

  /// The position at an instant.
  private struct Look: Sendable {
    let position: ProjectionPosition
    let began: MonotonicInstant
  }

  /// The most lines of a page.
  public static let pageLineCountMax = 1_000
  private static let tag = "projection"
  private static let accountPrefix = "account:"
  private static let booksEntity = "books"
  private static let attemptCountMax = 3

  private let configuration: Configuration
  private let reader: ProjectionReader
  private let cache: QueryCache
  private let looks: LoadingCache<String, Look>
  private let known = Mutex<ProjectionPosition?>(nil)
  private let time: TimeSource

  /// Creates answers from what `source` holds; nothing is asked yet.
  ///
  /// - Parameter tier: A store that nodes share behind their memories.
  /// - Throws: `range` or `interval` if a setting is out of its range; `name` if the schema's name is
  ///   not of small letters, digits and underscores.
  public init(
    _ source: any SQLSource, _ configuration: Configuration = Configuration(),
    tier: (any QueryTier)? = nil, time: TimeSource = .machine
  ) throws(QueryFault) {
    guard ProjectionText.isSchema(configuration.schema) else {
      throw .name(configuration.schema)
    }
    self.configuration = configuration
    self.time = time
    reader = ProjectionReader(
      source, schema: configuration.schema, timeLimit: configuration.timeLimit)
    let freshness = Freshness(
      lasting: configuration.lasting, absentFor: configuration.lasting, earlyPercent: 0)
    let rule = { FieldRule($0, freshness, timeLimit: configuration.timeLimit, tags: [Self.tag]) }
    let accounts = Resolver(
      name: "accounts", fields: ProjectionField.allCases.map { rule($0.rawValue) }
    ) { [reader] entity, names throws(ProjectionQueryFailure) in
      let found = try await reader.account(
        String(entity.dropFirst(Self.accountPrefix.count)),
        names.compactMap { ProjectionField(rawValue: $0) })
      return Dictionary(found.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
    }
    let books = Resolver(name: "books", fields: [rule("page"), rule("trial")]) {
      [reader] entity, names throws(ProjectionQueryFailure) in
      var found: [String: [UInt8]] = [:]
      if names.contains("trial") { found["trial"] = try await reader.trialBalance() }
      if names.contains("page"), let page = ProjectionPage(entity: entity) {
        found["page"] = try await reader.page(page)
      }
      return found
    }
    cache = try QueryCache(
      [accounts, books], tier: tier,
      configuration: .init(capacity: configuration.capacity, callLimit: configuration.timeLimit),
      time: time)
    looks = try LoadingCache(
      capacity: 1, Freshness(lasting: configuration.ageMax, jitterPercent: 0, earlyPercent: 0),
      time: time)
  }

  // MARK: Questions

  /// How far the projection has come, no longer ago than ``Configuration/ageMax``.
  public func position() async throws(ProjectionQueryFailure) -> ProjectionPosition {
    try await look().position
  }

  /// Fields of an account, all at one position.
  ///
  /// - Throws: ``ProjectionQueryFailure``; `unknownAccount` if the books have none of this name.
  public func account(
    _ name: String, _ fields: [ProjectionField] = ProjectionField.allCases
  ) async throws(ProjectionQueryFailure) -> AccountAnswer {
    let count = Set(fields).count
    guard count > 0 else {
      throw .query(.range(key: "fields", 0, wanted: 1...ProjectionField.allCases.count))
    }
    _ = try await look()
    let entity = Self.accountPrefix + name
    for _ in 0..<Self.attemptCountMax {
      let cells = try await cells(of: entity, fields.map(\.rawValue))
      guard cells.count == count else { throw .unknownAccount(name) }
      if let answer = try Self.answer(name, fields, cells) { return answer }
      // Some were read before the projection moved on, and some after: all are read anew.
      try await forget(entity)
    }
    // It moves faster than others ask; a statement of our own is of one position.
    let read = try await reader.account(name, fields)
    guard read.count == count else { throw .unknownAccount(name) }
    let cells = Dictionary(read.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
    guard let answer = try Self.answer(name, fields, cells) else {
      throw .damaged("the account \(name)")
    }
    return answer
  }

  /// The movements of an account behind a place in its statement, in ledger order.
  ///
  /// - Parameter limit: How many lines at most; from 1 to ``pageLineCountMax``.
  /// - Throws: ``ProjectionQueryFailure``; `unknownAccount` if the books have none of this name.
  public func statement(
    of name: String, after cursor: StatementPage.Cursor = .init(ordinal: 0, place: 0),
    limit: Int = 100
  ) async throws(ProjectionQueryFailure) -> StatementPage {
    guard (1...Self.pageLineCountMax).contains(limit) else {
      throw .query(.range(key: "limit", limit, wanted: 1...Self.pageLineCountMax))
    }
    for _ in 0..<Self.attemptCountMax {
      let answer = try await account(name, [.number])
      guard case .count(let number) = answer[.number] else { throw .damaged("an account's number") }
      let page = ProjectionPage(name, number: number, after: cursor, limit: limit)
      if let cell = try await cells(of: page.entity, ["page"])["page"] {
        return try Self.page(name, cell)
      }
      // The books were made anew, and the number is another account's now.
      try await forget(Self.accountPrefix + name)
    }
    throw .unknownAccount(name)
  }

  /// The sums of every asset.
  public func trialBalance() async throws(ProjectionQueryFailure) -> TrialBalanceAnswer {
    _ = try await look()
    guard let cell = try await cells(of: Self.booksEntity, ["trial"])["trial"] else {
      throw .damaged("the trial balance")
    }
    return try Self.trial(cell)
  }

  /// What the cache did.
  public var counts: QueryCache.Counts { cache.counts }

  // MARK: The position

  /// The position no longer ago than the bound; what was kept at another one is invalid then.
  private func look() async throws(ProjectionQueryFailure) -> Look {
    let oldest = MonotonicInstant(
      nanoseconds: max(0, time.now().nanoseconds - configuration.ageMax.nanoseconds))
    do {
      while true {
        let look = try await looks.value(for: "position") { [self] in
          let began = time.now()
          let position = try await reader.position()
          // Looks that overlap may invalidate once too often, and never too seldom.
          let hasMoved = known.withLock { known in
            defer { known = position }
            return known != position
          }
          if hasMoved { try await cache.invalidate(tags: [Self.tag]) }
          return Look(position: position, began: began)
        }
        // A look that took long may be older than it may be, though it has just come.
        if look.began >= oldest { return look }
        looks.invalidate("position")
      }
    } catch let failure as ProjectionQueryFailure {
      throw failure
    } catch {
      throw ProjectionQueryFailure(described: "\(error)")
    }
  }

  private func forget(_ entity: String) async throws(ProjectionQueryFailure) {
    do throws(QueryFault) {
      try await cache.invalidate(entities: [entity])
    } catch {
      throw .query(error)
    }
  }

  /// The fields of an entity that have a value, as they are kept.
  private func cells(
    of entity: String, _ names: [String]
  ) async throws(ProjectionQueryFailure) -> [String: [UInt8]] {
    let result: QueryResult
    do throws(QueryFault) {
      result = try await cache.query(entity, names)
    } catch {
      throw .query(error)
    }
    var cells: [String: [UInt8]] = [:]
    for (name, field) in result.fields {
      switch field {
      case .value(let bytes, _, _): cells[name] = bytes
      case .absent: break
      case .failed(.timeLimit(let limit)): throw .timedOut(limit)
      case .failed(.service(_, let reason)): throw ProjectionQueryFailure(described: reason)
      }
    }
    return cells
  }

  // MARK: Answers

  /// The answer that cells make; nil if they are of several positions.
  private static func answer(
    _ name: String, _ fields: [ProjectionField], _ cells: [String: [UInt8]]
  ) throws(ProjectionQueryFailure) -> AccountAnswer? {
    var values: [ProjectionField: ProjectionValue] = [:]
    var position: ProjectionPosition?
    for field in fields {
      guard let cell = cells[field.rawValue], let (at, text) = ProjectionReader.open(cell),
        let value = field.value(text)
      else { throw .damaged("the \(field.rawValue) of \(name)") }
      guard position == nil || position == at else { return nil }
      position = at
      values[field] = value
    }
    return position.map { AccountAnswer(account: name, position: $0, values: values) }
  }

  private static func page(
    _ name: String, _ cell: [UInt8]
  ) throws(ProjectionQueryFailure) -> StatementPage {
    let (position, lines) = try lines(of: cell)
    let head = lines.first?.split(separator: ",") ?? []
    guard head.count == 2, let digits = UInt8(head[1]),
      let currency = Currency(code: String(head[0]), minorDigits: digits)
    else { throw .damaged("a statement of \(name)") }
    var found: [StatementPage.Line] = []
    for line in lines.dropFirst() {
      let parts = line.split(separator: ",", omittingEmptySubsequences: false)
      guard parts.count == 8, let ordinal = Int64(parts[0]), let place = Int64(parts[1]),
        let instant = Int64(parts[2]), let counterpart = Int64(parts[4])
      else { throw .damaged("a statement of \(name)") }
      let units = Int128(parts[7])
      guard units != nil || parts[7].isEmpty else { throw .damaged("a balance of \(name)") }
      found.append(
        StatementPage.Line(
          cursor: .init(ordinal: ordinal, place: place), time: Timestamp(nanoseconds: instant),
          transactionID: String(parts[3]), counterpart: counterpart,
          debit: try ProjectionReader.amount(decimal: parts[5], currency),
          credit: try ProjectionReader.amount(decimal: parts[6], currency),
          balance: units.map { Amount(minorUnits: $0, currency: currency) }))
    }
    return StatementPage(account: name, position: position, lines: found)
  }

  private static func trial(
    _ cell: [UInt8]
  ) throws(ProjectionQueryFailure) -> TrialBalanceAnswer {
    let (position, lines) = try lines(of: cell)
    var found: [TrialBalanceAnswer.Line] = []
    for line in lines {
      let parts = line.split(separator: ",", omittingEmptySubsequences: false)
      guard parts.count == 5, let digits = UInt8(parts[1]),
        let currency = Currency(code: String(parts[0]), minorDigits: digits)
      else { throw .damaged("the trial balance") }
      found.append(
        TrialBalanceAnswer.Line(
          currency: currency, debits: try ProjectionReader.amount(decimal: parts[2], currency),
          credits: try ProjectionReader.amount(decimal: parts[3], currency),
          difference: try ProjectionReader.amount(decimal: parts[4], currency)))
    }
    return TrialBalanceAnswer(position: position, lines: found)
  }

  private static func lines(
    of cell: [UInt8]
  ) throws(ProjectionQueryFailure) -> (ProjectionPosition, [Substring]) {
    guard let (position, text) = ProjectionReader.open(cell), let text else {
      throw .damaged("what is kept")
    }
    return (position, text.split(separator: "\n"))
  }
}

/// A service that is a function.
private struct Resolver: FieldResolver {
  let name: String
  let fields: [FieldRule]
  let find: @Sendable (String, [String]) async throws(ProjectionQueryFailure) -> [String: [UInt8]]

  func resolve(_ entity: String, _ fields: [String]) async throws -> [String: [UInt8]] {
    try await find(entity, fields)
  }
}
