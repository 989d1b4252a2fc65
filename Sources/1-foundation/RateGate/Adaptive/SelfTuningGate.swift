public import OmniClocks
import OmniTime
import Synchronization

/// Lets as many requests run at a time as the service shows it can bear.
///
///     let gate = try SelfTuningGate()
///     let quote = try await gate.call { try await fetchQuote() }
///
/// What is above the limit is refused at once: to wait would only move the queue to the caller.
public final class SelfTuningGate: Sendable {
  /// A request was refused: as many run as may.
  public struct Refused: Refusal, Sendable, Hashable, CustomStringConvertible {
    /// How many may run.
    public let limit: Int

    /// The stable code of the error.
    public var code: String { "RTG-008" }

    /// One line: what was.
    public var description: String { "\(code): \(limit) requests run, and no more may" }
  }

  private struct State {
    var limit: AdaptiveLimit
    var inFlight = 0
    var allowed: UInt64 = 0
    var refused: UInt64 = 0
  }

  private let time: TimeSource
  private let judge: @Sendable (any Error) -> AdaptiveLimit.Ending
  private let state: Mutex<State>

  /// Creates a gate.
  ///
  /// - Parameter judge: What an error says of the load; that a call was cancelled or refused says
  ///   nothing, and every other error is taken as a sign of overload, if nothing is given.
  public init(
    _ configuration: AdaptiveLimit.Configuration = AdaptiveLimit.Configuration(),
    time: TimeSource = .machine,
    judge: @escaping @Sendable (any Error) -> AdaptiveLimit.Ending = {
      $0 is CancellationError || $0 is any Refusal ? .ignored : .overload
    }
  ) throws(RateFault) {
    self.time = time
    self.judge = judge
    state = Mutex(State(limit: try AdaptiveLimit(configuration)))
  }

  /// Makes a call, if one more may run.
  ///
  /// - Throws: `Refused`, or what the call throws.
  public func call<Result>(_ operation: () async throws -> Result) async throws -> Result {
    let (start, inFlight) = try enter()
    do {
      let result = try await operation()
      leave(.success, start, inFlight)
      return result
    } catch {
      leave(judge(error), start, inFlight)
      throw error
    }
  }

  /// Changes the settings; the limit goes on from where it is, within the new bounds.
  public func reconfigure(_ configuration: AdaptiveLimit.Configuration) throws(RateFault) {
    let limit = occupancy.limit
    var start = configuration
    start.initial = min(
      max(limit, configuration.least), max(configuration.least, configuration.most))
    let next = try AdaptiveLimit(start)
    state.withLock { $0.limit = next }
  }

  /// How many may run, how many do, and how many requests were let through and refused so far.
  public var occupancy: (limit: Int, running: Int, allowed: UInt64, refused: UInt64) {
    state.withLock { ($0.limit.limit, $0.inFlight, $0.allowed, $0.refused) }
  }

  private func enter() throws(Refused) -> (MonotonicInstant, Int) {
    let now = time.now()
    let (inFlight, limit): (Int?, Int) = state.withLock { state in
      let limit = state.limit.limit
      guard state.inFlight < limit else {
        state.refused += 1
        return (nil, limit)
      }
      state.inFlight += 1
      state.allowed += 1
      return (state.inFlight, limit)
    }
    guard let inFlight else { throw Refused(limit: limit) }
    return (now, inFlight)
  }

  private func leave(_ ending: AdaptiveLimit.Ending, _ start: MonotonicInstant, _ inFlight: Int) {
    let now = time.now()
    state.withLock { state in
      state.inFlight -= 1
      state.limit.record(ending, latency: now - start, inFlight: inFlight, at: now)
    }
  }
}
