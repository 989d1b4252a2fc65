import Foundation
import Synchronization

/// Runs something that waits, and waits for it; for benchmarks, which are not asynchronous.
func awaiting<Value: Sendable>(
  _ body: @escaping @Sendable () async throws -> Value
) throws -> Value {
  let result = Outcome<Value>()
  Task {
    do {
      result.set(.success(try await body()))
    } catch {
      result.set(.failure(error))
    }
  }
  result.done.wait()
  return try result.value()
}

private final class Outcome<Value: Sendable>: Sendable {
  let done = DispatchSemaphore(value: 0)
  private let result = Mutex<Result<Value, any Error>?>(nil)

  func set(_ value: Result<Value, any Error>) {
    result.withLock { $0 = value }
    done.signal()
  }

  func value() throws -> Value {
    guard let result = result.withLock({ $0 }) else {
      throw BenchmarkFailure.failed("nothing came back")
    }
    return try result.get()
  }
}
