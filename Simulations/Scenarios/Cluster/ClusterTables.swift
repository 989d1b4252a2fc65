import OmniCircuitBreaker
import OmniClocks

/// A client's request.
struct ClusterRequest: Sendable {
  let limit: Int
  let key: UInt64
  /// The epoch of the table by which its node was chosen.
  let epoch: Int
  var ending: ClusterEnding?
}

/// A request at a node; a message that came twice makes two.
struct ClusterVisit: Sendable {
  let request: Int
  let node: Int
  let key: UInt64
  let limit: Int
  var permit: BreakerMachine.Permit?
  var rounds = 0
  /// The least version that it may be given, as of when it looked into the memory.
  var required = 0
  var isOver = false
}

/// A question of a node to the store.
struct ClusterQuestion: Sendable {
  /// What the answer is for.
  enum Purpose: Sendable {
    case lease(limit: Int)
    case loadTells(load: Int)
    case loadReads(load: Int, isSecond: Bool)
    case loadLocks(load: Int)
    case tells
    case nothing
  }

  let node: Int
  let body: StoreQuestion
  let purpose: Purpose
  let asked: MonotonicInstant
  var isOver = false
}

/// The loading of a value by a node, for all who wait for it there.
struct ClusterLoad: Sendable {
  let node: Int
  let key: UInt64
  /// The count of the node's invalidations when it began.
  let began: UInt64
  var waiters: [Int]
  /// The stamp that the store had before, if it answered.
  var stamp: UInt64?
  var holdsLock = false
  var hasWaited = false
  /// When it waits for others no longer, by the node's clock.
  var lockEnd: MonotonicInstant
}

/// A call to the service.
struct ClusterCall: Sendable {
  let node: Int
  let key: UInt64
  let load: Int
  let start: MonotonicInstant
  /// How many calls of the node ran when it began, itself among them.
  let inFlight: Int
  var version = 0
  var readAt: Int64 = 0
  var isOver = false
}

/// When the store last gave units of a limit.
struct LastGrant: Sendable {
  var time: Int64 = 0
  /// By how much the store's clock had gone back until then.
  var wentBack: Int64 = 0
}

/// What a simulated cluster did.
public struct ClusterReport: Sendable, Hashable {
  /// What it was made from.
  public let seed: UInt64
  /// A number that all events and their times went into.
  public internal(set) var digest: UInt64 = 0x6F6D_6E69
  /// The simulated time, in nanoseconds.
  public internal(set) var simulatedNanoseconds: Int64 = 0
  /// How many events there were.
  public internal(set) var events: UInt64 = 0
  /// How many nodes there were at first.
  public internal(set) var nodes = 0
  /// How many requests ended in which way.
  public internal(set) var endings: [ClusterEnding: Int] = [:]
  /// How many troubles began.
  public internal(set) var faults = 0
  /// How often the store died, and how often its state was lost with it.
  public internal(set) var storeDeaths = 0, storeLosses = 0
  /// How often clients were given another table.
  public internal(set) var tables = 0
  /// How often a breaker opened.
  public internal(set) var openings: UInt64 = 0
  /// Results of older epochs, and probes without a result.
  public internal(set) var staleResults: UInt64 = 0, lostProbes: UInt64 = 0
  /// Values given out of memory, and of the store.
  public internal(set) var memoryHits = 0, storeHits = 0
  /// Calls to the service.
  public internal(set) var calls = 0
  /// Requests that a node decided on without the store.
  public internal(set) var decidedAlone = 0
  /// The goodput that was measured, in hundredths of the capacity.
  public internal(set) var goodputPercent = 0
  /// The longest time for which a limit that was asked for gave nothing, in nanoseconds.
  public internal(set) var lockoutNanosecondsMax: Int64 = 0
  /// How many checks held.
  public internal(set) var checks: UInt64 = 0
}
