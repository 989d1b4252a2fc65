import OmniRateGate
import OmniTime

/// What a node asks of the simulated store.
enum StoreQuestion: Sendable {
  /// Units of a shared limit, by the script.
  case take(SharedRequest)
  /// A value and its stamp, in one trip.
  case read(key: UInt64)
  /// Keeps a value with the stamp that was read before it was loaded.
  case write(key: UInt64, StoredValue, lasting: Int64)
  /// Raises the stamps of keys and publishes them; the versions are for the checks alone.
  case raise([UntoldKey])
  /// Sets a lock if nobody has it.
  case lock(key: UInt64, token: UInt64, lasting: Int64)
  /// Gives a lock back if it is still this one.
  case unlock(key: UInt64, token: UInt64)
}

/// A key that was invalidated, with the version that its value had then.
struct UntoldKey: Sendable, Hashable {
  let key: UInt64
  let version: Int
}

/// What the simulated store answers.
enum StoreAnswer: Sendable {
  case grant(SharedGrant)
  case found(StoredValue?, rest: Int64, stamp: UInt64)
  case locked(Bool)
  case done
}

/// A value as the store keeps it.
struct StoredValue: Sendable, Hashable {
  /// Which of the versions of its key it is.
  let version: Int
  /// When the service read it, by the simulation's time.
  let readAt: Int64
  /// The stamp of its key before it was loaded.
  let stamp: UInt64
}

/// A Redis as the libraries use it: limits by the script, values with ends, stamps, locks; it dies
/// with or without what it knew, and its clock jumps.
struct SimulatedStore: Sendable {
  private struct Kept: Sendable {
    let value: StoredValue
    let end: Int64
  }

  private struct Lock: Sendable {
    let token: UInt64
    let end: Int64
  }

  private var arrivals: [String: Int64] = [:]
  private var values: [UInt64: Kept] = [:]
  private var stamps: [UInt64: UInt64] = [:]
  private var locks: [UInt64: Lock] = [:]
  /// What stamps begin with: another number after each loss, so that none comes twice.
  private var firstStamp: UInt64 = 0
  /// Whether stamps begin with zero again after a loss.
  let stampsBeginAgain: Bool
  /// Whether requests that are refused are counted.
  let refusedIsTaken: Bool
  /// How far the store's clock is ahead of the simulation's time.
  private var ahead: Int64 = 1_000_000_000_000
  /// Whether it answers.
  private(set) var isAlive = true
  /// By how much its clock went back so far, all jumps together.
  private(set) var wentBack: Int64 = 0

  init(_ mutation: ClusterMutation?) {
    stampsBeginAgain = mutation == .stampsBeginAgain
    refusedIsTaken = mutation == .refusedIsTaken
  }

  /// Stops.
  mutating func die() { isAlive = false }

  /// Answers again.
  mutating func comeBack() { isAlive = true }

  /// Loses all that it knew.
  mutating func loseState() {
    arrivals = [:]
    values = [:]
    stamps = [:]
    locks = [:]
    if !stampsBeginAgain { firstStamp += 1 << 32 }
  }

  private func stamp(of key: UInt64) -> UInt64 { stamps[key] ?? firstStamp }

  /// Moves the store's clock.
  mutating func jump(by nanoseconds: Int64) {
    ahead += nanoseconds
    wentBack += max(0, -nanoseconds)
  }

  /// Answers a question at the simulation's time `time`.
  mutating func answer(_ question: StoreQuestion, at time: Int64) -> StoreAnswer {
    let now = time + ahead
    switch question {
    case .take(let request): return .grant(take(request, at: now))
    case .read(let key):
      let kept = values[key].flatMap { $0.end > now ? $0 : nil }
      return .found(kept?.value, rest: (kept?.end ?? now) - now, stamp: stamp(of: key))
    case .write(let key, let value, let lasting):
      values[key] = Kept(value: value, end: now + lasting)
      return .done
    case .raise(let keys):
      for untold in keys { stamps[untold.key] = stamp(of: untold.key) + 1 }
      return .done
    case .lock(let key, let token, let lasting):
      if let lock = locks[key], lock.end > now { return .locked(lock.token == token) }
      locks[key] = Lock(token: token, end: now + lasting)
      return .locked(true)
    case .unlock(let key, let token):
      if locks[key]?.token == token { locks[key] = nil }
      return .done
    }
  }

  /// As the script does it, step by step.
  private mutating func take(_ request: SharedRequest, at now: Int64) -> SharedGrant {
    var room = Int.max
    var ahead: [Int64] = []
    for cell in request.cells {
      let limit = cell.rule.spacing * Int64(cell.rule.burst)
      let distance = min(limit, max(0, (arrivals[cell.key] ?? now) - now))
      // Further ahead than any request can be: the clock went back, and nobody waits for that.
      if (arrivals[cell.key] ?? now) - now > limit { arrivals[cell.key] = now + limit }
      ahead.append(distance)
      room = min(room, Int((limit - distance) / cell.rule.spacing))
    }
    var granted = min(request.wanted, room)
    if granted < request.least { granted = 0 }
    var retry: Int64 = 0
    var reset: Int64 = 0
    for (cell, before) in zip(request.cells, ahead) {
      var distance = before
      if granted > 0 {
        distance += cell.rule.spacing * Int64(granted)
        arrivals[cell.key] = now + distance
      } else if request.least > 0 {
        let limit = cell.rule.spacing * Int64(cell.rule.burst)
        if refusedIsTaken { arrivals[cell.key] = now + min(limit, distance + cell.rule.spacing) }
        retry = max(retry, distance + cell.rule.spacing * Int64(request.least) - limit)
      }
      reset = max(reset, distance)
    }
    return SharedGrant(
      granted: granted, remaining: room - granted, retryAfter: Interval(nanoseconds: retry),
      resetAfter: Interval(nanoseconds: reset))
  }
}
