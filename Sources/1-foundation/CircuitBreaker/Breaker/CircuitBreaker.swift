public import OmniClocks
public import OmniTime
import Synchronization

/// Keeps calls away from a service that fails, and lets them back in step by step.
///
///     let breaker = try CircuitBreaker("quotes")
///     let quote = try await breaker.call { try await fetchQuote() }
///
/// Any thread may use it at any time; a lock is held for one decision and never while a call runs.
/// The name never changes.
public final class CircuitBreaker: Sendable {
  /// Why a call was not made.
  public struct Refused: Refusal, Sendable, Hashable, CustomStringConvertible {
    /// The breaker's name.
    public let name: String
    /// The reason.
    public let reason: BreakerMachine.Rejection

    /// The stable code of the error.
    public var code: String { "BRK-003" }

    /// When it may be tried again, if that is known.
    public var retryAfter: Interval? {
      if case .open(let interval) = reason { interval } else { nil }
    }

    /// One line: what was refused and why.
    public var description: String {
      let text =
        switch reason {
        case .open(let interval): "it is open; the next try is in \(interval.nanoseconds) ns"
        case .probing: "it waits for the results of its probes"
        case .recovering: "it lets only a share of the calls through"
        case .forcedOpen: "it was opened by hand"
        }
      return "\(code): the breaker \(name) made no call: \(text)"
    }
  }

  /// A change of the breaker's state.
  public struct Transition: Sendable, Hashable {
    /// The breaker's name.
    public let name: String
    /// The state before.
    public let from: BreakerMachine.State
    /// The state after.
    public let to: BreakerMachine.State
    /// The epoch that begins.
    public let epoch: UInt64
    /// When it was.
    public let instant: MonotonicInstant
  }

  /// What a breaker is and did.
  public struct Health: Sendable, Hashable {
    /// The state.
    public let state: BreakerMachine.State
    /// The epoch.
    public let epoch: UInt64
    /// The calls in the window.
    public let windowCalls: Int
    /// The calls in the window that failed.
    public let windowErrors: Int
    /// The calls in the window that were slow.
    public let windowSlow: Int
    /// The rate of errors at which it opens now, in percent.
    public let errorThresholdPercent: Double
    /// Everything that was decided.
    public let counts: BreakerMachine.Counts
  }

  private struct State {
    var machine: BreakerMachine
    var listeners: [UInt64: AsyncStream<Transition>.Continuation] = [:]
    var lastListener: UInt64 = 0
  }

  /// The most transitions that wait for a listener; older ones are dropped.
  public static let transitionCountMax = 64

  /// The breaker's name.
  public let name: String
  private let time: TimeSource
  private let judge: @Sendable (any Error) -> BreakerMachine.Outcome
  private let state: Mutex<State>
  /// The machine's `freeEpoch`, to be read without the lock.
  private let freeEpoch: Atomic<UInt64>

  /// Creates a closed breaker.
  ///
  /// - Parameters:
  ///   - name: What it is called in errors and metrics.
  ///   - configuration: When it opens, and how it closes again.
  ///   - time: Where it has its time from.
  ///   - seed: What the variation of the time open is drawn from; the name's letters if nothing is
  ///     given, so that nodes with other names do not try together.
  ///   - judge: What an error says of the service; a cancelled call says nothing, and every other
  ///     error is a failure, if nothing is given.
  public init(
    _ name: String, _ configuration: BreakerConfiguration = BreakerConfiguration(),
    time: TimeSource = .machine, seed: UInt64? = nil,
    judge: @escaping @Sendable (any Error) -> BreakerMachine.Outcome = CircuitBreaker.usualJudge
  ) throws(BreakerFault) {
    self.name = name
    self.time = time
    self.judge = judge
    // Wrapping only mixes.
    let letters = name.utf8.reduce(UInt64(5_381)) { $0 &* 33 &+ UInt64($1) }
    let machine = try BreakerMachine(configuration, seed: seed ?? letters)
    freeEpoch = Atomic(machine.freeEpoch)
    state = Mutex(State(machine: machine))
  }

  /// A call that was cancelled, or not made because something behind the breaker refused it, says
  /// nothing of the service; every other error is a failure.
  public static let usualJudge: @Sendable (any Error) -> BreakerMachine.Outcome = {
    $0 is CancellationError || $0 is any Refusal ? .ignored : .failure
  }

  /// Makes a call that does not wait, unless it is refused.
  ///
  /// - Throws: `Refused`, or what the call throws.
  public func callInPlace<Result>(_ operation: () throws -> Result) throws -> Result {
    let free = freeEpoch.load(ordering: .acquiring)
    let permit = free == 0 ? try admit() : nil
    do {
      let result = try operation()
      settle(permit, free, .success)
      return result
    } catch {
      settle(permit, free, judge(error))
      throw error
    }
  }

  /// Makes a call, unless it is refused.
  ///
  /// - Throws: `Refused`, or what the call throws.
  public func call<Result>(_ operation: () async throws -> Result) async throws -> Result {
    let free = freeEpoch.load(ordering: .acquiring)
    let permit = free == 0 ? try admit() : nil
    do {
      let result = try await operation()
      settle(permit, free, .success)
      return result
    } catch {
      settle(permit, free, judge(error))
      throw error
    }
  }

  /// Asks whether a call may go; whoever is admitted must `settle`.
  public func admit() throws(Refused) -> BreakerMachine.Permit {
    let now = time.now()
    let admission = change(at: now) { $0.admit(at: now) }
    switch admission {
    case .admitted(let permit): return permit
    case .rejected(let reason): throw Refused(name: name, reason: reason)
    }
  }

  /// Gives the result of a call that was admitted.
  public func settle(_ permit: BreakerMachine.Permit, _ outcome: BreakerMachine.Outcome) {
    let now = time.now()
    change(at: now) { _ = $0.settle(permit, outcome, at: now) }
  }

  private func settle(
    _ permit: BreakerMachine.Permit?, _ free: UInt64, _ outcome: BreakerMachine.Outcome
  ) {
    if let permit { return settle(permit, outcome) }
    state.withLock { state in
      let before = state.machine.state
      state.machine.settleFree(free, outcome) { time.now() }
      if state.machine.state != before { tell(of: before, state, at: time.now()) }
    }
  }

  /// What it is and did.
  public var health: Health {
    state.withLock { state in
      let sums = state.machine.windowSums
      return Health(
        state: state.machine.state, epoch: state.machine.epoch, windowCalls: sums.calls,
        windowErrors: sums.errors, windowSlow: sums.slow,
        errorThresholdPercent: state.machine.errorThresholdPercent, counts: state.machine.counts)
    }
  }

  /// Changes the settings; state, back-off and what the window knows stay as they are.
  public func reconfigure(_ configuration: BreakerConfiguration) throws(BreakerFault) {
    let now = time.now()
    let fault: BreakerFault? = state.withLock { state in
      do throws(BreakerFault) {
        try state.machine.reconfigure(configuration, at: now)
        freeEpoch.store(state.machine.freeEpoch, ordering: .releasing)
        return nil
      } catch {
        return error
      }
    }
    if let fault { throw fault }
  }

  /// Opens the breaker until `release`.
  public func forceOpen() { change(at: time.now()) { $0.forceOpen() } }

  /// Lets all through and judges nothing until `release`.
  public func disable() { change(at: time.now()) { $0.disable() } }

  /// Closes the breaker, whatever its state.
  public func release() { change(at: time.now()) { $0.release() } }

  /// The changes of state from now on; the newest 64 wait for whoever is slow.
  public func transitions() -> AsyncStream<Transition> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Transition.self, bufferingPolicy: .bufferingNewest(Self.transitionCountMax))
    let number = state.withLock { state in
      state.lastListener += 1
      state.listeners[state.lastListener] = continuation
      return state.lastListener
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
    }
    return stream
  }

  private func change<Answer>(
    at now: MonotonicInstant, _ body: (inout BreakerMachine) -> Answer
  ) -> Answer {
    state.withLock { state in
      let before = state.machine.state
      let answer = body(&state.machine)
      if state.machine.state != before { tell(of: before, state, at: now) }
      // A release of a closed breaker begins an epoch, too.
      freeEpoch.store(state.machine.freeEpoch, ordering: .releasing)
      return answer
    }
  }

  /// Says to all who listen that the state is another than `before`.
  private func tell(of before: BreakerMachine.State, _ state: State, at now: MonotonicInstant) {
    freeEpoch.store(state.machine.freeEpoch, ordering: .releasing)
    let transition = Transition(
      name: name, from: before, to: state.machine.state, epoch: state.machine.epoch, instant: now)
    for listener in state.listeners.values { listener.yield(transition) }
  }

  deinit {
    for listener in state.withLock({ $0.listeners.values.map { $0 } }) { listener.finish() }
  }
}
