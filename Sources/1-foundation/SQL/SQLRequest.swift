import OmniClocks
package import OmniTime
import Synchronization

/// What a call may do, and what the thread that does it is told.
package struct SQLTurn: Sendable {
  /// How long the statement may take.
  package let limit: Interval
  /// Whether somebody still waits for it: what nobody waits for is given up.
  package let isWanted: @Sendable () -> Bool
}

/// What may be done with a call.
package struct SQLCall: Sendable {
  /// How long it may take, with its waiting; the pool's limit if it is nil.
  package var timeLimit: Interval?
  /// Whether it changes nothing, so that it may be done twice.
  package var isReadOnly: Bool
  /// Whether it may be begun again if its connection was lost when surely nothing was done.
  package var isRepeatable = true

  /// Creates the terms of a call.
  package init(timeLimit: Interval?, isReadOnly: Bool) {
    self.timeLimit = timeLimit
    self.isReadOnly = isReadOnly
  }

  /// Whether it may be done again after a failure.
  func mayRepeat(_ failure: SQLFailure) -> Bool {
    guard case .connectionLost(_, let fate) = failure, isRepeatable else { return false }
    return isReadOnly || fate == .nothingDone
  }
}

/// A call that waits for a connection or has one.
final class SQLRequest<Connection: ~Copyable>: Sendable {
  /// Does the work, and gives what hands the result over.
  typealias Work =
    @Sendable (inout Connection, SQLTurn) throws(SQLFailure) -> @Sendable () -> Void

  /// How long a thread goes on after its call's time was over: the store ends it by its own clock
  /// meanwhile, and the connection stays.
  private static var slack: Interval { .milliseconds(250) }

  let work: Work
  let call: SQLCall
  let limit: Interval
  private let isOver: @Sendable () -> Bool
  private let tell: @Sendable (SQLFailure) -> Void
  private let taken = Atomic(false)
  /// Until when the thread may go on though nobody waits, in nanoseconds; 0 for not at all.
  private let end = Atomic<Int64>(0)

  init<Value>(
    _ promise: SQLPromise<Value>, _ call: SQLCall, limit: Interval,
    _ body: @escaping @Sendable (inout Connection, SQLTurn) throws(SQLFailure) -> Value
  ) {
    self.call = call
    self.limit = limit
    work = { (connection, turn) throws(SQLFailure) in
      let value = try body(&connection, turn)
      return { promise.end(.success(value)) }
    }
    isOver = { promise.isEnded }
    let isRead = call.isReadOnly
    tell = { promise.end(.failure(isRead ? $0.ofRead : $0)) }
  }

  /// Whether somebody still waits for it.
  var isWanted: Bool { !isOver() }
  /// Whether the thread that does it is to go on.
  var isWantedByThread: Bool {
    isWanted || TimeSource.machine.now().nanoseconds < end.load(ordering: .acquiring)
  }
  /// Whether a connection was found for it.
  var isTaken: Bool { taken.load(ordering: .acquiring) }

  /// Notes that it has a connection.
  func take() { taken.store(true, ordering: .releasing) }

  /// Tells why there is no result; nobody hears it who has one already.
  func fail(_ failure: SQLFailure) {
    if case .timedOut = failure {
      end.store((TimeSource.machine.now() + Self.slack).nanoseconds, ordering: .releasing)
    }
    tell(failure)
  }
}
