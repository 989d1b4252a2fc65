import OmniCircuitBreaker
import OmniClocks
import OmniSnapshotter
import OmniTime
import Synchronization

/// A connection that is made when it is needed, and made anew when it was lost.
///
/// Threads wait for each other. What a caller asks for has to be safe to repeat: a connection that
/// is lost meanwhile may have done it already. It is repeated once, on a new connection; while none
/// can be made each call fails, and the first one after that goes on as if nothing had been.
///
/// With a breaker that is not so where connecting fails slowly, as when a time-out ends it: then the
/// next calls fail at once, until the breaker's time is over.
final class Link<Connection: ~Copyable>: Sendable {
  private let slot = Mutex<Connection?>(nil)
  private let make: @Sendable () throws(LinkFailure) -> sending Connection
  private let breaker: CircuitBreaker?
  /// How long a failed attempt takes at least for the breaker to count it.
  private static var slow: Interval { .milliseconds(100) }

  /// Creates a link that is not connected yet.
  init(
    breaker: CircuitBreaker? = nil,
    _ make: @escaping @Sendable () throws(LinkFailure) -> sending Connection
  ) {
    self.breaker = breaker
    self.make = make
  }

  /// Connects unless it is connected.
  func connect() throws(SnapshotStoreFailure) {
    try run { _ throws(LinkFailure) in }
  }

  /// Calls `body` with the connection, and once more with a new one if it was lost.
  func run<Result: Sendable>(
    _ body: @Sendable (inout Connection) throws(LinkFailure) -> Result
  ) throws(SnapshotStoreFailure) -> Result {
    do throws(LinkFailure) {
      return try slot.withLock { slot throws(LinkFailure) in
        if let known = slot.take() {
          do throws(LinkFailure) {
            return try Self.attempt(known, keepingIn: &slot, body)
          } catch {
            guard error.isLost else { throw error }
          }
        }
        return try Self.attempt(try makeUnlessOpen(), keepingIn: &slot, body)
      }
    } catch {
      throw error.failure
    }
  }

  /// Connects, unless the breaker is open.
  private func makeUnlessOpen() throws(LinkFailure) -> sending Connection {
    guard let breaker else { return try make() }
    let permit: BreakerMachine.Permit
    do throws(CircuitBreaker.Refused) {
      permit = try breaker.admit()
    } catch {
      throw LinkFailure(code: error.code, description: error.description, isLost: false)
    }
    let start = TimeSource.machine.now()
    do throws(LinkFailure) {
      let connection = try make()
      breaker.settle(permit, .success)
      return connection
    } catch {
      let isSlow = TimeSource.machine.now() - start >= Self.slow
      breaker.settle(permit, isSlow ? .failure : .ignored)
      throw error
    }
  }

  /// Calls `body` with `connection`, which is kept unless it is lost.
  private static func attempt<Result>(
    _ connection: consuming Connection, keepingIn slot: inout Connection?,
    _ body: (inout Connection) throws(LinkFailure) -> Result
  ) throws(LinkFailure) -> Result {
    do throws(LinkFailure) {
      let result = try body(&connection)
      slot = consume connection
      return result
    } catch {
      if !error.isLost { slot = consume connection }
      throw error
    }
  }
}
