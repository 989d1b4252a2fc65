public import OmniClocks
import OmniTime
import Synchronization

/// Decides for a cluster how many requests may go: exactly, by asking the shared store each time, or
/// by leases, within a stated bound.
public final class SharedGate: Sendable {
  /// What happens while the shared store cannot be reached.
  public enum Fallback: Sendable, Hashable {
    /// All requests go, and are counted.
    case open
    /// None goes: an error says that the store is away.
    case closed
    /// This node lets through its share of the limit, by its own clock: one of so many nodes.
    case localShare(nodes: Int)
  }

  /// How it asks.
  public enum Mode: Sendable, Hashable {
    /// The store decides on every request.
    case exact
    /// Units are taken in advance.
    case leased(LeaseBook.Configuration)
  }

  /// Everything that was decided.
  public struct Counts: Sendable, Hashable {
    /// Requests that went.
    public internal(set) var allowed: UInt64 = 0
    /// Requests that were refused.
    public internal(set) var refused: UInt64 = 0
    /// Questions to the store.
    public internal(set) var asked: UInt64 = 0
    /// Questions that the store did not answer.
    public internal(set) var unanswered: UInt64 = 0
    /// Requests that were decided without the store because it did not answer.
    public internal(set) var fallbacks: UInt64 = 0
  }

  private struct State {
    var books: [String: LeaseBook] = [:]
    var sweepAt = 1_024
    var counts = Counts()
    /// A question that is out, by key: whoever wants units of the key waits for its answer.
    var questions: [String: Task<RateFault?, Never>] = [:]
  }

  private static let roundCountMax = 8

  /// What the nodes are held to, and how.
  public struct Policy: Sendable, Hashable {
    /// The rule; its algorithm is `gcra`.
    public var rule: RateRule
    /// How the gate asks.
    public var mode: Mode
    /// What happens while the store is away.
    public var fallback: Fallback
    /// The most keys that a local share remembers.
    public var keyCountMax = 1_000_000

    /// Creates a policy.
    public init(_ rule: RateRule, mode: Mode = .exact, fallback: Fallback) {
      self.rule = rule
      self.mode = mode
      self.fallback = fallback
    }
  }

  /// What the nodes are held to, and how.
  public let policy: Policy
  private var rule: RateRule { policy.rule }
  private let prefix: String
  private let store: any SharedLimits
  private let local: RateGate?
  private let time: TimeSource
  private let state = Mutex(State())

  /// Creates a gate.
  ///
  /// - Parameters:
  ///   - name: What its keys begin with in the store.
  ///   - policy: What the nodes are held to.
  ///   - store: What they share.
  public init(
    _ name: String, _ policy: Policy, store: any SharedLimits, time: TimeSource = .machine
  ) throws(RateFault) {
    let rule = policy.rule
    self.policy = policy
    self.store = store
    self.time = time
    prefix = "\(name):"
    if case .localShare(let nodes) = policy.fallback {
      guard nodes > 0 else { throw .range(key: "nodes", value: nodes, wanted: 1...1_000_000) }
      local = try RateGate(rule.share(of: nodes), keyCountMax: policy.keyCountMax, time: time)
    } else {
      local = nil
    }
  }

  /// By how much the cluster may exceed the rule in any window; 0 if the gate asks each time.
  public func overshootMax(nodes: Int) -> Int {
    if case .leased(let lease) = policy.mode { lease.overshootMax(nodes: nodes) } else { 0 }
  }

  /// Everything that was decided.
  public var counts: Counts { state.withLock { $0.counts } }

  /// Decides on a request, and takes its cost if it may go.
  ///
  /// - Throws: `RateFault.storeUnreachable` if the store is away and the policy is to refuse.
  public func decide(_ key: String, cost: Int = 1) async throws(RateFault) -> RateDecision {
    switch policy.mode {
    case .exact: return try await decideExactly(key, cost: cost)
    case .leased(let lease):
      // What no lease can hold is asked for by itself.
      guard cost <= lease.unitsMax else { return try await decideExactly(key, cost: cost) }
      return try await decideByLease(key, cost: cost, lease)
    }
  }

  private func decideExactly(_ key: String, cost: Int) async throws(RateFault) -> RateDecision {
    let request = SharedRequest([.init(key: prefix + key, rule: rule)], wanted: cost)
    let answer = await ask(request)
    guard case .success(let grant) = answer else { return try decideAlone(key, cost, answer) }
    let isAllowed = grant.granted == cost
    return count(
      RateDecision(
        isAllowed: isAllowed, remaining: grant.remaining,
        retryAfter: cost > rule.burst ? nil : grant.retryAfter, resetAfter: grant.resetAfter))
  }

  private func decideByLease(
    _ key: String, cost: Int, _ lease: LeaseBook.Configuration
  ) async throws(RateFault) -> RateDecision {
    for _ in 0..<Self.roundCountMax {
      let (answer, question) = askBook(key, cost: cost, lease)
      switch answer {
      case .allowed(let remaining): return count(decision(true, remaining, .zero))
      case .refused(let retryAfter): return count(decision(false, 0, retryAfter))
      case .take:
        if let fault = await question?.value { return try decideAlone(key, cost, .failure(fault)) }
      }
    }
    // Others took each time what was given.
    return count(decision(false, 0, .zero))
  }

  /// Asks the key's book; if units have to be taken, begins to, unless that is under way.
  private func askBook(
    _ key: String, cost: Int, _ lease: LeaseBook.Configuration
  ) -> (LeaseBook.Answer, Task<RateFault?, Never>?) {
    let now = time.now()
    return state.withLock { state in
      if state.books.count >= state.sweepAt {
        state.books = state.books.filter { !$0.value.isIdle(at: now) }
        state.sweepAt = max(1_024, state.books.count * 2)
      }
      let answer = state.books[key, default: LeaseBook(lease, rule)].ask(cost, at: now)
      guard case .take(let wanted, let least) = answer else { return (answer, nil) }
      if let question = state.questions[key] { return (answer, question) }
      // Owned by the table of questions until it is answered.
      let question = Task { await takeLease(key, lease, wanted: wanted, least: least) }
      state.questions[key] = question
      return (answer, question)
    }
  }

  private func takeLease(
    _ key: String, _ lease: LeaseBook.Configuration, wanted: Int, least: Int
  ) async -> RateFault? {
    let request = SharedRequest(
      [.init(key: prefix + key, rule: rule)], wanted: wanted, least: least)
    let asked = time.now()
    let answer = await ask(request)
    let now = time.now()
    return state.withLock { state in
      state.questions[key] = nil
      switch answer {
      case .success(let grant):
        state.books[key, default: LeaseBook(lease, rule)].receive(
          grant, wanted: wanted, asked: asked, at: now)
        return nil
      case .failure(let fault): return fault
      }
    }
  }

  private func decision(_ isAllowed: Bool, _ remaining: Int, _ retry: Interval) -> RateDecision {
    RateDecision(
      isAllowed: isAllowed, remaining: remaining, retryAfter: retry, resetAfter: rule.period)
  }

  private func ask(_ request: SharedRequest) async -> Result<SharedGrant, RateFault> {
    state.withLock { $0.counts.asked += 1 }
    do {
      return .success(try await store.take(request))
    } catch {
      state.withLock { $0.counts.unanswered += 1 }
      return .failure(.storeUnreachable("\(error)"))
    }
  }

  /// Decides without the store, as the policy says.
  private func decideAlone(
    _ key: String, _ cost: Int, _ answer: Result<SharedGrant, RateFault>
  ) throws(RateFault) -> RateDecision {
    state.withLock { $0.counts.fallbacks += 1 }
    switch policy.fallback {
    case .open: return count(decision(true, 0, .zero))
    case .closed:
      if case .failure(let fault) = answer { throw fault }
      return count(decision(false, 0, .zero))
    case .localShare:
      guard let local else { return count(decision(false, 0, .zero)) }
      return count(local.decide(key, cost: cost))
    }
  }

  private func count(_ decision: RateDecision) -> RateDecision {
    state.withLock { state in
      if decision.isAllowed { state.counts.allowed += 1 } else { state.counts.refused += 1 }
    }
    return decision
  }
}
