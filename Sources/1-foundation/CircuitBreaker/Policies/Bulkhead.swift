public import OmniClocks
public import OmniTime
import Synchronization

/// Lets at most so many calls run at a time, and so many wait, each for a limited time: one service
/// that hangs cannot take everybody with it.
///
/// Those who wait go in the order in which they came.
public final class Bulkhead: Sendable {
  /// Why a call was not made.
  public enum Refused: Refusal, Sendable, Hashable, CustomStringConvertible {
    /// All places are taken, and as many wait as may.
    case full(running: Int, waiting: Int)
    /// No place became free in time.
    case waitedTooLong(Interval)

    /// The stable code of the error.
    public var code: String {
      switch self {
      case .full: "BRK-005"
      case .waitedTooLong: "BRK-006"
      }
    }

    /// One line: what was, and what was wanted.
    public var description: String {
      switch self {
      case .full(let running, let waiting):
        "\(code): \(running) calls run and \(waiting) wait; no more may"
      case .waitedTooLong(let interval): "\(code): no place within \(interval.nanoseconds) ns"
      }
    }
  }

  private struct Waiter {
    let number: UInt64
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var running = 0
    var waiting: [Waiter] = []
    var lastNumber: UInt64 = 0
    var cancelled: Set<UInt64> = []
    var refused: UInt64 = 0
  }

  private enum Entry {
    case goes
    case waits
    case fails(any Error)
  }

  /// The most calls at a time.
  public let runningMax: Int
  /// The most that wait.
  public let waitingMax: Int
  /// The longest that one waits.
  public let waitMax: Interval
  private let time: TimeSource
  private let state = Mutex(State())

  /// Creates a bulkhead with room for `runningMax` calls.
  ///
  /// - Precondition: `runningMax` is at least 1 and the others are not negative.
  public init(
    runningMax: Int, waitingMax: Int = 0, waitMax: Interval = .zero, time: TimeSource = .machine
  ) {
    precondition(runningMax > 0 && waitingMax >= 0, "room for one call")
    self.runningMax = runningMax
    self.waitingMax = waitingMax
    self.waitMax = waitMax
    self.time = time
  }

  /// How many calls run, how many wait, and how many were refused so far.
  public var occupancy: (running: Int, waiting: Int, refused: UInt64) {
    state.withLock { ($0.running, $0.waiting.count, $0.refused) }
  }

  /// Makes a call when there is room.
  ///
  /// - Throws: `Refused`, `CancellationError` while it waits, or what the call throws.
  public func call<Value>(_ operation: () async throws -> Value) async throws -> Value {
    try await enter()
    defer { leave() }
    return try await operation()
  }

  private func enter() async throws {
    let number: UInt64? = try state.withLock { state throws(Refused) in
      if state.running < runningMax {
        state.running += 1
        return nil
      }
      guard state.waiting.count < waitingMax else {
        state.refused += 1
        throw .full(running: state.running, waiting: state.waiting.count)
      }
      state.lastNumber += 1
      return state.lastNumber
    }
    if let number { try await wait(as: number) }
  }

  private func wait(as number: UInt64) async throws {
    var timer: Task<Void, any Error>?
    defer { timer?.cancel() }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let entry: Entry = state.withLock { state in
          if state.cancelled.remove(number) != nil { return .fails(CancellationError()) }
          if state.running < runningMax {
            state.running += 1
            return .goes
          }
          guard state.waiting.count < waitingMax else {
            state.refused += 1
            return .fails(Refused.full(running: state.running, waiting: state.waiting.count))
          }
          state.waiting.append(Waiter(number: number, continuation: continuation))
          return .waits
        }
        switch entry {
        case .goes: continuation.resume()
        case .fails(let error): continuation.resume(throwing: error)
        case .waits:
          // Not before it waits, or a short time could be over before there is anybody to tell.
          // Owned by this call, which cancels it when it ends.
          timer = Task { [time, waitMax] in
            try await time.sleep(for: waitMax)
            give(up: number, Refused.waitedTooLong(waitMax))
          }
        }
      }
    } onCancel: {
      if !give(up: number, CancellationError()) {
        state.withLock { _ = $0.cancelled.insert(number) }
      }
    }
    state.withLock { _ = $0.cancelled.remove(number) }
  }

  @discardableResult
  private func give(up number: UInt64, _ error: any Error) -> Bool {
    let waiter: Waiter? = state.withLock { state in
      guard let index = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
      state.refused += 1
      return state.waiting.remove(at: index)
    }
    waiter?.continuation.resume(throwing: error)
    return waiter != nil
  }

  private func leave() {
    let next: Waiter? = state.withLock { state in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.running -= 1
      return nil
    }
    // The place goes from hand to hand.
    next?.continuation.resume()
  }
}
