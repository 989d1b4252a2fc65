import Foundation
import OmniMoney
import OmniPostgreSQL
import OmniProjections
import OmniSQL
import OmniSQLite
import OmniTime
import Synchronization

/// `omni ledger ask`: what a projection says of accounts.
struct LedgerAsk {
  /// The most accounts in one question.
  static let accountCountMax = 1_000

  /// How long an answer is waited for.
  private static let limit = Interval.seconds(30)

  private let arguments: Arguments
  private let names: [String]

  init(_ names: [String], _ arguments: Arguments) {
    self.names = names
    self.arguments = arguments
  }

  func run(_ folder: LedgerFolder, _ console: Console) throws {
    let fields = try fields()
    let (source, place) = try source(folder)
    do {
      let queries = try ProjectionQueries(
        source, .init(ageMax: .seconds(60), timeLimit: Self.limit))
      let names = names
      let answers = try Self.awaiting {
        var answers: [AccountAnswer] = []
        for name in names { answers.append(try await queries.account(name, fields)) }
        return answers
      }
      try show(answers, fields, place, console)
    } catch let failure as ProjectionQueryFailure {
      throw Problem(describing: failure, code: failure.code, remedy: Self.remedy(failure))
    }
  }

  // MARK: What is asked, and where

  private func fields() throws -> [ProjectionField] {
    guard let text = arguments.value("--fields") else { return ProjectionField.allCases }
    return try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
      if let field = ProjectionField(rawValue: String(word)) { return field }
      throw Problem.usage(
        "CLI-047", "an account has no field \(word)",
        wanted: ProjectionField.allCases.map(\.rawValue).joined(separator: ","),
        remedy: "name some of these, parted by commas")
    }
  }

  private func source(_ folder: LedgerFolder) throws -> (any SQLSource, place: String) {
    do throws(SQLFailure) {
      if let address = arguments.value("--postgres") {
        var configuration = PostgreSQLPool.Configuration()
        configuration.pool.connectionCountMax = 1
        return (try PostgreSQLPool(address, configuration), "PostgreSQL")
      }
      let path = arguments.value("--sqlite") ?? "\(folder.path).sqlite"
      var configuration = SQLitePool.Configuration()
      configuration.pool.connectionCountMax = 1
      return (try SQLitePool(path, configuration), path)
    } catch {
      throw Problem(describing: error, code: error.code, remedy: "correct the address")
    }
  }

  private static func remedy(_ failure: ProjectionQueryFailure) -> String {
    switch failure {
    case .unknownAccount: "spell it as it was opened, or fill the projection anew"
    case .noProjection, .notFilled: "fill it with omni ledger project"
    case .schemaOther: "fill it with omni ledger project of this version"
    case .damaged: "fill it anew with omni ledger project --rebuild"
    case .timedOut, .source: "check that the projection is there and can be reached"
    case .query: "name the accounts by their names"
    }
  }

  /// Waits for tasks, which the program has none of otherwise.
  private static func awaiting<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) throws -> Value {
    let answer = Answer<Value>()
    // Owned by this call, which waits for its end.
    Task {
      do {
        answer.set(.success(try await body()))
      } catch {
        answer.set(.failure(error))
      }
    }
    return try answer.wait()
  }

  // MARK: What is shown

  private func show(
    _ answers: [AccountAnswer], _ fields: [ProjectionField], _ place: String, _ console: Console
  ) throws {
    let isJSON = arguments.has("--json")
    if isJSON {
      let rows = answers.map { answer in
        JSONText.object(
          [("account", .text(answer.account))]
            + fields.map { ($0.rawValue, Self.json(answer[$0])) }
            + [
              ("frame", .count(answer.position.frame)),
              ("ordinal", .count(answer.position.ordinal)),
            ])
      }
      return console.print(
        JSONText.object([("place", .text(place)), ("accounts", .list(rows))]).text)
    }
    var lines = CSVLines.line(["account"] + fields.map(\.rawValue) + ["frame", "ordinal"])
    for answer in answers {
      let position = ["\(answer.position.frame)", "\(answer.position.ordinal)"]
      lines += CSVLines.line(
        [answer.account] + fields.map { Self.plain(answer[$0]) } + position)
    }
    console.print(String(lines.dropLast()))
  }

  private static func plain(_ value: ProjectionValue?) -> String {
    switch value {
    case nil, .nothing: ""
    case .text(let text): text
    case .count(let count): "\(count)"
    case .amount(let amount): amount.decimalText
    case .instant(let instant): "\(instant)"
    }
  }

  private static func json(_ value: ProjectionValue?) -> JSONText {
    switch value {
    case nil, .nothing: .null
    case .count(let count): .count(count)
    default: .text(plain(value))
    }
  }
}

/// What a task brings to the thread that waits for it.
private final class Answer<Value: Sendable>: Sendable {
  private let done = DispatchSemaphore(value: 0)
  private let result = Mutex<Result<Value, any Error>?>(nil)

  func set(_ value: Result<Value, any Error>) {
    result.withLock { $0 = value }
    done.signal()
  }

  func wait() throws -> Value {
    done.wait()
    guard let result = result.withLock({ $0 }) else {
      preconditionFailure("whoever signals has set the result")
    }
    return try result.get()
  }
}
