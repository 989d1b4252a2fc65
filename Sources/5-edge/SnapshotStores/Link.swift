import OmniSnapshotter
import Synchronization

/// A connection that is made when it is needed, and made anew when it was lost.
///
/// Threads wait for each other. What a caller asks for has to be safe to repeat: a connection that
/// is lost meanwhile may have done it already. It is repeated once, on a new connection; while none
/// can be made each call fails, and the first one after that goes on as if nothing had been.
final class Link<Connection: ~Copyable>: Sendable {
  private let slot = Mutex<Connection?>(nil)
  private let make: @Sendable () throws(LinkFailure) -> sending Connection

  /// Creates a link that is not connected yet.
  init(_ make: @escaping @Sendable () throws(LinkFailure) -> sending Connection) {
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
        return try Self.attempt(try make(), keepingIn: &slot, body)
      }
    } catch {
      throw error.failure
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
