import Synchronization

/// A value that several tasks of a test change.
public final class Shared<Value: Sendable>: Sendable {
  private let mutex: Mutex<Value>

  /// Creates it with its first value.
  public init(_ value: Value) { mutex = Mutex(value) }

  /// The value.
  public var value: Value { mutex.withLock { $0 } }

  /// Changes the value.
  @discardableResult
  public func change<Answer: Sendable>(_ body: @Sendable (inout Value) -> Answer) -> Answer {
    mutex.withLock { body(&$0) }
  }
}
