public import OmniQueryCache
import OmniSQL
public import OmniTime

/// Why projected books gave no answer.
public enum ProjectionQueryFailure: Error, Sendable, Hashable {
  /// The books have no account of this name.
  case unknownAccount(String)
  /// There are no tables of a projection.
  case noProjection(String)
  /// The tables are of another version.
  case schemaOther(found: Int64, known: Int64)
  /// The tables are there, and nothing was ever put into them.
  case notFilled
  /// A cell holds what the schema does not allow.
  case damaged(String)
  /// There was no answer in time.
  case timedOut(Interval)
  /// The store gave no rows, with its code and its words.
  case source(code: String, reason: String)
  /// The question itself does not fit.
  case query(QueryFault)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .unknownAccount: "PRJ-009"
    case .noProjection: "PRJ-010"
    case .schemaOther: "PRJ-011"
    case .notFilled: "PRJ-012"
    case .damaged: "PRJ-013"
    case .timedOut: "PRJ-014"
    case .source(let code, _): code
    case .query(let fault): fault.code
    }
  }

  /// What a failure of the store means.
  init(_ failure: SQLFailure) {
    let cause = failure.cause
    // An undefined table, schema or column; SQLite tells it in words only.
    let isMissing =
      ["42P01", "3F000", "42703"].contains(cause?.state)
      || ["no such table", "no such column"].contains { cause?.message.contains($0) ?? false }
    if case .statementRefused(let cause) = failure, isMissing {
      self = .noProjection(cause.message)
    } else {
      self.init(code: failure.code, described: failure.description)
    }
  }

  /// Takes what a service threw, as its one line, which may begin with a code.
  init(described text: String) {
    let code = text.prefix { $0 != ":" }
    let isCode = code.utf8.count == 7 && code.contains("-") && code.utf8.count < text.utf8.count
    self.init(code: isCode ? String(code) : "PRJ-013", described: text)
  }

  private init(code: String, described text: String) {
    let prefix = code + ": "
    self = .source(
      code: code, reason: text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text)
  }
}

extension ProjectionQueryFailure: CustomStringConvertible {
  /// One line: what was found, and what was wanted.
  public var description: String {
    switch self {
    case .unknownAccount(let name): "\(code): the projected books have no account \(name)"
    case .noProjection(let words):
      "\(code): there are no tables of a projection; wanted are those that it fills: \(words)"
    case .schemaOther(let found, let known):
      "\(code): the projection's tables have version \(found); wanted is \(known)"
    case .notFilled: "\(code): the projection was never filled; wanted is one with a position"
    case .damaged(let what): "\(code): \(what) in the projection is not what the schema says"
    case .timedOut(let limit):
      "\(code): no answer of the projection within \(limit.nanoseconds / 1_000_000) ms"
    case .source(let code, let reason): "\(code): \(reason)"
    case .query(let fault): "\(fault)"
    }
  }
}
