public import OmniClocks
import OmniTime
import Synchronization

/// Shared limits within one process: what several gates in it share, and what the script of Redis
/// is held against.
public final class MemorySharedLimits: SharedLimits {
  private let time: TimeSource
  /// The instants at which the next request would be on time.
  private let arrivals = Mutex<[String: Int64]>([:])

  /// Creates limits of which nothing is used.
  public init(time: TimeSource = .machine) { self.time = time }

  /// Decides on a request, and takes from all of its keys or from none.
  public func take(_ request: SharedRequest) async -> SharedGrant { takeNow(request) }

  /// As `take`, at once.
  public func takeNow(_ request: SharedRequest) -> SharedGrant {
    let now = time.now().nanoseconds
    return arrivals.withLock { Self.take(request, from: &$0, at: now) }
  }

  /// Forgets the keys of which all can be had.
  public func sweep() {
    let now = time.now().nanoseconds
    arrivals.withLock { $0 = $0.filter { $0.value > now } }
  }

  private static func take(
    _ request: SharedRequest, from arrivals: inout [String: Int64], at now: Int64
  ) -> SharedGrant {
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
    for (index, cell) in request.cells.enumerated() {
      var distance = ahead[index]
      if granted > 0 {
        distance += cell.rule.spacing * Int64(granted)
        arrivals[cell.key] = now + distance
      } else if request.least > 0 {
        let limit = cell.rule.spacing * Int64(cell.rule.burst)
        retry = max(retry, distance + cell.rule.spacing * Int64(request.least) - limit)
      }
      reset = max(reset, distance)
    }
    return SharedGrant(
      granted: granted, remaining: room - granted, retryAfter: Interval(nanoseconds: retry),
      resetAfter: Interval(nanoseconds: reset))
  }
}
