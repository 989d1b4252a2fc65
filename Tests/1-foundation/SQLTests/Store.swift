import OmniCircuitBreaker
import OmniClocks
import OmniPlatform
import OmniRateGate
import OmniSQL
import OmniTime
import Synchronization
import Testing

/// A number that threads share.
final class Shared<Value: Sendable & Comparable>: Sendable {
  private let state: Mutex<Value>
  init(_ value: Value) { state = Mutex(value) }
  var value: Value { state.withLock { $0 } }
  func change(_ body: (inout Value) -> Void) { state.withLock { body(&$0) } }
}

/// A yes or no that threads share.
final class Flag: Sendable {
  private let state = Atomic(false)
  func store(_ value: Bool) { state.store(value, ordering: .sequentiallyConsistent) }
  var value: Bool { state.load(ordering: .sequentiallyConsistent) }
}

/// A store that does nothing and counts its connections.
final class Store: Sendable {
  struct Connection: ~Copyable {
    let store: Store
    let number: Int

    init(_ store: Store) {
      self.store = store
      store.opened.change { $0 += 1 }
      number = store.opened.value
      store.open.change { $0 += 1 }
      let open = store.open.value
      store.openMost.change { $0 = max($0, open) }
    }

    deinit { store.open.change { $0 -= 1 } }

    func use(for time: Interval) {
      store.used.change { $0 += 1 }
      let used = store.used.value
      store.usedMost.change { $0 = max($0, used) }
      OwnedThread.nap(microseconds: UInt32(time.nanoseconds / 1_000))
      store.used.change { $0 -= 1 }
    }
  }

  static let cause = SQLCause(code: "TST-001", state: nil, message: "as ordered")

  let opened = Shared(0)
  let open = Shared(0)
  let openMost = Shared(0)
  let used = Shared(0)
  let usedMost = Shared(0)
  let isAway = Flag()
  /// Whether connections that are there are found to be gone.
  let isGone = Flag()

  func pool(
    breaker: CircuitBreaker? = nil, gate: RateGate? = nil, metrics: SQLPoolMetrics? = nil,
    _ change: (inout SQLPoolConfiguration) -> Void
  ) throws(SQLFailure) -> SQLPool<Connection> {
    var configuration = SQLPoolConfiguration()
    configuration.pauseMin = .milliseconds(1)
    configuration.pauseMax = .milliseconds(5)
    configuration.seed = 7
    // A busy machine may take its time; tests of these limits set their own.
    configuration.waitMax = .seconds(300)
    configuration.callLimit = .seconds(600)
    change(&configuration)
    let driver = SQLPool<Connection>.Driver(
      connect: { () throws(SQLFailure) in
        if self.isAway.value { throw .unreachable(Self.cause) }
        self.isGone.store(false)
        return Connection(self)
      }, isThere: { !$0.store.isGone.value }, tidy: { _ in true })
    return try SQLPool(
      "test", configuration, driver, guards: (breaker, gate), metrics: metrics)
  }
}

extension SQLCall {
  static let read = SQLCall(timeLimit: nil, isReadOnly: true)
  static let write = SQLCall(timeLimit: nil, isReadOnly: false)
}

/// Holds a thread until it is let go.
final class Block: Sendable {
  private let held = Flag()
  private let released = Flag()

  func note() { held.store(true) }
  func hold() {
    held.store(true)
    while !released.value { OwnedThread.nap(microseconds: 500) }
  }
  func release() { released.store(true) }
  func isHeld() async { await until { self.held.value } }
}

/// What a call throws, or nil.
func failure<Value>(
  _ body: () async throws -> Value
) async -> SQLFailure? {
  do {
    _ = try await body()
  } catch let failure as SQLFailure {
    return failure
  } catch {
    Issue.record("\(error)")
  }
  return nil
}

/// Waits until something holds, for a minute at most.
func until(_ holds: () async -> Bool) async {
  let end = TimeSource.machine.now() + .seconds(60)
  while TimeSource.machine.now() < end {
    if await holds() { return }
    try? await TimeSource.machine.sleep(for: .milliseconds(1))
  }
  Issue.record("it does not come to hold")
}
